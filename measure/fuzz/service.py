"""`make fuzz-service`: 100,000 damaged files and stores for POST /verify.

A native engine could crash or never return. So each chunk runs in a process of its own, which says
which input it is at; the parent names the input that ended it or that took too long.
"""

from __future__ import annotations

import argparse
import multiprocessing
import time
import traceback
from collections import Counter
from multiprocessing.connection import Connection
from random import SystemRandom
from typing import Any

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from measure.fuzz.service_target import ServiceTarget

_CHUNK = 500
#: No input of these sizes takes this long, unless an engine does not return.
_LONGEST_S = 20.0


def _run(target: ServiceTarget, numbers: range, seed: int, at: Any, answers: Connection) -> None:
    """Run a chunk in this process, which ends with it."""
    outcomes: Counter[tuple[str, str]] = Counter()
    for number in numbers:
        at.value = number
        try:
            outcomes[target.run(number, seed)] += 1
        except BaseException:
            answers.send(traceback.format_exc())
            return
    answers.send(outcomes)


def _chunk(target: ServiceTarget, numbers: range, seed: int) -> Counter[tuple[str, str]] | str:
    """Run a chunk in a child; give its outcomes, or what went wrong with which input."""
    fork = multiprocessing.get_context("fork")
    at = fork.Value("q", numbers.start, lock=False)
    answers, theirs = fork.Pipe(duplex=False)
    child = fork.Process(target=_run, args=(target, numbers, seed, at, theirs))
    child.start()
    theirs.close()
    seen, since_s = at.value, time.monotonic()
    try:
        while not answers.poll(0.2):
            if at.value != seen:
                seen, since_s = at.value, time.monotonic()
            if time.monotonic() - since_s > _LONGEST_S:
                return f"input {seen} takes more than {_LONGEST_S:g} s"
        told: Counter[tuple[str, str]] | str = answers.recv()
    except EOFError:
        child.join()
        return f"input {at.value} ended the process: exit code {child.exitcode}"
    finally:
        child.kill()
        child.join()
    return f"input {at.value}:\n{told}" if isinstance(told, str) else told


def main() -> int:
    """Run all inputs, or one."""
    arguments = argparse.ArgumentParser(prog="python -m measure.fuzz.service", description=__doc__)
    arguments.add_argument("--inputs", type=int, default=100_000)
    arguments.add_argument("--seed", type=int, default=SystemRandom().randrange(2**32))
    arguments.add_argument("--only", type=int, help="the number of the one input to run")
    wanted = arguments.parse_args()
    screen, target = Console(), ServiceTarget()
    if wanted.only is not None:
        screen.print(target.run(wanted.only, wanted.seed))
        return 0
    outcomes: Counter[tuple[str, str]] = Counter()
    with Progress(console=screen, transient=True) as progress:
        task = progress.add_task(f"seed {wanted.seed}", total=wanted.inputs)
        for start in range(0, wanted.inputs, _CHUNK):
            numbers = range(start, min(start + _CHUNK, wanted.inputs))
            told = _chunk(target, numbers, wanted.seed)
            if isinstance(told, str):
                screen.print(
                    f"{told}\nagain with --seed {wanted.seed} --only <input>", markup=False
                )
                return 1
            outcomes += told
            progress.advance(task, len(numbers))
    shown = Table("handed in", "outcome", "inputs", title=f"damaged requests, seed {wanted.seed}")
    for (name, outcome), count in sorted(outcomes.items()):
        shown.add_row(name, outcome, f"{count:,}")
    screen.print(shown)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
