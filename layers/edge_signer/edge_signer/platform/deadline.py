"""How long a request may still take, and how much of that the edge may use."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

#: HTTP APIs give up after 30 s; the rest is for the way there and back.
REQUEST_S = 25.0
#: What of it is the fallback's.
FALLBACK_S = 5.0
#: What of an invocation is kept to send the answer.
ANSWER_S = 0.5


class Invocation(Protocol):
    """What Lambda's context tells of its time."""

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda kills the worker."""


class EdgeTimeSpentError(Exception):
    """There is no time left to try at the edge; what is left is the fallback's."""


class Deadline:
    """The end of a request.

    Args:
        seconds: From now.
        clock: Seconds of a clock that never jumps.
    """

    def __init__(
        self, seconds: float = REQUEST_S, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self._ends_s = clock() + seconds

    @classmethod
    def of(cls, invocation: Invocation, clock: Callable[[], float] = time.monotonic) -> Deadline:
        """Give the deadline of a request that begins now.

        Args:
            invocation: Lambda's context. Where it leaves less than the usual time, `ANSWER_S`
                before its end is the deadline.
            clock: As above.
        """
        left_s = invocation.get_remaining_time_in_millis() / 1000
        return cls(min(REQUEST_S, left_s - ANSWER_S), clock)

    def left_s(self) -> float:
        """Seconds that are left, the fallback's included; never negative."""
        return max(0.0, self._ends_s - self._clock())

    def edge_left_s(self) -> float:
        """Seconds that are left for the edge; never negative."""
        return max(0.0, self.left_s() - FALLBACK_S)
