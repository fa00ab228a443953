"""The start of a worker: imports and wiring, before its first event.

Nothing that differs between workers may be made here. With SnapStart, Lambda takes a snapshot of
one worker at this point and resumes all others from it: they share random values and values read
from AWS, and their clocks stood still meanwhile.
"""

from __future__ import annotations

import gc
import random
from collections.abc import Iterator
from contextlib import contextmanager

from snapshot_restore_py import register_after_restore


@contextmanager
def worker_start() -> Iterator[None]:
    """Import and wire without garbage collection, and prepare for snapshots.

    Objects made here live as long as the worker, so searching them for garbage wastes time, now and
    in every later collection. Random delays and samples are reseeded after a snapshot; otherwise
    workers resumed from the same one would return to a failing service together.
    """
    register_after_restore(random.seed)
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
