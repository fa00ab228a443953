"""Calls of services that run beside a request, in threads that a worker starts once.

A request waits for every call that it began before it is answered: after the answer, Lambda may
stop the process until the next request.
"""

from __future__ import annotations

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


@lru_cache(maxsize=1)
def _threads() -> ThreadPoolExecutor:
    # Imported and made here: a worker that wakes from a snapshot must not find dead threads.
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(_THREADS, thread_name_prefix="beside")
