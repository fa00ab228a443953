"""`make fuzz-layouts`: damaged assets of every layout; exit code 1 on a finding."""

from __future__ import annotations

import argparse
import signal
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from random import SystemRandom
from types import FrameType

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from measure.fuzz.layout_judges import Judged, judge
from measure.fuzz.layout_seeds import LAYOUTS, Mutants
from measure.fuzz.layout_target import PLANNED, LayoutTarget

_CHUNK = 1000
_HANG_S = 30
# Of so many mutants, one is filled too and its store replaced, one is planned by small reads, and
# one is damaged after it was signed.
_FILLED = _NARROW = 8
_MOST_FINDINGS = 5
_WIDTH = 150


@dataclass
class Tally:
    """What came of the mutants of one layout.

    Attributes:
        outcomes: How many were planned, or refused by which name.
        findings: What must not be.
        reads: The most reads that a plan took.
        read_ratio: The most bytes that a plan read, for each byte of the asset.
        memory_bytes: The most memory that an instance had.
        processor_s: Of all processes together.
    """

    outcomes: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)
    reads: int = 0
    read_ratio: float = 0.0
    memory_bytes: int = 0
    processor_s: float = 0.0

    def add(self, other: Tally) -> None:
        self.outcomes.update(other.outcomes)
        self.findings += other.findings
        self.reads = max(self.reads, other.reads)
        self.read_ratio = max(self.read_ratio, other.read_ratio)
        self.memory_bytes = max(self.memory_bytes, other.memory_bytes)
        self.processor_s += other.processor_s


def run(layout: str, seed: int, numbers: range) -> Tally:
    """Run these mutants with one instance of the module."""
    target, mutants, tally = LayoutTarget(), Mutants(layout, seed), Tally()
    began_s = time.process_time()
    before = signal.signal(signal.SIGALRM, _hangs)
    try:
        for number in numbers:
            content, store_bytes = mutants.make(number)
            signal.setitimer(signal.ITIMER_REAL, _HANG_S)
            try:
                outcome = target.run(content, store_bytes, is_filled=number % _FILLED == 0)
                if number % _NARROW == 1:
                    target.run_narrow(content, store_bytes)
                if number % _NARROW == 2:
                    target.run_damaged(content, partial(mutants.damage, number))
            except Exception as unexpected:
                tally.findings.append(f"{layout} {number} of seed {seed}: {unexpected!r}")
                # An instance that trapped is in no state to go on.
                target = LayoutTarget()
            else:
                tally.outcomes[outcome] += 1
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    tally.reads, tally.read_ratio = target.reads, target.read_ratio
    tally.memory_bytes = target.memory_bytes
    tally.processor_s = time.process_time() - began_s
    return tally


def _hangs(_: int, __: FrameType | None) -> None:
    raise TimeoutError(f"no end within {_HANG_S} s")


def table(tallies: dict[str, Tally], seed: int) -> Table:
    shown = Table(title=f"mutants, seed {seed}")
    for name in (
        "layout",
        "mutants",
        "planned",
        "refused",
        "reads",
        "bytes",
        "memory",
        "/CPU s",
    ):
        shown.add_column(name, justify="left" if name in ("layout", "refused") else "right")
    for layout, tally in tallies.items():
        mutants = tally.outcomes.total() + len(tally.findings)
        names = [f"{name} {n:,}" for name, n in tally.outcomes.most_common() if name != PLANNED]
        shown.add_row(
            *(layout, f"{mutants:,}", f"{tally.outcomes[PLANNED]:,}", ", ".join(names)),
            *(
                f"{tally.reads}",
                f"{tally.read_ratio:.2f} x",
                f"{tally.memory_bytes / 2**20:.1f} MiB",
            ),
            f"{mutants / max(tally.processor_s, 1e-9):,.0f}",
        )
    return shown


def judged_table(judged: dict[str, Judged]) -> Table:
    shown = Table(title="signed mutants, by what c2pa-rs and encypher say")
    shown.add_column("layout")
    pairs = sorted({pair for one in judged.values() for pair in one.states}, reverse=True)
    for pair in pairs:
        shown.add_column("\n".join(pair), justify="right")
    for layout, one in judged.items():
        shown.add_row(
            layout, *(f"{one.states[pair]:,}" if one.states[pair] else "" for pair in pairs)
        )
    return shown


def _parts(inputs: int) -> Iterator[range]:
    for start in range(0, inputs, _CHUNK):
        yield range(start, min(start + _CHUNK, inputs))


def main() -> int:
    arguments = argparse.ArgumentParser(prog="python -m measure.fuzz.layouts", description=__doc__)
    arguments.add_argument("--mutants", type=int, default=200_000, help="of each layout")
    arguments.add_argument(
        "--signed", type=int, default=300, help="of each layout, for the engines"
    )
    arguments.add_argument("--seed", type=int, default=SystemRandom().randrange(2**32))
    arguments.add_argument("--layout", choices=LAYOUTS, action="append", help="only this one")
    arguments.add_argument("--only", type=int, help="the number of the one mutant to run")
    arguments.add_argument("--processes", type=int, default=2)
    wanted = arguments.parse_args()
    layouts = wanted.layout or LAYOUTS
    out = Console(width=_WIDTH)
    tallies = {layout: Tally() for layout in layouts}
    if wanted.only is not None:
        for layout in layouts:
            tallies[layout] = run(layout, wanted.seed, range(wanted.only, wanted.only + 1))
        judged: dict[str, Judged] = {}
    else:
        with (
            ProcessPoolExecutor(wanted.processes) as pool,
            Progress(console=out, transient=True) as bar,
        ):
            task = bar.add_task(f"seed {wanted.seed}", total=wanted.mutants * len(layouts))
            for layout in layouts:
                numbers = list(_parts(wanted.mutants))
                same = [layout] * len(numbers), [wanted.seed] * len(numbers)
                for tally in pool.map(run, *same, numbers):
                    tallies[layout].add(tally)
                    bar.advance(task, _CHUNK)
            same = [wanted.seed] * len(layouts), [wanted.signed] * len(layouts)
            judged = dict(zip(layouts, pool.map(judge, layouts, *same), strict=True))
    out.print(table(tallies, wanted.seed))
    findings = [one for tally in tallies.values() for one in tally.findings]
    if judged:
        out.print(judged_table(judged))
    findings += [one for said in judged.values() for one in said.apart if "Invalid" in one]
    for finding in findings[:_MOST_FINDINGS]:
        out.print(finding, markup=False)
    if len(findings) > _MOST_FINDINGS:
        out.print(f"and {len(findings) - _MOST_FINDINGS:,} more")
    return 1 if findings else 0


if __name__ == "__main__":
    raise SystemExit(main())
