"""Whether to call a service that fails, decided by all workers of a region together.

A worker relies on the record that it read at most a second ago. It writes a change on the condition
that no other worker wrote since; if one did, it gets the new record and decides again. A success
while the breaker is closed writes nothing.
"""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Literal

from edge_signer.kms_guard import breaker_rules as rules
from edge_signer.kms_guard.breaker_rules import BreakerStatus, Record, State
from edge_signer.kms_guard.breaker_store import DynamoDbBreakerStore, Stored
from edge_signer.platform.clients import client
from edge_signer.platform.errors import StoreUnavailableError
from edge_signer.telemetry.telemetry import SparingComplaint

#: Of calls to DynamoDB; the same as the rate limiter's, so that both share a client.
TIMEOUT_S = 1.0
# A lost write means that the record moved on, and six failures open the breaker.
_ATTEMPTS = 16
_LEAST_FRESH = 0.8

#: The record after an event, from the record before it and the time in milliseconds.
Rule = Callable[[Record, int], Record]


def kms_circuit_breaker(
    *,
    region: str,
    table: str,
    kms_region: str,
    complain: Callable[[str], None],
    changed: Callable[[State, State], None],
) -> CircuitBreaker:
    """Make the breaker that guards KMS.

    Args:
        region: Of the function and the table.
        table: Its name.
        kms_region: Region of KMS; each has its own breaker.
        complain: Called with a line if DynamoDB fails or the item cannot be read.
        changed: Called with the old and the new state when this worker changed it.
    """
    sparing = SparingComplaint(complain)
    dynamodb = client("dynamodb", region, timeout_s=TIMEOUT_S, attempts=1)
    store = DynamoDbBreakerStore(dynamodb, table, f"kms:{kms_region}", sparing)
    return CircuitBreaker(store, sparing, changed)


class Admission:
    """The decision about one attempt, and a place to report its outcome.

    Only the first of `succeeded`, `failed` and `abandoned` counts, so `abandoned` can stand in a
    `finally`.

    Args:
        change: Applies a rule to the breaker's record.
        kind: The attempt is allowed unless this is open.
        probe_id: The probe's identifier, if the attempt is one.
    """

    def __init__(
        self,
        change: Callable[[Rule], object],
        kind: Literal["closed", "probe", "open"],
        probe_id: str | None = None,
    ) -> None:
        self.kind = kind
        self._change = change
        self._probe_id = probe_id
        self._is_settled = kind == "open"

    def succeeded(self) -> None:
        """Report that the service answered; a probe closes the breaker."""
        if self._settles() and self._probe_id is not None:
            self._change(partial(rules.after_success, probe_id=self._probe_id))

    def failed(self, *, throttled: bool) -> None:
        """Report that the attempt failed, and whether the service throttled it."""
        if self._settles():
            self._change(partial(rules.after_failure, throttled=throttled, probe_id=self._probe_id))

    def abandoned(self) -> None:
        """Report that no attempt was made; a probe is given back."""
        probe_id = self._probe_id
        if self._settles() and probe_id is not None:
            self._change(lambda record, _: rules.after_giving_up(record, probe_id))

    def _settles(self) -> bool:
        settles, self._is_settled = not self._is_settled, True
        return settles


class CircuitBreaker:
    """The breaker; its failures never fail a request.

    While the store fails, a worker continues alone by the same rules, from what it last saw. What
    it counted alone is discarded when the store answers again.

    Args:
        store: Keeps the record.
        complain: Called with a line if the store fails.
        changed: Called with the old and the new state, only by the worker that changed it.
        clock: Seconds since 1970.
        fresh_s: Seconds for which a record serves after it was read.
        alone_s: Seconds for which the store is left alone after a failure.
        attempts: Writes that may lose to other workers before this one continues alone.

    Attributes:
        is_shared: Whether the record is that of all workers, and not of this one alone.
    """

    def __init__(
        self,
        store: DynamoDbBreakerStore,
        complain: Callable[[str], None],
        changed: Callable[[State, State], None],
        clock: Callable[[], float] = time.time,
        *,
        fresh_s: float = 1.0,
        alone_s: float = 1.0,
        attempts: int = _ATTEMPTS,
    ) -> None:
        self._store = store
        self._complain = complain
        self._changed = changed
        self._clock = clock
        self._fresh_s = fresh_s
        self._alone_s = alone_s
        self._attempts = attempts
        self._lock = threading.RLock()
        self._seen = Stored()
        self.is_shared = False
        self._fresh_until_s = 0.0
        self._alone_until_s = 0.0

    def allows(self) -> Admission:
        """Decide on one attempt, and take the probe if one is due."""
        if self._current().opening is None:
            return Admission(self._change, "closed")
        probe_id = uuid.uuid4().hex
        opening = self._change(partial(rules.after_taking_a_probe, probe_id=probe_id)).opening
        if opening is None:
            return Admission(self._change, "closed")
        if opening.probe is not None and opening.probe.probe_id == probe_id:
            return Admission(self._change, "probe", probe_id)
        return Admission(self._change, "open")

    def status(self) -> BreakerStatus:
        """Return the state, no fresher than requests see it."""
        return rules.status_of(self._current(), self._clock_ms())

    def reset(self) -> None:
        """Close the breaker and forget its failures; other workers follow within a second.

        Raises:
            StoreUnavailableError: The store failed; the breaker may be unchanged.
        """
        with self._lock:
            self._remember(self._store.read())
            before, after = self._replaced_together(rules.after_reset)
        self._tell(before, after)

    def _change(self, rule: Rule) -> Record:
        with self._lock:
            before, after = self._replaced(rule)
        self._tell(before, after)
        return after

    def _replaced(self, rule: Rule) -> tuple[Record, Record]:
        if time.monotonic() >= self._alone_until_s:
            try:
                return self._replaced_together(rule)
            except StoreUnavailableError as failure:
                self._go_alone(failure)
        before = self._seen.record
        after = rule(before, self._clock_ms())
        self._seen = replace(self._seen, record=after)
        return before, after

    def _replaced_together(self, rule: Rule) -> tuple[Record, Record]:
        if not self.is_shared:
            self._remember(self._store.read())
        for _ in range(self._attempts):
            seen = self._seen
            after = rule(seen.record, self._clock_ms())
            if after == seen.record:
                return after, after
            written, found = self._store.replaced(seen, after)
            self._remember(found)
            if written:
                return seen.record, after
        raise StoreUnavailableError("Too many others changed the circuit breaker at once.")

    def _current(self) -> Record:
        with self._lock:
            now_s = time.monotonic()
            if now_s >= max(self._fresh_until_s, self._alone_until_s):
                try:
                    self._remember(self._store.read())
                except StoreUnavailableError as failure:
                    self._go_alone(failure)
            return self._seen.record

    def _remember(self, stored: Stored) -> None:
        self._seen = stored
        self.is_shared = True
        # Workers that started together must not keep reading together.
        fresh = random.uniform(_LEAST_FRESH, 1.0)  # noqa: S311 - no secret
        self._fresh_until_s = time.monotonic() + self._fresh_s * fresh

    def _go_alone(self, failure: StoreUnavailableError) -> None:
        self.is_shared = False
        self._fresh_until_s = 0.0
        # The next requests do not have to wait for the same timeout.
        self._alone_until_s = time.monotonic() + self._alone_s
        self._complain(f"circuit breaker: this worker counts alone: {failure.__cause__ or failure}")

    def _tell(self, before: Record, after: Record) -> None:
        clock_ms = self._clock_ms()
        old, new = (rules.state_of(record, clock_ms) for record in (before, after))
        if old != new:
            self._changed(old, new)

    def _clock_ms(self) -> int:
        return int(self._clock() * 1000)
