"""Lets containers reach a server that listens on 127.0.0.1 only."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_CHUNK_BYTES = 65_536


@contextmanager
def relay(address: str, port: int) -> Iterator[int]:
    """Pass connections on to 127.0.0.1.

    Args:
        address: Of an interface that only containers see.
        port: Of the server.

    Returns:
        The port at that address.

    Raises:
        OSError: The address is not one of this machine's.
    """
    with socket.create_server((address, 0)) as listener:
        accepting = threading.Thread(target=_accept, args=(listener, port), daemon=True)
        accepting.start()
        yield int(listener.getsockname()[1])


def _accept(listener: socket.socket, port: int) -> None:
    with suppress(OSError):
        while True:
            client, _ = listener.accept()
            server = socket.create_connection(("127.0.0.1", port))
            for ends in ((client, server), (server, client)):
                threading.Thread(target=_pass_on, args=ends, daemon=True).start()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while chunk := source.recv(_CHUNK_BYTES):
            target.sendall(chunk)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
