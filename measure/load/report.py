"""A run's findings as text, as JSON and as a picture."""

from __future__ import annotations

import json
import os
import platform
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from emulator.local_state import checkout
from measure.load.findings import Findings
from measure.load.picture import picture

#: Where reports go; git ignores it.
FOLDER = checkout() / ".edge-signer" / "load"


def report(name: str, title: str, findings: Findings, out: Console) -> Path:
    """Print what a run found, and write it into `FOLDER`.

    Args:
        name: Of the run, and of its files.
        title: What the run is.
        findings: Of it.
        out: The screen.

    Returns:
        The files' common beginning.
    """
    FOLDER.mkdir(parents=True, exist_ok=True)
    beginning = FOLDER / name
    recorder = Console(record=True, width=140, file=Path(os.devnull).open("w"))  # noqa: SIM115
    for console in (out, recorder):
        for table in _tables(f"{name}: {title}", findings):
            console.print(table)
    beginning.with_suffix(".txt").write_text(recorder.export_text())
    beginning.with_suffix(".json").write_text(json.dumps(_document(title, findings), indent=1))
    beginning.with_suffix(".svg").write_text(picture(f"{name}: {title}", findings))
    return beginning


def _tables(title: str, findings: Findings) -> list[Table]:
    phases = Table("phase", "sent", "outcomes", "median ms", "99 % ms", "slowest ms", title=title)
    for phase in findings.phases:
        phases.add_row(*phase.row())
    claims = Table("claim", "found", "holds")
    for claim in findings.claims:
        claims.add_row(claim.text, claim.found, "yes" if claim.holds else "[red]NO[/]")
    for name, figure in findings.figures.items():
        claims.add_row(name, str(figure), "")
    return [phases, claims]


def _document(title: str, findings: Findings) -> dict[str, Any]:
    changes = [
        seen
        for before, seen in zip([None, *findings.sightings], findings.sightings, strict=False)
        if before is None or (before.state, before.since_ms) != (seen.state, seen.since_ms)
    ]
    return {
        "run": title,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}",
        "holds": findings.hold,
        "claims": [asdict(claim) for claim in findings.claims],
        "figures": findings.figures,
        "phases": [
            dict(
                zip(
                    ("name", "sent", "outcomes", "median_ms", "p99_ms", "slowest_ms"),
                    phase.row(),
                    strict=True,
                )
            )
            for phase in findings.phases
        ],
        "refusals": Counter(
            str(one.content.get("message", one.outcome))
            for one in findings.attempts
            if one.status != 200
        ),
        "breaker": [asdict(seen) for seen in changes],
    }
