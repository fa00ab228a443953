"""Signs many assets, several at once."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from threading import Event

from cli.many_files import EXIT_INTERRUPTED, interrupts, progress_bar
from cli.signing.asset_signer import AssetSigner, Failed, Signed, Skipped
from cli.signing.places import Layout, Place
from cli.signing.report import Report, line_of
from cli.terminal import out, say_error, say_warning

_WAITING = "waiting for the files that are being signed, up to two minutes if the server is busy"

_Counts = dict[type[Signed | Skipped | Failed], int]


def sign_all(
    signer: AssetSigner,
    layout: Layout,
    at_once: int,
    report_file: Path | None,
    *,
    as_json: bool = False,
) -> int:
    """Sign many assets, show how far it is, and tell what failed.

    It stops when the signer refuses what is no fault of one asset, and after Ctrl-C. Run again, it
    goes on with the rest, because files that exist are skipped.

    Args:
        signer: Signs each.
        layout: The assets, and what could not be looked into.
        at_once: How many at the same time.
        report_file: File for a line of JSON for each asset; None for none.
        as_json: Whether to print these lines, each as soon as it is known, and no summary.

    Returns:
        0 if every asset is signed or was skipped, 130 after Ctrl-C, else 1.
    """
    stopped, places = Event(), layout.places

    def one(place: Place) -> Signed | Skipped | Failed | None:
        if stopped.is_set():
            return None
        try:
            outcome = signer.sign(place)
        except Exception as unexpected:
            # The other files have no part in it.
            return Failed(f"{place.asset}: {type(unexpected).__name__}: {unexpected}")
        if isinstance(outcome, Failed) and outcome.is_of_all:
            stopped.set()
        return outcome

    counts: _Counts = {Signed: 0, Skipped: 0, Failed: len(layout.unreadable)}
    # Told after the bar, which would be drawn over them.
    failures: list[str] = []
    warnings: list[str] = []
    left = opened = 0
    with ExitStack() as stack:
        report = stack.enter_context(closing(Report(report_file, printed=as_json)))
        for unreadable in layout.unreadable:
            failures.append(f"{unreadable.filename}: {unreadable.strerror}")
            unread = {"asset": str(unreadable.filename), "outcome": "failed"}
            report.write(unread | {"message": failures[-1]})
        # A bar would be drawn between the lines.
        hidden = as_json and sys.stdout.isatty()
        progress = stack.enter_context(progress_bar("signing", hidden=hidden))
        pool = stack.enter_context(ThreadPoolExecutor(at_once))
        task = progress.add_task("", total=len(places))
        interrupted = stack.enter_context(interrupts(stopped, _WAITING))
        for place, outcome in zip(places, pool.map(one, places), strict=True):
            progress.advance(task)
            if outcome is None:
                left += 1
                continue
            counts[type(outcome)] += 1
            if isinstance(outcome, Failed):
                failures.append(outcome.text)
            elif isinstance(outcome, Signed):
                opened += outcome.said.is_own_parent
                warnings.append(outcome.said.warning)
            report.write(line_of(place, outcome))
    for text in (*failures, report.problem):
        if text:
            say_error(text)
    for warning in filter(None, warnings):
        say_warning(warning)
    not_tried = f"{left} not tried; run it again for the rest" if left else ""
    if not as_json:
        _show_summary(counts, opened, not_tried)
    elif left:
        say_error(not_tried)
    if interrupted.is_set():
        return EXIT_INTERRUPTED
    return 1 if counts[Failed] or left or report.problem else 0


def _show_summary(counts: _Counts, opened: int, not_tried: str) -> None:
    if opened:
        out.print(
            f"{opened} carried credentials, which are kept: each became its own parent "
            "(--no-parent leaves them out)"
        )
    summary = f"{counts[Signed]} signed, {counts[Skipped]} skipped, {counts[Failed]} failed"
    out.print(", ".join(filter(None, (summary, not_tried))))
