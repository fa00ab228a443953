"""GET /health for load balancers: it says that the function runs, and asks nobody.

Whatever takes more than that is imported when it is first wanted: load balancers meet new workers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from edge_signer.http.received import request_id_of

Answer = dict[str, Any]

ALIVE_STATUS = "ok"
ALIVE = f'{{"status":"{ALIVE_STATUS}"}}'
#: Of a HEAD, HTTP itself leaves the body out.
READS = ("GET", "HEAD")


class FullAnswers(Protocol):
    """Answers what is more than that, and what is refused."""

    def __call__(self, event: Mapping[str, Any]) -> Answer:
        """Answer one event."""


class HealthEndpoint:
    """Answers /health, whatever the method.

    Args:
        full: Gives what answers all but the plain question; called once, when first needed.
    """

    def __init__(self, full: Callable[[], FullAnswers]) -> None:
        self._make_full = full
        self._full: FullAnswers | None = None

    def __call__(self, event: Mapping[str, Any]) -> Answer:
        """Answer one event of an HTTP API (payload format 2.0)."""
        if method_of(event) in READS and not event.get("rawQueryString"):
            return answer(200, ALIVE, {"X-Request-ID": request_id_of(event["headers"])})
        if self._full is None:
            self._full = self._make_full()
        return self._full(event)


def method_of(event: Mapping[str, Any]) -> str:
    """Give the method of an event, in capitals."""
    return str(event["requestContext"]["http"]["method"])


def answer(status: int, body: str, headers: Mapping[str, str]) -> Answer:
    """Give an answer in JSON."""
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json", "Cache-Control": "no-store", **headers},
        "body": body,
        "isBase64Encoded": False,
    }
