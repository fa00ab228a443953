"""Many inputs, each made from the campaign's seed and its own number alone."""

from __future__ import annotations

import pprint
import signal
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import FrameType
from typing import Any

from measure.fuzz.framing import calls
from measure.fuzz.host_target import HostTarget, request
from measure.fuzz.module_target import ModuleTarget
from measure.fuzz.request_target import RequestTarget, body

ANSWERS = {"prepare", "time_stamp_payload", "assemble", "signed"}
# An input takes milliseconds; who takes this long will not end.
HANG_S = 30


@dataclass
class Tally:
    """What came of the inputs.

    Attributes:
        inputs: How many there were, by target.
        refused: How many were refused, by name; an input counts once for each name it met.
        accepted: How many were refused nothing.
        fuel: The most that one input spent.
        memory_bytes: The most that an instance's memory had.
    """

    inputs: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    accepted: int = 0
    fuel: int = 0
    memory_bytes: int = 0


class Finding(Exception):
    """An input that came to what must not be."""

    def __init__(self, seed: int, number: int, target: str, given: Any) -> None:
        super().__init__(
            f"{target}: input {number} of seed {seed}; again with "
            f"`python -m measure.fuzz --seed {seed} --only {number}`"
        )
        self.number = number
        self._given = given

    def save(self, folder: Path) -> Path:
        """Write the input and what came of it, so that a test can be made of it."""
        path = folder / f"fuzz-finding-{self.number}.txt"
        path.write_text(f"{self}\n{self.__cause__!r}\n\n{pprint.pformat(self._given, width=100)}\n")
        return path


class Campaign:
    """Runs inputs by their numbers.

    Args:
        seed: Of all randomness.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self.tally = Tally()
        self._module = ModuleTarget()
        self._host = HostTarget()
        self._requests = RequestTarget()

    def run(self, numbers: Iterable[int]) -> None:
        """Run these inputs.

        Raises:
            Finding: One came to what must not be.
        """
        before = signal.signal(signal.SIGALRM, _hangs)
        try:
            for number in numbers:
                signal.setitimer(signal.ITIMER_REAL, HANG_S)
                self._run_one(number)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)

    def _run_one(self, number: int) -> None:
        random = Random(f"{self._seed}:{number}")
        target = random.choice(("module", "module", "host", "request"))
        given: Any = None
        run: Callable[[Any], list[str]]
        match target:
            case "module":
                given, run = calls(random), self._run_module
            case "host":
                given, run = request(random), self._host.run
            case _:
                given, run = body(random), self._requests.run
        try:
            outcomes = run(given)
        except Exception as unexpected:
            raise Finding(self._seed, number, target, given) from unexpected
        self.tally.inputs[target] += 1
        refusals = set(outcomes) - ANSWERS
        self.tally.refused.update(refusals)
        self.tally.accepted += not refusals

    def _run_module(self, given: Any) -> list[str]:
        done = self._module.run(given)
        self.tally.fuel = max(self.tally.fuel, done.fuel)
        self.tally.memory_bytes = max(self.tally.memory_bytes, done.memory_bytes)
        return done.outcomes


def _hangs(_: int, __: FrameType | None) -> None:
    raise TimeoutError(f"no end within {HANG_S} s")
