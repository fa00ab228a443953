"""Runs by their letters; each has a system of its own, and judges itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from measure.load import kms_runs, service_runs, worker_runs
from measure.load.findings import Findings
from measure.load.report import report
from measure.load.rig import Rig, rig


@dataclass(frozen=True)
class Run:
    """A run.

    Attributes:
        title: What it does to the system.
        play: Does it.
        warm: Whether all workers run beforehand.
    """

    title: str
    play: Callable[[Rig, Findings], None]
    warm: bool = True


RUNS = {
    "A": Run("30 % of the calls of KMS at home fail", kms_runs.some_calls_fail),
    "B": Run("KMS at home throttles too", kms_runs.throttles_too),
    "C": Run("KMS fails in both regions", kms_runs.both_regions_fail),
    "D": Run("S3, SSM, DynamoDB and the TSA fail in turn", service_runs.services_fail),
    "E": Run("workers are killed", worker_runs.workers_are_killed),
    "F": Run("KMS gives wrong signatures", kms_runs.wrong_signatures),
    "G": Run("one worker, 20,000 requests", worker_runs.memory_stays, warm=False),
    "H": Run("operators' switches", service_runs.switches_take_effect),
}


def main(
    runs: Annotated[list[str] | None, typer.Argument(help="A to H; all if none is named.")] = None,
    share: Annotated[
        float, typer.Option(min=0.01, max=1, help="Of the requests of a whole run.")
    ] = 1.0,
) -> None:
    """Load a system that fails in parts; exit 1 if a claim does not hold."""
    names = [name.upper() for name in runs or RUNS]
    if unknown := sorted(set(names) - RUNS.keys()):
        raise typer.BadParameter(f"{unknown[0]} is no run; they are {', '.join(RUNS)}")
    out = Console()
    failed = [name for name in names if not _holds(name, share, out)]
    if failed:
        out.print(f"[red]claims of {', '.join(failed)} do not hold[/]")
        raise typer.Exit(1)


def _holds(name: str, share: float, out: Console) -> bool:
    run, findings = RUNS[name], Findings()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    progress = Progress(*columns, TimeElapsedColumn(), console=out, transient=True)
    with progress, rig(progress, share, warm=run.warm) as made:
        run.play(made, findings)
        findings.sightings = list(made.watch.sightings)
    files = report(name, run.title, findings, out)
    out.print(f"{files}.txt, .json, .svg")
    return findings.hold


if __name__ == "__main__":
    typer.run(main)
