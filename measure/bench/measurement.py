"""How things are measured: in one run and in turn, so that a drifting machine hurts all alike."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping

from tests.system.processes import memory_mb

WARM_UP_ROUNDS = 30


def medians_us(
    contestants: Mapping[str, Callable[[], object]], rounds: int = 400
) -> dict[str, float]:
    """Run every contestant once a round and give the median of each, in microseconds."""
    taken: dict[str, list[float]] = {name: [] for name in contestants}
    for round_number in range(WARM_UP_ROUNDS + rounds):
        for name, contestant in contestants.items():
            began_s = time.perf_counter()
            contestant()
            if round_number >= WARM_UP_ROUNDS:
                taken[name].append((time.perf_counter() - began_s) * 1e6)
    return {name: statistics.median(samples) for name, samples in taken.items()}


def peak_mb() -> float:
    """Give the peak of this process's memory so far."""
    return memory_mb(os.getpid(), "VmHWM")


def peak_growth_mb(module: str, *arguments: object) -> float:
    """Run a module that prints its peak after a small file and after a large one, in MB."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    small, large = json.loads(told.stdout)
    return float(large - small)
