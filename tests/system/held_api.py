"""An API that holds its answers until the test lets them go, which the emulator cannot."""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread


@dataclass
class HeldApi:
    """What it received, and what it answers.

    Attributes:
        url: Its address.
        status: Of its answers; a store that no signer made goes with 200.
        may_answer: Not before this is set.
        received: How many requests there were.
        waiting: How many of them have no answer yet.
        most_waiting: The most that there were at once.
    """

    url: str = ""
    status: int = 200
    may_answer: Event = field(default_factory=Event)
    received: int = 0
    waiting: int = 0
    most_waiting: int = 0
    _lock: Lock = field(default_factory=Lock)

    def answer(self, body: bytes) -> bytes:
        with self._lock:
            self.received += 1
            self.waiting += 1
            self.most_waiting = max(self.most_waiting, self.waiting)
        self.may_answer.wait()
        with self._lock:
            self.waiting -= 1
        store_bytes = json.loads(body).get("embed", {}).get("store_bytes", 8)
        store = struct.pack(">I4s", store_bytes, b"jumb").ljust(store_bytes, b"\0")
        document = {
            "manifest_url": f"{self.url}/manifest",
            "signing_mode": "edge",
            "kms_key_id": "key",
            "manifest": base64.b64encode(store).decode(),
            "message": "as the test wants it",
        }
        return json.dumps(document).encode()


class _Server(ThreadingHTTPServer):
    # More clients than tests have; the system would reset the connections of further ones.
    request_queue_size = 128


@contextmanager
def held_api() -> Iterator[HeldApi]:
    api = HeldApi()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            answer = api.answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(api.status)
            self.send_header("Content-Length", str(len(answer)))
            self.send_header("X-Total-Time-MS", "1")
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    with _Server(("127.0.0.1", 0), Handler) as server:
        api.url = f"http://127.0.0.1:{server.server_port}"
        Thread(target=server.serve_forever).start()
        try:
            yield api
        finally:
            api.may_answer.set()
            server.shutdown()
