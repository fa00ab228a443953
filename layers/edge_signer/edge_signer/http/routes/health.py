"""GET /health for load balancers: it only reports that the function runs.

Everything else is imported on first use, because load balancers often reach new workers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from edge_signer.http.received import request_id_of

Answer = dict[str, Any]

ALIVE_STATUS = "ok"
ALIVE = f'{{"status":"{ALIVE_STATUS}"}}'
#: HTTP itself leaves the body out of answers to HEAD.
READS = ("GET", "HEAD")


#: Answers the other requests, and refuses some.
FullAnswers = Callable[[Mapping[str, Any]], Answer]


class HealthEndpoint:
    """Answers /health, whatever the method.

    Args:
        full: Gives the endpoint of all other requests; called once, when first needed.
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
    """Return the method of an event, in capitals."""
    return str(event["requestContext"]["http"]["method"])


def answer(status: int, body: str, headers: Mapping[str, str]) -> Answer:
    """Return an answer in JSON."""
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json", "Cache-Control": "no-store", **headers},
        "body": body,
        "isBase64Encoded": False,
    }
