"""Reports requests and problems to the screen."""

import time
from typing import Protocol

from emulator.http.message import Handler, Request, Response


class Reporter(Protocol):
    """Shows requests and problems to a person."""

    def request(self, method: str, path: str, status: int, duration_ms: float) -> None:
        """Report an answered request."""

    def notice(self, line: str) -> None:
        """Report, in one line, a failed worker or something that is missing on this machine."""


def observed(handler: Handler, reporter: Reporter) -> Handler:
    """Report every request that a handler answers."""

    async def handle(request: Request) -> Response:
        started = time.perf_counter()
        status = 500
        try:
            response = await handler(request)
            status = response.status
        finally:
            duration_ms = (time.perf_counter() - started) * 1000
            reporter.request(request.method, request.path, status, duration_ms)
        return response

    return handle
