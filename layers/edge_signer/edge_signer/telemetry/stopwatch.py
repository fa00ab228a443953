"""Where the milliseconds of a request go, and their rolling 95th percentile."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class Stopwatch:
    """Measures one request: wall time by step, and the process's CPU time."""

    def __init__(self) -> None:
        self._started_s = time.perf_counter()
        self._cpu_started_s = time.process_time()
        self.steps_ms: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Add the wall time of the block to the step `name`, whether it succeeds or not."""
        began_s = time.perf_counter()
        try:
            yield
        finally:
            elapsed_ms = (time.perf_counter() - began_s) * 1000
            self.steps_ms[name] = self.steps_ms.get(name, 0.0) + elapsed_ms

    @property
    def total_ms(self) -> float:
        """Wall time since the stopwatch was made."""
        return (time.perf_counter() - self._started_s) * 1000

    @property
    def cpu_ms(self) -> float:
        """CPU time of the whole process since the stopwatch was made."""
        return (time.process_time() - self._cpu_started_s) * 1000


class RollingPercentile:
    """95th percentile of the last observations (nearest rank)."""

    def __init__(self, window: int = 256) -> None:
        self._observations: deque[float] = deque(maxlen=window)

    def add(self, observation: float) -> None:
        """Take in one observation; the oldest beyond the window falls out."""
        self._observations.append(observation)

    def p95(self) -> float:
        """The percentile; 0.0 while nothing was observed."""
        if not self._observations:
            return 0.0
        ordered = sorted(self._observations)
        return ordered[-(-len(ordered) * 95 // 100) - 1]
