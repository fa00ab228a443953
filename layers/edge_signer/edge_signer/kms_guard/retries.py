"""Retries of one call: how many, how long each attempt may take, and the delays between them."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

from edge_signer.platform.deadline import EdgeTimeSpentError

MAX_DELAY_S = 10.0
#: With less time than this, an attempt would only time out.
LEAST_ATTEMPT_MS = 50

Answer = TypeVar("Answer")


class Retries:
    """The attempts of one request.

    The delay before the second attempt is random between 0 and `delay_ms`; the maximum doubles with
    each attempt, up to `MAX_DELAY_S`. This full jitter keeps workers that failed together from
    retrying together.

    Args:
        attempts: Total number, including the first: 1 never retries.
        delay_ms: Maximum delay before the second attempt.
        timeout_ms: Maximum duration of an attempt.
        left_s: Gives the seconds left for all attempts.
        sleep: Waits for a number of seconds.
        uniform: Gives a random number between two.

    Attributes:
        retry_count: Attempts made after an earlier one failed.
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
            attempt: Makes an attempt within a number of milliseconds.
            retryable: Tells whether another attempt may succeed after a failure.

        Raises:
            EdgeTimeSpentError: There was no time for even one attempt.
            Exception: The failure of the last attempt, if it was the last allowed, if the failure
                is not retryable, or if no time is left for another.
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
        """Wait before a retry, counted from 1; return false if no time would be left for it."""
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
        # Each timeout needs an SDK client of its own, so there must be few.
        return left_ms - left_ms % LEAST_ATTEMPT_MS
