"""Who is told what a person may want to see."""

import time
from typing import Protocol

from emulator.http.message import Handler, Request, Response


class Reporter(Protocol):
    """Is told what a person may want to see."""

    def request(self, method: str, path: str, status: int, duration_ms: float) -> None:
        """Tell that a request was answered."""

    def notice(self, line: str) -> None:
        """Tell of a worker that failed, or of something that is missing here, in one line."""


def observed(handler: Handler, reporter: Reporter) -> Handler:
    """Have a reporter told of every request that a handler answers."""

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
