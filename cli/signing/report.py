"""The report of `edge-signer sign`: a line of JSON for each file."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any, TextIO

from cli.signing.asset_signer import Failed, Signed, Skipped
from cli.signing.places import Place
from cli.terminal import EXIT_USAGE, fail, show_json
from edge_signer_client import SignedAsset


class Report:
    """A file that gets a line at a time, in the order of the assets, whatever ends the run.

    Args:
        file: Its path; it is replaced. None for no file.
        printed: Whether each line is printed too.

    Attributes:
        problem: Why it is not complete; empty if it is.

    Raises:
        typer.Exit: It cannot be opened (2).
    """

    def __init__(self, file: Path | None, *, printed: bool = False) -> None:
        self.problem = ""
        self._printed = printed
        self._file = file
        self._stream: TextIO | None = None
        if file is not None:
            try:
                self._stream = file.open("w", encoding="utf-8", buffering=1)
            except OSError as refused:
                fail(f"--report {refused.filename}: {refused.strerror}", EXIT_USAGE)

    def write(self, line: dict[str, Any]) -> None:
        """Append a line, unless an earlier one could not be written."""
        if self._printed:
            show_json(line)
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


def line_of(place: Place, outcome: Signed | Skipped | Failed) -> dict[str, Any]:
    """Return what became of an asset, in JSON's types."""
    line: dict[str, Any] = {"asset": str(place.asset), "outcome": type(outcome).__name__.lower()}
    if isinstance(outcome, Signed):
        line |= facts_of(outcome.answer)
        line["said"] = outcome.said.summary
        if outcome.said.is_own_parent:
            line["parent"] = str(place.asset)
        if outcome.signed_bytes:
            line["signed"] = str(place.target)
        if outcome.sidecar_bytes:
            line["sidecar"] = str(place.sidecar)
        if outcome.verified_by:
            line["verified_by"] = outcome.verified_by
        if outcome.said.warning:
            line["warning"] = outcome.said.warning
    else:
        line["message"] = outcome.text
        if isinstance(outcome, Failed) and outcome.code:
            line["code"] = outcome.code
    return line


def facts_of(answer: SignedAsset) -> dict[str, Any]:
    """Return what the signer answered, without the manifest itself, in JSON's types."""
    return {
        "manifest_url": answer.manifest_url,
        "kms_key_id": answer.kms_key_id,
        "signing_mode": answer.signing_mode,
        "total_ms": answer.total_ms,
        "tsa_token_url": answer.tsa_token_url,
    }
