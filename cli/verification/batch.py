"""Verifies many files, several at once."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from threading import Event

from central_signer.verification.trusted_roots import AnchorsError
from cli.many_files import EXIT_INTERRUPTED, interrupts, progress_bar
from cli.terminal import EXIT_NOT_TRUSTED, out, say_error
from cli.verification.conclusions import outcome, summary
from cli.verification.file_verifier import FileVerifier, Target, unread
from cli.verification.screen import show_table
from edge_signer.verification.report import VerificationReport

_WAITING = "waiting for the files that are being verified"


@dataclass(frozen=True)
class Verified:
    """What came of many files.

    Attributes:
        reports: On the files, in their order.
        exit_code: 0 if all are trusted, 130 after Ctrl-C, else 1.
    """

    reports: list[VerificationReport]
    exit_code: int


def verify_all(
    verifier: FileVerifier,
    targets: Sequence[Target],
    unreadable: Sequence[OSError],
    at_once: int,
    *,
    as_json: bool,
) -> Verified:
    """Verify many files and print the results: a table and a summary, or a line of JSON for each.

    Args:
        verifier: Verifies each.
        targets: The files.
        unreadable: Folders and files that could not be looked into; each gets a report too.
        at_once: How many at the same time.
        as_json: Whether to print JSON, each line as soon as it is known.

    Raises:
        AnchorsError: The trusted certificates cannot be used.
    """
    stopped = Event()

    def one(target: Target) -> VerificationReport | None:
        if stopped.is_set():
            return None
        try:
            return verifier.report(target)
        except AnchorsError:
            stopped.set()
            raise
        except Exception as unexpected:
            # The other files have no part in it.
            return unread(target.name, f"{type(unexpected).__name__}: {unexpected}")

    reports = [unread(str(one.filename), one.strerror or str(one)) for one in unreadable]
    left = 0
    with ExitStack() as stack:
        # A bar would be drawn between the lines.
        hidden = as_json and sys.stdout.isatty()
        progress = stack.enter_context(progress_bar("verifying", hidden=hidden))
        task = progress.add_task("", total=len(targets))
        pool = stack.enter_context(ThreadPoolExecutor(at_once))
        interrupted = stack.enter_context(interrupts(stopped, _WAITING))
        if as_json:
            _print_lines(reports)
        for report in pool.map(one, targets):
            progress.advance(task)
            if report is None:
                left += 1
                continue
            reports.append(report)
            if as_json:
                _print_lines([report])
    not_tried = f", {left} not tried" if left else ""
    counted = [outcome(one) for one in reports]
    if as_json:
        if left:
            say_error(f"{summary(counted)}{not_tried}")
    else:
        show_table(reports)
        out.print(f"\n{summary(counted)}{not_tried}")
    if interrupted.is_set():
        return Verified(reports, EXIT_INTERRUPTED)
    is_good = not left and all(one == "trusted" for one in counted)
    return Verified(reports, 0 if is_good else EXIT_NOT_TRUSTED)


def _print_lines(reports: Sequence[VerificationReport]) -> None:
    for one in reports:
        out.print(one.to_json(), markup=False)
