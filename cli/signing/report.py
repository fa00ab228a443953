"""The report of `edge-signer sign`: a line of JSON for each file."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from cli.signing.places import Place
from cli.terminal import EXIT_USAGE, fail


class Report:
    """A file that gets a line at a time, in the order of the assets, whatever ends the run.

    Args:
        file: Its path; it is replaced. None for no report.

    Attributes:
        problem: Why it is not complete; empty if it is.

    Raises:
        typer.Exit: It cannot be opened (2).
    """

    def __init__(self, file: Path | None) -> None:
        self.problem = ""
        self._file = file
        self._stream: TextIO | None = None
        if file is not None:
            try:
                self._stream = file.open("w", encoding="utf-8", buffering=1)
            except OSError as refused:
                fail(f"--report {refused.filename}: {refused.strerror}", EXIT_USAGE)

    def write(self, line: dict[str, str]) -> None:
        """Append a line, unless an earlier one could not be written."""
        if self._stream is None or self.problem:
            return
        try:
            self._stream.write(json.dumps(line) + "\n")
        except OSError as failure:
            self._note(failure)

    def close(self) -> None:
        """Close the file; a failure becomes its problem."""
        if self._stream is None:
            return
        try:
            self._stream.close()
        except OSError as failure:
            self._note(failure)

    def _note(self, failure: OSError) -> None:
        self.problem = self.problem or (
            f"--report {self._file}: {failure.strerror}: the report is not complete"
        )


def require_apart(report: Path | None, places: list[Place]) -> None:
    """End the command if the report would replace a file that is signed or written.

    Args:
        report: The file of the report; None for none.
        places: All of the command's.

    Raises:
        typer.Exit: It would (2).
    """
    if report is None:
        return
    path, exists = os.path.realpath(report), os.path.exists(report)
    for place in places:
        for file in (place.asset, place.target, place.sidecar):
            if file is None:
                continue
            is_same = os.path.realpath(file) == path
            if exists and not is_same:
                with suppress(OSError):
                    is_same = report.samefile(file)
            if is_same:
                fail(
                    f"--report {report} is a file that is signed or written; name another one, "
                    "outside the folders that are signed",
                    EXIT_USAGE,
                )
