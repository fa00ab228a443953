"""Time-stamp authorities over real HTTP, that do what a test wants."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography import x509

from edge_signer.signing.credentials.time_stamp import REPLY_TYPE
from emulator.credentials.certification import time_stamp_authority
from emulator.credentials.development_ca import DevelopmentCa
from emulator.time_stamps import TimeStampAuthority, find_openssl

Reply = Callable[[bytes], bytes]


@dataclass
class Behaviour:
    """How the server answers; a test may change it while it serves.

    Attributes:
        reply: Gives the body to a query.
        status: Of every answer.
        content_type: Of every answer.
        pause_s: Seconds to wait before every byte of the body; None for no wait.
        asked: The queries so far, and their content types.
    """

    reply: Reply
    status: int = 200
    content_type: str = REPLY_TYPE
    pause_s: float | None = None
    asked: list[tuple[str, bytes]] = field(default_factory=list)


@contextmanager
def time_stamp_server(behaviour: Behaviour) -> Iterator[str]:
    """Serve, and give the address."""
    stopping = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            behaviour.asked.append((self.headers["Content-Type"], query))
            body = behaviour.reply(query)
            self.send_response(behaviour.status)
            self.send_header("Content-Type", behaviour.content_type)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Location", "/elsewhere")
            self.end_headers()
            if behaviour.pause_s is None:
                self.wfile.write(body)
                return
            for position in range(len(body)):
                if stopping.wait(behaviour.pause_s):
                    return
                self.wfile.write(body[position : position + 1])

        def handle(self) -> None:
            # A client that waits no longer leaves.
            with suppress(ConnectionError):
                super().handle()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/tsr"
        finally:
            stopping.set()
            server.shutdown()
            thread.join()


def emulated_authority(ca: DevelopmentCa) -> TimeStampAuthority:
    """The emulator's authority, under the time-stamp root of a development CA."""
    openssl = find_openssl()
    assert openssl, "the tests need openssl 3"
    return time_stamp_authority(ca, openssl)


def roots_of(pem: str) -> Callable[[], list[x509.Certificate]]:
    return lambda: x509.load_pem_x509_certificates(pem.encode())
