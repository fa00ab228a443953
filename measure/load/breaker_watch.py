"""Looks at the circuit breaker's item while the system is under load."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from edge_signer.kms_guard.breaker_rules import State
from edge_signer.kms_guard.breaker_store import read_record
from emulator.account import REGION
from emulator.local_state import LocalState
from tests.system.running import aws_client

BREAKERS_TABLE = "edge-signer-dev-breakers"
BREAKER = {"breaker_id": {"S": f"kms:{REGION}"}}
_EVERY_S = 0.1


@dataclass(frozen=True)
class Sighting:
    """What the item said.

    Attributes:
        at_s: When, in seconds since the load began.
        state: Of the breaker.
        since_ms: When it last opened or closed, in milliseconds since 1970.
        opened_by: None while it is closed.
        failures_ms: The failures that it remembers.
    """

    at_s: float
    state: State
    since_ms: int
    opened_by: str | None
    failures_ms: tuple[int, ...]


class BreakerWatch:
    """Sightings from the first to the last.

    Args:
        state: Of the system.
        elapsed_s: Gives the time of the load.
    """

    def __init__(self, state: LocalState, elapsed_s: Callable[[], float]) -> None:
        self._dynamodb = aws_client("dynamodb", state.aws_endpoint)
        self._elapsed_s = elapsed_s
        self._over = threading.Event()
        self._lock = threading.Lock()
        self.sightings: list[Sighting] = []

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Look ten times a second for as long as the context lasts."""
        thread = threading.Thread(target=self._look_on)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join()

    def look(self) -> Sighting:
        """Look once, and keep what was seen."""
        found = self._dynamodb.get_item(TableName=BREAKERS_TABLE, Key=BREAKER, ConsistentRead=True)
        item = found.get("Item", {})
        record = read_record(item)
        state: State = "closed"
        if record.opening is not None:
            state = "half_open" if record.opening.probe is not None else "open"
        seen = Sighting(
            self._elapsed_s(),
            state,
            record.since_ms,
            record.opening.opened_by if record.opening else None,
            record.failures_ms,
        )
        with self._lock:
            self.sightings.append(seen)
        return seen

    def openings(self) -> list[Sighting]:
        """Give the first sighting of each opening."""
        found: dict[int, Sighting] = {}
        for seen in self.sightings:
            if seen.opened_by is not None:
                found.setdefault(seen.since_ms, seen)
        return list(found.values())

    def _look_on(self) -> None:
        # DynamoDB may be what fails; then nothing is seen.
        from botocore.exceptions import BotoCoreError, ClientError

        while not self._over.wait(_EVERY_S):
            try:
                self.look()
            except (BotoCoreError, ClientError):
                continue
