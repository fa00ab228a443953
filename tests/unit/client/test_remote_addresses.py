"""The address in a file is the one at which the server has stored its manifest."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import uuid
from typing import Any

import pytest

from edge_signer_client import (
    Credentials,
    EdgeSigner,
    EdgeSignerClientError,
    RefusedError,
    UnexpectedAnswerError,
)
from tests.media.sample_assets import SAMPLE_ASSETS

ASSET = SAMPLE_ASSETS["PNG"].content
STORE = base64.b64encode(b"\0\0\0\x10jumb" + bytes(8)).decode()


class Answer:
    """An answer with status 200."""

    def __init__(self, document: Any) -> None:
        self.status, self.headers = 200, {"X-Total-Time-MS": "1.0"}
        self._document = document

    def json(self) -> Any:
        return self._document


class Server(EdgeSigner):
    """Serves manifests at these places, the next one from each signature on.

    Attributes:
        asked: What was sent, with its path.
        reused: How many identifiers are called used before.
    """

    def __init__(self, *places: str, reused: int = 0) -> None:
        super().__init__("http://127.0.0.1:1", Credentials("token"))
        self._places, self.reused = list(places), reused
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self._session.request = self._answer  # type: ignore[method-assign,assignment]

    def _answer(self, _: str, path: str, body: bytes, *__: Any, **___: Any) -> Any:
        fields = json.loads(body)
        self.asked.append((path, fields))
        if path.endswith("dry_run=1"):
            return Answer({"manifest_url": f"{self._places[0]}/id/{fields['manifest_id']}.c2pa"})
        if self.reused:
            self.reused -= 1
            raise RefusedError("used before", 422, "MANIFEST_ID_REUSED")
        if len(self._places) > 1:
            del self._places[0]
        url = f"{self._places[0]}/id/{fields['manifest_id']}.c2pa"
        names = {"signing_mode": "edge", "kms_key_id": "key", "manifest": STORE}
        return Answer({**names, "manifest_url": url})

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]


def signed(server: EdgeSigner) -> bytes:
    content, answer = server.embed_bytes(ASSET, "policy", {}, title="a title", remote=True)
    (named,) = re.findall(rb'dcterms:provenance="([^"]+)"', content)
    assert answer.manifest_url == named.decode()
    assert answer.media_type == "image/png"
    return content


def test_the_server_is_asked_once_where_manifests_are() -> None:
    server = Server("https://m.example.com/acme")
    first, second = signed(server), signed(server)
    assert server.paths == ["/edge-sign?dry_run=1", "/edge-sign", "/edge-sign"]
    (_, planned), *requests = server.asked
    assert (planned["title"], planned["asset_sha256"]) == ("a title", "0" * 64)
    for content, (_, request) in zip((first, second), requests, strict=True):
        assert request["asset_sha256"] == hashlib.sha256(content).hexdigest()
        assert uuid.UUID(request["manifest_id"]).version == 4
    assert requests[0][1]["manifest_id"] != requests[1][1]["manifest_id"]


def test_a_file_is_written_again_when_manifests_have_moved() -> None:
    server = Server("https://old.example.com/acme", "https://new.example.com/acme")
    assert b"https://new.example.com/acme/id/" in signed(server)
    assert server.paths == ["/edge-sign?dry_run=1", "/edge-sign"] * 2


def test_an_identifier_that_was_used_is_replaced() -> None:
    server = Server("https://m.example.com/acme", reused=1)
    signed(server)
    _, first, second = server.asked
    assert first[1]["manifest_id"] != second[1]["manifest_id"]


def test_a_server_that_never_agrees_is_given_up() -> None:
    with pytest.raises(RefusedError):
        signed(Server("https://m.example.com", reused=9))
    moving = Server(*(f"https://{number}.example.com" for number in range(9)))
    with pytest.raises(EdgeSignerClientError, match="the manifest is at https://3"):
        signed(moving)


@pytest.mark.parametrize("place", ["", "ftp://m.example.com"])
def test_an_address_that_is_none_is_not_written(place: str) -> None:
    with pytest.raises(UnexpectedAnswerError):
        signed(Server(place))
