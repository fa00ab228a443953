"""What a session sends again, and when it gives up."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from edge_signer_client import Credentials, RefusedError, Session, UnreachableError, session

HOUR_S = 3600


@contextmanager
def answering(*answers: tuple[int, dict[str, str]]) -> Iterator[tuple[Session, list[str]]]:
    """Serve these statuses and headers, one after another; give the keys that were received."""
    left, keys = list(answers), []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            keys.append(self.headers["Idempotency-Key"])
            status, headers = left.pop(0)
            body = json.dumps({"message": "said", "code": "CODE"}).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield Session(f"http://127.0.0.1:{server.server_port}", Credentials("token")), keys
        finally:
            server.shutdown()
            thread.join()


def post(to: Session, patience_s: float = HOUR_S) -> int:
    headers = {"Idempotency-Key": "one"}
    return to.request("POST", "/edge-sign", b"{}", headers, patience_s=patience_s).status


def test_what_may_pass_is_sent_again_with_the_same_key() -> None:
    busy = (429, {"Retry-After": "0"})
    with answering(busy, (503, {"Retry-After": "0"}), busy, (200, {})) as (to, keys):
        assert post(to) == 200
    assert keys == ["one"] * 4


@pytest.mark.parametrize("status", [400, 401, 403, 413, 422])
def test_what_does_not_pass_is_sent_once(status: int) -> None:
    with answering((status, {})) as (to, keys):
        with pytest.raises(RefusedError) as refused:
            post(to)
        assert (refused.value.status, refused.value.code, len(keys)) == (status, "CODE", 1)


def test_a_wait_beyond_patience_is_not_begun() -> None:
    with answering((429, {"Retry-After": str(2 * HOUR_S)})) as (to, keys):
        with pytest.raises(RefusedError) as refused:
            post(to)
        assert (refused.value.retry_after_s, len(keys)) == (2 * HOUR_S, 1)


def test_an_answer_without_an_end_is_not_read_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "_ANSWER_BYTES", 20)
    with answering((200, {}), (200, {})) as (to, _):
        with pytest.raises(UnreachableError, match="without an end"):
            post(to, patience_s=0)
        monkeypatch.undo()
        assert post(to) == 200


def test_an_address_where_nobody_listens_is_given_up_sooner(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(session, "_CONNECTING_PATIENCE_S", 0)
    with pytest.raises(UnreachableError, match="cannot be reached"):
        post(Session("http://127.0.0.1:1", Credentials("token")))
