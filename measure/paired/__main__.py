"""Send requests to the functions of two revisions in turn, each in a whole system of its own.

AWS's services and the time-stamp authority take as long as they do on AWS. The floor is what a
request has to wait for, one after another. The second table counts the calls of a request, which
include what workers read now and then.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from emulator.local_state import checkout
from measure.paired.revision import checked_out, system_of
from measure.paired.scenarios import LEAST_MS, SCENARIOS, Scenario, Side

WARM_UP = 20


@dataclass(frozen=True)
class Taken:
    """What one side took.

    Attributes:
        wall_ms: Of each request.
        calls: For each operation of a service, calls of a request and milliseconds of a call.
    """

    wall_ms: list[float]
    calls: Mapping[str, tuple[float, float]]

    @property
    def p50_ms(self) -> float:
        """The median."""
        return statistics.median(self.wall_ms)

    @property
    def p95_ms(self) -> float:
        """The nearest rank."""
        return sorted(self.wall_ms)[-(-len(self.wall_ms) * 95 // 100) - 1]


def compared(sides: list[Side], scenario: Scenario, rounds: int) -> list[Taken]:
    """Send a scenario's requests to all sides in turn, which changes its order each time."""
    for side in sides:
        for _ in range(WARM_UP):
            side.taken_ms(scenario.request())
    before = [side.calls() for side in sides]
    wall_ms: list[list[float]] = [[] for _ in sides]
    for number in range(rounds):
        order = range(len(sides)) if number % 2 else reversed(range(len(sides)))
        for index in order:
            wall_ms[index].append(sides[index].taken_ms(scenario.request()))
    return [
        Taken(samples, _per_request(earlier, side.calls(), rounds))
        for samples, earlier, side in zip(wall_ms, before, sides, strict=True)
    ]


def _per_request(
    before: Mapping[str, tuple[int, float]], after: Mapping[str, tuple[int, float]], rounds: int
) -> dict[str, tuple[float, float]]:
    found = {}
    for name, (count, milliseconds) in after.items():
        earlier, earlier_ms = before.get(name, (0, 0.0))
        if count > earlier:
            calls = count - earlier
            found[name] = (calls / rounds, (milliseconds - earlier_ms) / calls)
    return found


def _times(results: Mapping[Scenario, list[Taken]], names: tuple[str, str]) -> Table:
    services = ", ".join(f"{name} {least_ms}" for name, least_ms in LEAST_MS.items())
    columns = [f"{name} {which}" for name in names for which in ("p50", "p95")]
    table = Table(
        "from client to client, ms",
        *columns,
        "ratio",
        "floor",
        "of floor",
        title=f"A call takes, in ms: {services}",
    )
    for scenario, (before, now) in results.items():
        times = [f"{ms:.1f}" for one in (before, now) for ms in (one.p50_ms, one.p95_ms)]
        ratio, floor = now.p50_ms / before.p50_ms, now.p50_ms / scenario.floor_ms
        table.add_row(
            scenario.name, *times, f"{ratio:.2f}", f"{scenario.floor_ms:.0f}", f"{floor:.2f}"
        )
    return table


def _calls(results: Mapping[Scenario, list[Taken]], names: tuple[str, str]) -> Table:
    columns = [f"{name} {which}" for name in names for which in ("calls", "ms each")]
    table = Table("calls of services", *columns, title="Of one request")
    for scenario, sides in results.items():
        table.add_row(f"[bold]{scenario.name}[/]")
        for name in sorted({name for side in sides for name in side.calls}):
            calls = [side.calls.get(name, (0.0, 0.0)) for side in sides]
            table.add_row(f"  {name}", *(f"{one:.2f}" for pair in calls for one in pair))
    return table


def main() -> None:
    arguments = argparse.ArgumentParser(prog="python -m measure.paired", description=__doc__)
    arguments.add_argument("only", nargs="*", metavar="WHAT", help=f"of {', '.join(SCENARIOS)}")
    arguments.add_argument("--before", required=True, metavar="REV", help="the earlier revision")
    arguments.add_argument("--now", metavar="REV", help="the later one (default: this checkout)")
    arguments.add_argument("--rounds", type=int, default=200, help="requests of each kind (200)")
    given = arguments.parse_args()
    if unknown := {*given.only} - {*SCENARIOS}:
        arguments.error(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(SCENARIOS)}")
    out = Console(width=None if os.isatty(1) else 140)
    out.print(f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores")
    names = (given.before, given.now or "now")
    with ExitStack() as stack:
        folders = [
            stack.enter_context(checked_out(one)) if one else checkout()
            for one in (given.before, given.now)
        ]
        sides = [Side(stack.enter_context(system_of(folder))) for folder in folders]
        for side in sides:
            side.slow_down()
        results = {
            scenario: compared(sides, scenario, given.rounds)
            for name in given.only or SCENARIOS
            for scenario in SCENARIOS[name]
        }
    out.print(_times(results, names))
    out.print(_calls(results, names))


if __name__ == "__main__":
    main()
