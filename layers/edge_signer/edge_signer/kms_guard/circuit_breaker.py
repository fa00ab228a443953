"""Whether a service that fails is asked at all, decided by all workers of a region together.

A worker goes by what it read at most a second ago. What it changes it writes on the condition that
nobody else did since; who is wrong about that is given the record as it is, and decides again. A
success of a closed breaker writes nothing.
"""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from edge_signer.kms_guard import breaker_rules as rules
from edge_signer.kms_guard.breaker_admission import Admission, Rule
from edge_signer.kms_guard.breaker_rules import OpenedBy, Record, State
from edge_signer.kms_guard.breaker_store import BreakerStore, Stored
from edge_signer.platform.errors import StoreUnavailableError


@dataclass(frozen=True)
class BreakerStatus:
    """A breaker as operators are told of it.

    Attributes:
        state: While half open, a probe is under way.
        since_ms: When it last opened or closed, in milliseconds since 1970; 0 for never.
        opened_by: None while it is closed.
        failure_count: Failures within the last minute, throttles not among them.
        next_probe_ms: When the next probe may be taken; None while it is closed.
        is_shared: False while the store fails: then it is this worker's alone.
    """

    state: State
    since_ms: int
    opened_by: OpenedBy | None
    failure_count: int
    next_probe_ms: int | None
    is_shared: bool


class CircuitBreaker:
    """The breaker; it never raises into a request.

    While the store fails, a worker goes on alone by the same rules, from what it last saw. What it
    counted alone is forgotten when the store answers again.

    Args:
        store: Where the record is.
        complain: Told that the store fails.
        changed: Told the old and the new state, by the worker that changed it and by no other.
        clock: Seconds since 1970.
    """

    # A write that loses means that the record moved on, and six failures open the breaker.
    ATTEMPTS = 16
    FRESH_S = 1.0
    ALONE_S = 1.0
    _LEAST_FRESH = 0.8

    def __init__(
        self,
        store: BreakerStore,
        complain: Callable[[str], None],
        changed: Callable[[State, State], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._complain = complain
        self._changed = changed
        self._clock = clock
        self._lock = threading.RLock()
        self._seen = Stored()
        self._is_shared = False
        self._fresh_until_s = 0.0
        self._alone_until_s = 0.0

    def allows(self) -> Admission:
        """Decide on one attempt, and take the probe where one is due."""
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
        """Give the state, as old as a request would take it."""
        record, clock_ms = self._current(), self._clock_ms()
        return BreakerStatus(
            state=rules.state_of(record, clock_ms),
            since_ms=record.since_ms,
            opened_by=record.opening.opened_by if record.opening else None,
            failure_count=len(rules.failures_within(record, clock_ms)),
            next_probe_ms=rules.next_probe_ms(record, clock_ms),
            is_shared=self._is_shared,
        )

    def reset(self) -> None:
        """Close the breaker and forget its failures; other workers follow within a second.

        Raises:
            StoreUnavailableError: It may be as it was.
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
        if not self._is_shared:
            self._remember(self._store.read())
        for _ in range(self.ATTEMPTS):
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
        self._is_shared = True
        # Workers that started together shall not ask together for ever.
        fresh = random.uniform(self._LEAST_FRESH, 1.0)  # noqa: S311 - no secret
        self._fresh_until_s = time.monotonic() + self.FRESH_S * fresh

    def _go_alone(self, failure: StoreUnavailableError) -> None:
        self._is_shared = False
        self._fresh_until_s = 0.0
        # The next requests need not wait for the same time-out.
        self._alone_until_s = time.monotonic() + self.ALONE_S
        self._complain(f"circuit breaker: this worker counts alone: {failure.__cause__ or failure}")

    def _tell(self, before: Record, after: Record) -> None:
        clock_ms = self._clock_ms()
        old, new = (rules.state_of(record, clock_ms) for record in (before, after))
        if old != new:
            self._changed(old, new)

    def _clock_ms(self) -> int:
        return int(self._clock() * 1000)
