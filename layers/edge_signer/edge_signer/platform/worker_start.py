"""How a worker comes to life: imports and wiring, before its first event.

Nothing that differs from worker to worker may be made here. With SnapStart Lambda keeps a picture
of one worker at this point and wakes all others from it: they share what was drawn at random, what
was read from AWS, and a clock that stood still meanwhile.
"""

from __future__ import annotations

import gc
import random
from collections.abc import Iterator
from contextlib import contextmanager

from snapshot_restore_py import register_after_restore


@contextmanager
def worker_start() -> Iterator[None]:
    """Import and wire without garbage collection, and be fit for many to wake from.

    What is made here stays as long as the worker, so that looking for garbage in it is time lost,
    now and in every later collection. Delays and samples are drawn anew after a snapshot: workers
    that wake from the same one would else come back to a failing service together.
    """
    register_after_restore(random.seed)
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
