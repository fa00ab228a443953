"""What the limits promise, checked against what happened: by counting, with no code of theirs."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

#: Quota and milliseconds of each sliding window.
WINDOWS = ((10, 1_000), (100, 60_000))


@dataclass(frozen=True)
class Attempt:
    """A request and its answer, with the client's times in milliseconds since 1970."""

    sent_ms: float
    answered_ms: float
    status: int


def most_within(admitted_ms: Sequence[int], window_ms: int) -> int:
    """The greatest number of admissions in any window; `admitted_ms` is in order."""
    return max(
        (bisect_left(admitted_ms, first + window_ms) - at for at, first in enumerate(admitted_ms)),
        default=0,
    )


def undue_refusals(admitted_ms: Sequence[int], attempts: Sequence[Attempt]) -> list[Attempt]:
    """Refusals during which, at no moment, a window was full."""
    return [
        attempt
        for attempt in attempts
        if attempt.status == 429 and not _was_full(admitted_ms, attempt)
    ]


def _was_full(admitted_ms: Sequence[int], attempt: Attempt) -> bool:
    # Windows fill up at admissions alone, and these are recorded in whole milliseconds.
    first, last = int(attempt.sent_ms), int(attempt.answered_ms)
    meanwhile = admitted_ms[bisect_left(admitted_ms, first) : bisect_right(admitted_ms, last)]
    return any(
        bisect_right(admitted_ms, moment) - bisect_right(admitted_ms, moment - window_ms) >= quota
        for moment in (first, *meanwhile)
        for quota, window_ms in WINDOWS
    )
