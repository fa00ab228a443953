"""Signs many assets, several at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from threading import Event

from cli.many_files import EXIT_INTERRUPTED, interrupts, progress_bar
from cli.signing.asset_signer import AssetSigner, Failed, Signed, Skipped
from cli.signing.places import Layout, Place
from cli.signing.report import Report
from cli.terminal import out, say_error, say_warning

_WAITING = "waiting for the files that are being signed, up to two minutes if the server is busy"


def sign_all(signer: AssetSigner, layout: Layout, at_once: int, report_file: Path | None) -> int:
    """Sign many assets, show how far it is, and tell what failed.

    It stops when the signer refuses what is no fault of one asset, and after Ctrl-C. Run again, it
    goes on with the rest, because files that exist are skipped.

    Args:
        signer: Signs each.
        layout: The assets, and what could not be looked into.
        at_once: How many at the same time.
        report_file: File for a line of JSON for each asset; None for none.

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

    counts = {Signed: 0, Skipped: 0, Failed: len(layout.unreadable)}
    # Told after the bar, which would be drawn over them.
    failures: list[str] = []
    warnings: list[str] = []
    left = opened = 0
    with ExitStack() as stack:
        report = stack.enter_context(closing(Report(report_file)))
        for unreadable in layout.unreadable:
            failures.append(f"{unreadable.filename}: {unreadable.strerror}")
            unread = {"asset": str(unreadable.filename), "outcome": "failed"}
            report.write(unread | {"message": failures[-1]})
        progress = stack.enter_context(progress_bar("signing"))
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
            report.write(_line(place, outcome))
    for text in (*failures, report.problem):
        if text:
            say_error(text)
    for warning in filter(None, warnings):
        say_warning(warning)
    summary = f"{counts[Signed]} signed, {counts[Skipped]} skipped, {counts[Failed]} failed"
    if opened:
        out.print(
            f"{opened} carried credentials, which are kept: each became its own parent "
            "(--no-parent leaves them out)"
        )
    out.print(summary + (f", {left} not tried; run it again for the rest" if left else ""))
    if interrupted.is_set():
        return EXIT_INTERRUPTED
    return 1 if counts[Failed] or left or report.problem else 0


def _line(place: Place, outcome: Signed | Skipped | Failed) -> dict[str, str]:
    line = {"asset": str(place.asset), "outcome": type(outcome).__name__.lower()}
    if isinstance(outcome, Signed):
        line["manifest_url"] = outcome.answer.manifest_url
        if outcome.said.is_own_parent:
            line["parent"] = str(place.asset)
        if outcome.signed_bytes:
            line["signed"] = str(place.target)
        if outcome.sidecar_bytes:
            line["sidecar"] = str(place.sidecar)
    else:
        line["message"] = outcome.text
        if isinstance(outcome, Failed) and outcome.code:
            line["code"] = outcome.code
    return line
