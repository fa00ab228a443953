"""How large the client makes the room for a manifest store."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from edge_signer_client import Credentials, EdgeSigner, RefusedError
from edge_signer_client.errors import UnexpectedAnswerError
from tests.media.sample_assets import jpeg

HEADERS = {"X-Total-Time-MS": "1.0"}
SAID = {"c2pa.actions.v2": {"actions": [{"action": "c2pa.created"}]}}


class Answer:
    """An answer with status 200."""

    def __init__(self, document: Any) -> None:
        self.status, self.headers, self._document = 200, HEADERS, document

    def json(self) -> Any:
        return self._document


class Server(EdgeSigner):
    """Needs this many bytes for a store; each answer may ask for more."""

    def __init__(self, *needed_bytes: int, store: bytes | None = None) -> None:
        super().__init__("http://127.0.0.1:1", Credentials("token"))
        self.asked: list[int] = []
        self._needed, self._store = list(needed_bytes), store
        self._session.request = self._answer  # type: ignore[method-assign,assignment]

    def _answer(self, _: str, __: str, body: bytes, *___: Any, **____: Any) -> Any:
        room = json.loads(body)["embed"]["store_bytes"]
        self.asked.append(room)
        needed = self._needed.pop(0) if len(self._needed) > 1 else self._needed[0]
        if needed > room:
            raise RefusedError("too large", 422, "STORE_TOO_LARGE", None, needed)
        store = (room.to_bytes(4, "big") + b"jumb").ljust(room, b"\0")
        manifest = base64.b64encode(store if self._store is None else self._store).decode()
        names = ("manifest_url", "signing_mode", "kms_key_id")
        return Answer({**dict.fromkeys(names, "one"), "manifest": manifest})


def sign(server: EdgeSigner, said: dict[str, Any] = SAID) -> None:
    server.embed_bytes(jpeg(), "policy", said)


def test_the_size_that_the_server_names_is_used_from_then_on() -> None:
    server = Server(5000)
    sign(server)
    sign(server)
    assert server.asked == [2560, 5000, 5000]


def test_a_large_manifest_does_not_make_small_ones_large() -> None:
    server = Server(60_000, 60_000, 100)
    sign(server, {**SAID, "com.example.note": {"text": "x" * 50_000}})
    sign(server)
    assert server.asked == [2560, 60_000, 2560]


@pytest.mark.parametrize("needed_bytes", [4_194_305, 10**30, -5, 0])
def test_a_size_that_no_request_can_name_is_the_servers_refusal(needed_bytes: int) -> None:
    server = Server(100)
    answer = server._session.request
    server._session.request = refusing(needed_bytes)  # type: ignore[method-assign]
    with pytest.raises(RefusedError):
        sign(server)
    # The next one is not refused for it.
    server._session.request = answer  # type: ignore[method-assign]
    sign(server)
    assert server.asked == [2560]


def refusing(store_bytes: int) -> Any:
    def request(*_: Any, **__: Any) -> Any:
        raise RefusedError("too large", 422, "STORE_TOO_LARGE", None, store_bytes)

    return request


def test_a_size_that_grows_with_each_answer_is_followed_three_times() -> None:
    server = Server(*range(3000, 60_000, 1000))
    with pytest.raises(RefusedError):
        sign(server)
    assert len(server.asked) == 3


@pytest.mark.parametrize("store", [b"", b"not a manifest store"])
def test_an_answer_without_a_manifest_store_is_not_one_of_the_api(store: bytes) -> None:
    with pytest.raises(UnexpectedAnswerError):
        sign(Server(100, store=store))
