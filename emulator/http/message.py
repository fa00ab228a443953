"""HTTP requests and responses, as used by every part of the emulator."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Request:
    """A whole HTTP request.

    Attributes:
        method: In capitals.
        target: Path and query as sent, percent-encoded.
        headers: Names in lower case, in order, duplicates kept.
        body: The body; empty for none.
        peer: The client's address.
        arrived_s: When its first bytes arrived, by the monotonic clock.
    """

    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    peer: str = "127.0.0.1"
    arrived_s: float = field(default_factory=time.monotonic, compare=False)

    @property
    def path(self) -> str:
        """The path, percent-encoded."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """The query after the question mark, percent-encoded."""
        return self.target.partition("?")[2]

    def header(self, name: str) -> str | None:
        """Return the first value of a header, by its lower-case name."""
        return next((value for key, value in self.headers if key == name), None)


@dataclass(frozen=True)
class Response:
    """A whole HTTP response; the server adds Content-Length.

    Attributes:
        status: The status code.
        headers: Names and values in order.
        body: The body; empty for none.
    """

    status: int
    headers: tuple[tuple[str, str], ...] = field(default=())
    body: bytes = b""


Handler = Callable[[Request], Awaitable[Response]]
"""Answers a request."""


def json_response(status: int, body: bytes, headers: tuple[tuple[str, str], ...] = ()) -> Response:
    """Make a response from JSON text."""
    return Response(status, (("content-type", "application/json"), *headers), body)
