"""Runs many inputs, each chunk in a process of its own.

A native engine could crash or never return. So the process says which input it is at; its parent
names the input that ended it or that took too long.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import time
import traceback
from collections import Counter
from collections.abc import Callable
from multiprocessing.connection import Connection
from random import SystemRandom
from typing import Any, Protocol

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

_CHUNK = 500
#: No input of these sizes takes this long, unless an engine does not return.
_LONGEST_S = 20.0


class Target(Protocol):
    """What inputs are given to."""

    def run(self, number: int, seed: int) -> tuple[str, str]:
        """Run one input; gives what it was made from, and what came of it.

        Raises:
            Exception: That must not be.
        """
        ...


def _run(target: Target, numbers: range, seed: int, at: Any, answers: Connection) -> None:
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


def _chunk(target: Target, numbers: range, seed: int) -> Counter[tuple[str, str]] | str:
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


def run_all(
    make: Callable[[], Target],
    program: str,
    what: str,
    description: str | None,
    inputs: int = 100_000,
) -> int:
    """Run all inputs, or one, as the command line says; gives the exit code.

    Args:
        make: Gives the target.
        program: The module that is run.
        what: What the inputs are, for the table's title.
        description: Of the program.
        inputs: How many, unless the command line says otherwise.
    """
    arguments = argparse.ArgumentParser(prog=f"python -m {program}", description=description)
    arguments.add_argument("--inputs", type=int, default=inputs)
    arguments.add_argument("--seed", type=int, default=SystemRandom().randrange(2**32))
    arguments.add_argument("--only", type=int, help="the number of the one input to run")
    wanted = arguments.parse_args()
    screen, target = Console(), make()
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
    shown = Table("handed in", "outcome", "inputs", title=f"{what}, seed {wanted.seed}")
    for (name, outcome), count in sorted(outcomes.items()):
        shown.add_row(name, outcome, f"{count:,}")
    screen.print(shown)
    largest_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    screen.print(f"the largest process had {largest_mb:.0f} MB")
    return 0
