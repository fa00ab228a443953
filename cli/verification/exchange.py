"""One HTTPS exchange that goes only where its destination was checked to be.

A host is resolved once, all its addresses are checked, and the connection goes to one of those:
another answer to a second look-up cannot lead elsewhere.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import BinaryIO

from cli.terminal import printable
from cli.verification.fetch_rules import Destination, refused, require_public

#: Gives the addresses of a host: (name, port).
Resolver = Callable[[str, int], Sequence[str]]
#: Opens a TCP connection: (address, port, seconds).
Connector = Callable[[str, int, float], socket.socket]

_PIECE_BYTES = 64 * 1024


def resolved(host: str, port: int) -> list[str]:
    """Return the addresses of a host."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


def connected(address: str, port: int, timeout_s: float) -> socket.socket:
    """Open a TCP connection to an address."""
    return socket.create_connection((address, port), timeout_s)


class Exchange:
    """One request on a connection of its own, which another thread can end.

    Args:
        destination: Where it goes.
        resolve: Gives the addresses of a host.
        connect: Opens a connection to an address.
        tls: Settings of TLS.
        time_s: How long it may take, in seconds.
    """

    def __init__(
        self,
        destination: Destination,
        resolve: Resolver,
        connect: Connector,
        tls: ssl.SSLContext,
        time_s: float,
    ) -> None:
        self._destination = destination
        self._resolve = resolve
        self._connect = connect
        self._tls = tls
        self._deadline = time.monotonic() + time_s
        self._socket: socket.socket | None = None
        self._is_ended = False

    def get(self, into: BinaryIO, max_bytes: int) -> http.client.HTTPMessage:
        """Write the content into a stream, and return the headers.

        Raises:
            FetchError: The address or the answer is not allowed.
            OSError, http.client.HTTPException: The exchange failed.
        """
        to = self._destination
        connection = http.client.HTTPConnection(to.host, to.port)
        # What has broken off is not begun again: that would resolve the host again.
        connection.auto_open = 0
        connection.sock = self._open()
        try:
            headers = {
                "Host": to.host if to.port in {80, 443} else f"{to.host}:{to.port}",
                "User-Agent": "edge-signer",
                "Accept": "*/*",
                "Accept-Encoding": "identity",
                "Connection": "close",
            }
            connection.request("GET", to.target, headers=headers)
            with connection.getresponse() as response:
                self._require_content(response, max_bytes)
                self._copy(response, into, max_bytes)
                return response.headers
        finally:
            connection.close()

    def end(self) -> None:
        """End the exchange, even while it is waiting."""
        self._is_ended = True
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def _open(self) -> socket.socket:
        to = self._destination
        if to.is_local:
            return self._connected([to.host])
        addresses = require_public(to, self._resolve(to.host, to.port))
        plain = self._connected(addresses)
        secure = self._tls.wrap_socket(
            plain, server_hostname=to.host, do_handshake_on_connect=False
        )
        self._hold(secure)
        secure.do_handshake()
        return secure

    def _connected(self, addresses: Sequence[str]) -> socket.socket:
        failure: OSError = TimeoutError()
        for tried, address in enumerate(addresses):
            left_s = self._deadline - time.monotonic()
            if left_s <= 0 or self._is_ended:
                break
            share_s = left_s / (len(addresses) - tried)
            try:
                opened = self._connect(address, self._destination.port, share_s)
            except OSError as unreachable:
                failure = unreachable
                continue
            opened.settimeout(left_s)
            self._hold(opened)
            return opened
        raise failure

    def _hold(self, opened: socket.socket) -> None:
        """Make a socket the one that `end` ends; it may have been called already."""
        self._socket = opened
        if self._is_ended:
            opened.close()
            raise TimeoutError

    def _require_content(self, response: http.client.HTTPResponse, max_bytes: int) -> None:
        url = self._destination.url
        if response.status in {301, 302, 303, 307, 308}:
            target = printable(response.headers.get("Location", "nowhere"))[:200]
            raise refused(url, f"it redirects to {target}, which is not followed")
        if response.status != http.HTTPStatus.OK:
            raise refused(url, f"the answer has the status {response.status}")
        if response.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise refused(url, "the answer is compressed, which was not asked for")
        if response.length is not None and response.length > max_bytes:
            raise refused(url, _too_large(max_bytes))

    def _copy(self, response: http.client.HTTPResponse, into: BinaryIO, max_bytes: int) -> None:
        size = 0
        while piece := response.read(_PIECE_BYTES):
            size += len(piece)
            if size > max_bytes:
                raise refused(self._destination.url, _too_large(max_bytes))
            if self._is_ended:
                raise TimeoutError
            into.write(piece)
        if response.length:
            raise refused(self._destination.url, "the answer broke off")


def _too_large(max_bytes: int) -> str:
    return f"it has more than {max_bytes:,} bytes"
