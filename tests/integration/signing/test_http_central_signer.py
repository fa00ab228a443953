"""A central signer elsewhere, over real HTTP, that answers as it should not."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from edge_signer.platform.errors import EdgeSignerError, KmsRateLimitError, KmsUnavailableError
from edge_signer.signing import http_central_signer
from edge_signer.signing.central_signer import MAX_ANSWER_BYTES
from edge_signer.signing.errors import UnknownPolicyError
from edge_signer.signing.http_central_signer import HttpCentralSigner
from tests.signers.central_workshop import central_request

REQUEST = central_request(b"asset")
ANSWER = {"manifest": "AAEC", "kms_key_id": "arn", "alg": "ES256", "timings": {"kms": 1.5}}
FAULT = {"code": "UNKNOWN_POLICY", "message": "none"}


@dataclass
class Elsewhere:
    """How the server answers, and what it was asked."""

    url: str = ""
    status: int = 200
    body: bytes = b""
    pause_s: float = 0.0
    asked: list[tuple[str, Any, dict[str, str]]] = field(default_factory=list)


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    behaviour, stopping = Elsewhere(), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"]))
            behaviour.asked.append((self.path, json.loads(sent), dict(self.headers)))
            self.send_response(behaviour.status)
            self.send_header("Location", "/elsewhere")
            self.end_headers()
            for position in range(0, len(behaviour.body), 4096):
                if behaviour.pause_s and stopping.wait(behaviour.pause_s):
                    return
                self.wfile.write(behaviour.body[position : position + 4096])

        def handle(self) -> None:
            with suppress(ConnectionError):
                super().handle()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        behaviour.url = f"http://127.0.0.1:{server.server_address[1]}/sign"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield behaviour
        stopping.set()
        server.shutdown()
        thread.join()


def signer(elsewhere: Elsewhere) -> HttpCentralSigner:
    return HttpCentralSigner(elsewhere.url, lambda: "key")


def test_a_title_is_sent_if_there_is_one(elsewhere: Elsewhere) -> None:
    elsewhere.body = json.dumps(ANSWER).encode()
    signer(elsewhere).sign(REQUEST.model_copy(update={"title": "Harbour"}))
    ((_, sent, _),) = elsewhere.asked
    assert sent["title"] == "Harbour"


def test_it_is_asked_by_the_contract_and_told_who_calls(elsewhere: Elsewhere) -> None:
    elsewhere.body = json.dumps(ANSWER).encode()
    signed = signer(elsewhere).sign(REQUEST)
    assert (signed.manifest_store, signed.alg) == (b"\0\1\2", "ES256")
    ((path, sent, headers),) = elsewhere.asked
    assert (path, sent) == ("/sign", json.loads(REQUEST.to_json()))
    assert headers["Authorization"] == "Bearer key"


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (200, {"error": FAULT}, UnknownPolicyError),
        (422, {"error": FAULT}, UnknownPolicyError),
        (429, {"message": "slow down"}, KmsRateLimitError),
        (302, ANSWER, KmsUnavailableError),
        (500, {"message": "broken"}, KmsUnavailableError),
        (200, {"error": {**FAULT, "code": "NOBODY_KNOWS"}}, KmsUnavailableError),
        (200, {"error": {**FAULT, "more": 1}}, KmsUnavailableError),
        (200, {**ANSWER, "manifest": "A"}, KmsUnavailableError),
        (200, {**ANSWER, "alg": "RS256"}, KmsUnavailableError),
        (200, {**ANSWER, "more": 1}, KmsUnavailableError),
        (200, [], KmsUnavailableError),
        (200, {**ANSWER, "kms_key_id": "a" * MAX_ANSWER_BYTES}, KmsUnavailableError),
    ],
)
def test_any_other_answer_is_an_error_of_the_catalogue(
    elsewhere: Elsewhere, status: int, body: Any, error: type[EdgeSignerError]
) -> None:
    elsewhere.status, elsewhere.body = status, json.dumps(body).encode()
    with pytest.raises(error):
        signer(elsewhere).sign(REQUEST)
    assert len(elsewhere.asked) == 1


def test_who_answers_byte_by_byte_is_not_waited_for(
    elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_central_signer, "TIMEOUT_S", 0.2)
    elsewhere.body, elsewhere.pause_s = b" " * 400_000, 0.05
    with pytest.raises(KmsUnavailableError, match="did not answer"):
        signer(elsewhere).sign(REQUEST)


@pytest.mark.parametrize(
    "url", ["http://signer.example", "ftp://127.0.0.1", "https://", "https://me@a.example", "a"]
)
def test_the_key_goes_nowhere_unencrypted(url: str) -> None:
    key: Callable[[], str] = lambda: "key"  # noqa: E731
    with pytest.raises(ValueError, match="https"):
        HttpCentralSigner(url, key)
