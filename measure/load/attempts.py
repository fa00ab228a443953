"""Requests under load and what came of them; arrivals do not wait for answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import urllib3

from emulator.credentials.tokens import TENANT_IDS
from emulator.local_state import LocalState
from tests.calls.edge_requests import EdgeCaller, edge_sign_fields
from tests.media.sample_assets import jpeg

_PHOTOGRAPH = jpeg()
_NO_ANSWER = 0
# As many may wait at once; a hanging system keeps them for half a minute.
_CLIENTS = 200


@dataclass(frozen=True)
class Attempt:
    """A request and its answer.

    Attributes:
        number: Of the asset.
        tenant: Who sent it.
        due_s: When it was to be sent, in seconds since the system's load began. What it waited
            for a free client counts: a slow system must not hide how slow it is.
        answered_s: When the answer was there.
        status: Of the answer; 0 where none came.
        headers: Of the answer, with names in lower case.
        content: The answer's document.
    """

    number: int
    tenant: str
    due_s: float
    answered_s: float
    status: int
    headers: Mapping[str, str]
    content: Mapping[str, Any]

    @property
    def latency_ms(self) -> float:
        """From when it was due to the answer."""
        return (self.answered_s - self.due_s) * 1000

    @property
    def outcome(self) -> str:
        """How it was signed, or why not."""
        if self.status == 200:
            return str(self.content["signing_mode"])
        return f"{self.status} {self.content.get('code', '')}".strip()


def asset(number: int) -> bytes:
    """Give the asset of a number: a photograph with the number after its end."""
    return _PHOTOGRAPH + number.to_bytes(8, "big")


class LoadGenerator:
    """Sends requests, each for an asset of its own, as the development tenants in turn.

    Args:
        state: Of the system.
        done: Told of every answer.

    Attributes:
        sent: The last number that was given.
    """

    def __init__(self, state: LocalState, done: Callable[[], None] = lambda: None) -> None:
        self._caller = EdgeCaller(state, connections=_CLIENTS)
        self._done = done
        self._began_s = time.monotonic()
        self.sent = 0

    @property
    def elapsed_s(self) -> float:
        """Seconds since the load began."""
        return time.monotonic() - self._began_s

    def number(self) -> int:
        """Give the next asset's number."""
        self.sent += 1
        return self.sent

    def send(
        self,
        number: int,
        due_s: float | None = None,
        headers: Mapping[str, str] | None = None,
        changes: Mapping[str, Any] | None = None,
    ) -> Attempt:
        """Send one request and wait for its answer.

        Args:
            number: Of the asset.
            due_s: When it was to be sent; None for now.
            headers: Besides the usual ones.
            changes: Fields besides the usual ones.
        """
        due_s = self.elapsed_s if due_s is None else due_s
        tenant = TENANT_IDS[number % len(TENANT_IDS)]
        fields = edge_sign_fields(asset(number), **(changes or {}))
        try:
            answer = self._caller.sign(fields, tenant, headers)
            content = answer.json()
        except (urllib3.exceptions.HTTPError, ValueError) as failure:
            status, told, content = _NO_ANSWER, {}, {"code": type(failure).__name__}
        else:
            status = answer.status
            told = {name.lower(): value for name, value in answer.headers.items()}
        self._done()
        return Attempt(number, tenant, due_s, self.elapsed_s, status, told, content)

    def at_rate(
        self,
        per_second: float,
        count: int,
        send: Callable[[int, float], Attempt] | None = None,
    ) -> list[Attempt]:
        """Send requests at a fixed rate, whatever the answers take, and wait for all of them.

        Args:
            per_second: Arrivals.
            count: How many.
            send: Sends the request of a number and a due time; None for the usual one.
        """
        pending: list[Future[Attempt]] = []
        began_s = self.elapsed_s
        with ThreadPoolExecutor(_CLIENTS) as clients:
            for arrival in range(count):
                due_s = began_s + arrival / per_second
                time.sleep(max(0.0, due_s - self.elapsed_s))
                pending.append(clients.submit(send or self.send, self.number(), due_s))
        return [one.result() for one in pending]


def count_of(attempts: Sequence[Attempt], status: int) -> int:
    """How many were answered with a status."""
    return sum(attempt.status == status for attempt in attempts)


def percentile_ms(attempts: Sequence[Attempt], share: float) -> float:
    """Give a percentile of their latencies, such as 0.99; 0 of none."""
    ordered = sorted(attempt.latency_ms for attempt in attempts)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0
