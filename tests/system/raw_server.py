"""A server that answers with exactly the bytes of a test, over TCP or TLS."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

#: Sends an answer over a connection; the event is set when the test ends.
Answer = Callable[[socket.socket, threading.Event], None]


@dataclass
class RawServer:
    """A server of one test.

    Attributes:
        port: On 127.0.0.1.
        requests: The head of each request, in order.
        server_names: The name that each client asked for in TLS.
    """

    port: int
    requests: list[bytes] = field(default_factory=list)
    server_names: list[str | None] = field(default_factory=list)


def answering(answer: bytes) -> Answer:
    """Answer with these bytes, then end the connection."""
    return lambda connection, _: connection.sendall(answer)


def dripping(begin: bytes) -> Answer:
    """Send the bytes, then one after another for as long as the test lasts."""

    def drip(connection: socket.socket, ended: threading.Event) -> None:
        connection.sendall(begin)
        while not ended.wait(0.02):
            connection.sendall(b"x")

    return drip


@contextmanager
def raw_server(answer: Answer, tls: ssl.SSLContext | None = None) -> Iterator[RawServer]:
    """Serve connections one after another until the end of the block."""
    ended = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))
    server = RawServer(listener.getsockname()[1])
    if tls is not None:
        tls.sni_callback = lambda _, name, __: server.server_names.append(name)

    def serve() -> None:
        while not ended.is_set():
            with suppress(OSError):
                accepted, _ = listener.accept()
                accepted.settimeout(30)
                with (
                    accepted if tls is None else tls.wrap_socket(accepted, server_side=True) as one
                ):
                    head = b""
                    while b"\r\n\r\n" not in head and (piece := one.recv(4096)):
                        head += piece
                    if head:
                        server.requests.append(head)
                        answer(one, ended)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        ended.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(30)
