"""How long a request may still take, and how much of that the edge may use."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

#: HTTP APIs time out after 30 s; the rest is for the network.
REQUEST_S = 25.0
#: The part of it reserved for the fallback.
FALLBACK_S = 5.0
#: The part of an invocation reserved for sending the answer.
ANSWER_S = 0.5


class EdgeTimeSpentError(Exception):
    """No time is left for the edge; the rest is reserved for the fallback."""


class Deadline:
    """The end of a request.

    Args:
        seconds: From now.
        clock: Seconds of a monotonic clock.
    """

    def __init__(
        self, seconds: float = REQUEST_S, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self._ends_s = clock() + seconds

    @classmethod
    def of(cls, context: LambdaContext, clock: Callable[[], float] = time.monotonic) -> Deadline:
        """Return the deadline of a request that starts now.

        Args:
            context: Of the invocation. If it leaves less than the usual time, the deadline is
                `ANSWER_S` before its end.
            clock: As above.
        """
        left_s = context.get_remaining_time_in_millis() / 1000
        return cls(min(REQUEST_S, left_s - ANSWER_S), clock)

    def left_s(self) -> float:
        """Return the seconds left, including the fallback's; never negative."""
        return max(0.0, self._ends_s - self._clock())

    def edge_left_s(self) -> float:
        """Return the seconds left for the edge; never negative."""
        return max(0.0, self.left_s() - FALLBACK_S)
