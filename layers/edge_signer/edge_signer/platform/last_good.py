"""A value that is read now and then, and its last good reading for when that fails."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from edge_signer.platform.beside import Renewal
from edge_signer.platform.errors import EdgeSignerError

# With a last good value at hand, a failure is retried after this time at the latest.
_LATEST_RETRY_S = 10.0

Value = TypeVar("Value")


class LastGood(Generic[Value]):
    """Serves a value that is read now and then; while reads fail, the last good value serves.

    Args:
        read: Reads the value; raises an EdgeSignerError if it fails.
        refresh_s: Seconds for which a value serves before the next read.
        retry_s: Seconds for which a failure is repeated without a read if there is no good value.
        latest_s: Seconds after which no value serves any more without a read, if reads succeed.
            Between the two times a value serves while the next is read beside the request. None
            has every request wait for the read that it finds due.
        jitter: Largest share by which these times vary, so that workers that started together do
            not keep reading together; 0 where clients are promised a time.
    """

    def __init__(
        self,
        read: Callable[[], Value],
        *,
        refresh_s: float,
        retry_s: float,
        latest_s: float | None = None,
        jitter: float = 0.1,
    ) -> None:
        self._read = read
        self._refresh_s = refresh_s
        self._retry_s = retry_s
        self._jitter = jitter
        self._good: tuple[Value, ...] = ()
        self._failure: EdgeSignerError | None = None
        self._grace_s = 0.0 if latest_s is None else max(0.0, latest_s - refresh_s)
        self._latest_s = latest_s
        self._due_s = self._late_s = 0.0
        self._lock = threading.Lock()
        self._began_s = 0.0
        self._renewal = Renewal()

    def __call__(self) -> Value:
        """Return the value; the same object for as long as it stays equal.

        Raises:
            EdgeSignerError: The read failed and there is no good value.
        """
        now_s = time.monotonic()
        if now_s >= self._due_s:
            if not self._good or now_s >= self._late_s:
                self._refresh()
            else:
                self._renewal.begin(self._refresh)
        if self._failure is not None and not self._good:
            # Otherwise each call would lengthen its traceback.
            raise self._failure.with_traceback(None)
        return self._good[0]

    def expire(self) -> None:
        """Read again at the next call; until that succeeds, the good value serves."""
        with self._lock:
            self._began_s = time.monotonic()
            self._due_s = self._late_s = 0.0

    def forget(self) -> None:
        """Discard the good value; for a `read` that finds that it was taken away."""
        self._good = ()

    def _refresh(self) -> None:
        began_s = time.monotonic()
        found: tuple[Value, ...] = ()
        failure: EdgeSignerError | None = None
        try:
            found = (self._read(),)
        except EdgeSignerError as failed:
            failure = failed
        with self._lock:
            # Lambda may have stopped this read for hours; a later one may have ended before it.
            if began_s >= self._began_s:
                self._began_s = began_s
                self._take(found, failure, began_s)

    def _take(
        self, found: tuple[Value, ...], failure: EdgeSignerError | None, began_s: float
    ) -> None:
        jitter = random.uniform(1 - self._jitter, 1 + self._jitter)  # noqa: S311 - no secret
        if failure is None:
            if found != self._good:
                self._good = found
            self._due_s = began_s + self._refresh_s * jitter
            self._late_s = self._due_s if self._latest_s is None else began_s + self._latest_s
        else:
            self._failure = failure
            wait_s = min(self._refresh_s, _LATEST_RETRY_S) if self._good else self._retry_s
            self._due_s = time.monotonic() + wait_s * jitter
            self._late_s = self._due_s + self._grace_s
