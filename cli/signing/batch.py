"""Signs many assets, several at once."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from threading import Event
from typing import TextIO

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from cli.signing.asset_signer import AssetSigner, Failed, Place, Signed, Skipped
from cli.terminal import EXIT_USAGE, Terminal, fail, out, say_error


class _FilesPerSecond(ProgressColumn):
    """How many files are done in a second."""

    def render(self, task: Task) -> Text:
        return Text("" if task.speed is None else f"{task.speed:.1f} files/s")


def sign_all(
    signer: AssetSigner, places: list[Place], at_once: int, report_file: Path | None
) -> int:
    """Sign many assets, show how far it is, and tell what failed.

    It stops when the signer refuses what is no fault of one asset. Run again, it goes on with the
    rest, because targets that exist are skipped.

    Args:
        signer: Signs each.
        places: The assets.
        at_once: How many at the same time.
        report_file: File for a line of JSON for each asset; None for none.

    Returns:
        0 if every asset is signed or was skipped, else 1.
    """
    stopped = Event()

    def one(place: Place) -> Signed | Skipped | Failed | None:
        if stopped.is_set():
            return None
        outcome = signer.sign(place)
        if isinstance(outcome, Failed) and outcome.is_of_all:
            stopped.set()
        return outcome

    columns = (TextColumn("signing"), BarColumn(), MofNCompleteColumn(), _FilesPerSecond())
    screen = Terminal(stderr=True)
    counts = {Signed: 0, Skipped: 0, Failed: 0}
    # Told after the bar, which would be drawn over them.
    failures: list[str] = []
    with ExitStack() as stack:
        report = _opened(report_file, stack)
        progress = stack.enter_context(
            Progress(
                *columns, TimeRemainingColumn(), console=screen, disable=not screen.is_terminal
            )
        )
        pool = stack.enter_context(ThreadPoolExecutor(at_once))
        task = progress.add_task("", total=len(places))
        try:
            for place, outcome in zip(places, pool.map(one, places), strict=True):
                progress.advance(task)
                if outcome is None:
                    continue
                counts[type(outcome)] += 1
                if isinstance(outcome, Failed):
                    failures.append(outcome.text)
                if report is not None:
                    report.write(json.dumps(_line(place, outcome)) + "\n")
        except KeyboardInterrupt:
            stopped.set()
            raise
    for text in failures:
        say_error(text)
    left = len(places) - sum(counts.values())
    summary = f"{counts[Signed]} signed, {counts[Skipped]} skipped, {counts[Failed]} failed"
    out.print(summary + (f", {left} not tried; run it again for the rest" if left else ""))
    return 1 if counts[Failed] or left else 0


def _opened(report_file: Path | None, stack: ExitStack) -> TextIO | None:
    if report_file is None:
        return None
    try:
        return stack.enter_context(report_file.open("w", encoding="utf-8"))
    except OSError as refused:
        fail(f"{refused.filename}: {refused.strerror}", EXIT_USAGE)


def _line(place: Place, outcome: Signed | Skipped | Failed) -> dict[str, str]:
    line = {"asset": str(place.asset), "outcome": type(outcome).__name__.lower()}
    if isinstance(outcome, Signed):
        line["manifest_url"] = outcome.answer.manifest_url
        if place.target is not None:
            line["signed"] = str(place.target)
    else:
        line["message"] = outcome.text
        if isinstance(outcome, Failed) and outcome.code:
            line["code"] = outcome.code
    return line
