"""Calls of services that run beside a request, in threads that a worker starts once.

A request waits for the calls that its answer depends on: after the answer, Lambda may stop the
process until the next request.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

# A worker has one request at a time, which begins fewer calls than this.
_THREADS = 8

Value = TypeVar("Value")


def beside(call: Callable[[], Value]) -> Future[Value]:
    """Begin a call; `result()` waits for its value, or raises what it raised."""
    return _threads().submit(call)


class Renewal:
    """Renews a value beside requests, once at a time.

    A renewal may outlast its request. Lambda then stops it until the next one, so what it found may
    be old: a value's age counts from the beginning of its read.
    """

    def __init__(self) -> None:
        self._pending: Future[object] | None = None

    def begin(self, renew: Callable[[], object]) -> None:
        """Begin a renewal unless one is running; raise what the last one raised."""
        if self._pending is not None:
            if not self._pending.done():
                return
            ended, self._pending = self._pending, None
            ended.result()
        self._pending = beside(renew)


@lru_cache(maxsize=1)
def _threads() -> ThreadPoolExecutor:
    # Imported and made here: a worker that wakes from a snapshot must not find dead threads.
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(_THREADS, thread_name_prefix="beside")


# A forked process has none of its parent's threads.
os.register_at_fork(after_in_child=_threads.cache_clear)
