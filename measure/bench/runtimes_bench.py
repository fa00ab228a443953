"""Small programs in the sandbox, and in runtimes that confine them less."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rich.table import Table

from measure.bench.execution_bench import APART_S, HELLO, PRINTED, SAID
from measure.bench.measurement import medians_us
from measure.bench.runtimes import Program, Run, runs_of
from measure.toolchains.__main__ import built
from measure.toolchains.toolchains import TOOLCHAINS, for_wasi
from tests.judges.borrowed import Missing

ROUNDS = 30
TOGETHER = 100
AT_ONCE = os.cpu_count() or 1
FLOATS = for_wasi("a loop of floating-point numbers", "floats.c")
FLOATS_PRINTED = b"2671297.861\n"


def tables() -> Iterator[Table]:
    """Run each program in turn in every runtime; then many at once."""
    with tempfile.TemporaryDirectory() as folder:
        for one in _programs(Path(folder)):
            yield _table(one)


def _programs(folder: Path) -> Iterator[Program]:
    yield Program("hello.wasm", HELLO.read_bytes(), (SAID,), PRINTED)
    try:
        yield Program("float loop", float_loop(folder), (), FLOATS_PRINTED)
    except Missing as absent:
        print(absent, file=sys.stderr)


def float_loop(folder: Path) -> bytes:
    """Build a program that computes for some twenty milliseconds.

    Raises:
        Missing: There is no compiler.
    """
    return built(TOOLCHAINS[0].prepare(folder), FLOATS, folder)


def _table(one: Program) -> Table:
    table = Table(
        f"{one.name}, {len(one.wasm) / 1000:.0f} KB",
        "median, ms",
        f"{AT_ONCE} at once, jobs a second",
        title="Runtimes",
    )
    with runs_of(one, AT_ONCE) as runs:
        # While it waits, the sandbox forks its next process.
        contestants: dict[str, Run] = {}
        for name, run in runs.items():
            contestants[f"waiting for {name}"] = lambda: time.sleep(APART_S)
            contestants[name] = run
        taken_us = medians_us(contestants, rounds=ROUNDS)
        for name, run in runs.items():
            table.add_row(name, f"{taken_us[name] / 1000:.1f}", f"{_a_second(run):.0f}")
    return table


def _a_second(run: Run) -> float:
    with ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(lambda _: run(), range(AT_ONCE * 4)))
        began_s = time.perf_counter()
        list(threads.map(lambda _: run(), range(TOGETHER)))
        return TOGETHER / (time.perf_counter() - began_s)
