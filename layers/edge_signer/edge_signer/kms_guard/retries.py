"""Attempts at one call: how many, how long each may take, and how long to wait between them."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

from edge_signer.platform.deadline import EdgeTimeSpentError

MAX_DELAY_S = 10.0
#: With less time than this an attempt would fail for want of time alone.
LEAST_ATTEMPT_MS = 50

Answer = TypeVar("Answer")


class Retries:
    """The attempts of one request.

    Before the second attempt the delay is anything from 0 to `delay_ms`, and the longest possible
    delay doubles with each attempt up to `MAX_DELAY_S`: full jitter, so that workers which failed
    together do not come back together.

    Args:
        attempts: How many in all, the first one included: 1 never retries.
        delay_ms: The longest delay before the second attempt.
        timeout_ms: The longest that an attempt may take.
        left_s: Tells how many seconds are left for all of them.
        sleep: Waits for some seconds.
        uniform: Gives a random number between two.

    Attributes:
        retry_count: Attempts that were made because an earlier one failed.
    """

    def __init__(
        self,
        *,
        attempts: int,
        delay_ms: int,
        timeout_ms: int,
        left_s: Callable[[], float],
        sleep: Callable[[float], None] = time.sleep,
        uniform: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._attempts = attempts
        self._delay_ms = delay_ms
        self._timeout_ms = timeout_ms
        self._left_s = left_s
        self._sleep = sleep
        self._uniform = uniform
        self.retry_count = 0

    def run(
        self, attempt: Callable[[int], Answer], retryable: Callable[[Exception], bool]
    ) -> Answer:
        """Make attempts until one succeeds.

        Args:
            attempt: Makes one; its argument is how many milliseconds it may take.
            retryable: Tells of a failure whether another attempt may succeed.

        Raises:
            EdgeTimeSpentError: There was no time even for the first.
            Exception: What the last attempt raised. It was the last allowed, or is not retryable,
                or there is no time for the delay and one more.
        """
        failure: Exception | None = None
        for number in range(self._attempts):
            if failure is not None and not self._wait(number):
                raise failure
            timeout_ms = self._attempt_timeout_ms()
            if timeout_ms < LEAST_ATTEMPT_MS:
                raise failure or EdgeTimeSpentError("There is no time left for an attempt.")
            self.retry_count += failure is not None
            try:
                return attempt(timeout_ms)
            except Exception as failed:
                if not retryable(failed):
                    raise
                failure = failed
        raise failure or ValueError("attempts must be at least 1")

    def _wait(self, retry: int) -> bool:
        """Wait before a retry, the first being 1; false where it would be for nothing."""
        longest_s = min(MAX_DELAY_S, self._delay_ms / 1000 * 2 ** (retry - 1))
        delay_s = self._uniform(0, longest_s)
        if delay_s + LEAST_ATTEMPT_MS / 1000 > self._left_s():
            return False
        self._sleep(delay_s)
        return True

    def _attempt_timeout_ms(self) -> int:
        left_ms = int(self._left_s() * 1000)
        if left_ms >= self._timeout_ms:
            return self._timeout_ms
        # An SDK client is made for each time-out: let there be few of them.
        return left_ms - left_ms % LEAST_ATTEMPT_MS
