"""When a circuit breaker opens, which attempt may probe, and what closes it.

These functions use neither clock nor storage: they compute a breaker's record after an event from
the record before it, the time and the event. If nothing changes, they return the same record.

All times are milliseconds since 1970, by the clock of the worker that wrote them. A time that is
ahead of the reader's clock by more than `MAX_SKEW_MS` is ignored.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

#: Length of the sliding window, and how many failures in it open the breaker.
WINDOW_MS = 60_000
FAILURES_TO_OPEN = 6
#: How long the breaker stays open before an attempt may probe.
OPEN_MS = 10_000
#: How long a probe without an outcome blocks the next one.
PROBE_MS = 5_000
MAX_SKEW_MS = 60_000

State = Literal["closed", "open", "half_open"]
OpenedBy = Literal["throttle", "failures"]


@dataclass(frozen=True)
class Probe:
    """Permission for one attempt while the breaker is open.

    Attributes:
        probe_id: Unique.
        until_ms: When another probe may be taken.
    """

    probe_id: str
    until_ms: int


@dataclass(frozen=True)
class Opening:
    """Why a breaker is open, and for how long.

    Attributes:
        opened_by: A throttle, or too many other failures.
        probe_after_ms: When a probe may be taken.
        probe: The last one taken.
    """

    opened_by: OpenedBy
    probe_after_ms: int
    probe: Probe | None = None


@dataclass(frozen=True)
class Record:
    """The state of a breaker that workers share.

    Attributes:
        failures_ms: Times of failed attempts without throttles, oldest first.
        since_ms: When it last opened or closed; 0 for never.
        opening: None while it is closed.
    """

    failures_ms: tuple[int, ...] = ()
    since_ms: int = 0
    opening: Opening | None = None


@dataclass(frozen=True)
class BreakerStatus:
    """A breaker as operators see it.

    Attributes:
        state: Half open while a probe is under way.
        since_ms: When it last opened or closed; 0 for never.
        opened_by: None while it is closed.
        failure_count: Failures within the window, without throttles.
        next_probe_ms: When the next probe may be taken; None while it is closed.
    """

    state: State
    since_ms: int
    opened_by: OpenedBy | None
    failure_count: int
    next_probe_ms: int | None


def status_of(record: Record, clock_ms: int) -> BreakerStatus:
    """Describe a record at a time."""
    return BreakerStatus(
        state=state_of(record, clock_ms),
        since_ms=record.since_ms,
        opened_by=record.opening.opened_by if record.opening else None,
        failure_count=len(failures_within(record, clock_ms)),
        next_probe_ms=next_probe_ms(record, clock_ms),
    )


def state_of(record: Record, clock_ms: int) -> State:
    """Return the state: half open while a probe is under way."""
    if record.opening is None:
        return "closed"
    return "half_open" if _is_probed(record.opening, clock_ms) else "open"


def next_probe_ms(record: Record, clock_ms: int) -> int | None:
    """Return the time from which a probe may be taken; None while the breaker is closed."""
    opening = record.opening
    if opening is None:
        return None
    if opening.probe is not None and _is_probed(opening, clock_ms):
        return opening.probe.until_ms
    return opening.probe_after_ms if _holds(opening.probe_after_ms, clock_ms, OPEN_MS) else clock_ms


def failures_within(record: Record, clock_ms: int) -> tuple[int, ...]:
    """Return the failures in the window that ends now."""
    return tuple(
        one for one in record.failures_ms if clock_ms - WINDOW_MS < one <= clock_ms + MAX_SKEW_MS
    )


def after_taking_a_probe(record: Record, clock_ms: int, probe_id: str) -> Record:
    """Take the probe; no change if the breaker is closed or no probe is due."""
    opening = record.opening
    due_ms = next_probe_ms(record, clock_ms)
    if opening is None or due_ms is None or due_ms > clock_ms:
        return record
    probe = Probe(probe_id, clock_ms + PROBE_MS)
    return replace(record, opening=replace(opening, probe=probe))


def after_failure(
    record: Record, clock_ms: int, *, throttled: bool, probe_id: str | None
) -> Record:
    """Count a failed attempt.

    Args:
        record: Before the failure.
        clock_ms: Now.
        throttled: Whether the service throttled the attempt.
        probe_id: Of the probe that failed; None for an ordinary attempt. While the breaker is open,
            only its current probe changes anything: other attempts began before it opened.
    """
    if record.opening is not None:
        if not _is_of(record.opening, probe_id):
            return record
        opening = replace(record.opening, probe_after_ms=clock_ms + OPEN_MS, probe=None)
        return replace(record, opening=opening)
    if throttled:
        failures_ms = failures_within(record, clock_ms)
        return Record(failures_ms, clock_ms, Opening("throttle", clock_ms + OPEN_MS))
    within = failures_within(record, clock_ms)
    # If another clock wrote a later time, that one counts: times never run backwards.
    failures_ms = (*within, max([clock_ms, *within[-1:]]))[-FAILURES_TO_OPEN:]
    if len(failures_ms) < FAILURES_TO_OPEN:
        return replace(record, failures_ms=failures_ms)
    return Record(failures_ms, clock_ms, Opening("failures", clock_ms + OPEN_MS))


def after_success(record: Record, clock_ms: int, probe_id: str | None) -> Record:
    """Close the breaker and clear its window, if the attempt was its current probe."""
    if record.opening is None or not _is_of(record.opening, probe_id):
        return record
    return Record(since_ms=clock_ms)


def after_giving_up(record: Record, probe_id: str) -> Record:
    """Return the probe back, so that another can be taken at once."""
    if record.opening is None or not _is_of(record.opening, probe_id):
        return record
    return replace(record, opening=replace(record.opening, probe=None))


def after_reset(record: Record, clock_ms: int) -> Record:
    """Close the breaker and clear its window unconditionally."""
    if record.opening is None and not record.failures_ms:
        return record
    return Record(since_ms=clock_ms)


def _is_probed(opening: Opening, clock_ms: int) -> bool:
    return opening.probe is not None and _holds(opening.probe.until_ms, clock_ms, PROBE_MS)


def _is_of(opening: Opening, probe_id: str | None) -> bool:
    return opening.probe is not None and opening.probe.probe_id == probe_id


def _holds(until_ms: int, clock_ms: int, lasts_ms: int) -> bool:
    return clock_ms < until_ms <= clock_ms + lasts_ms + MAX_SKEW_MS
