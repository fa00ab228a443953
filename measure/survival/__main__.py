"""Run other people's programs on signed files, and write what became of the manifests.

`make survival` runs it and writes the table of docs/reference/survival.md.
"""

from __future__ import annotations

import importlib.metadata
import sys
import tempfile
from pathlib import Path

import c2pa

from measure.survival import packages, programs
from measure.survival.judgement import judge
from measure.survival.subjects import MEDIA_TYPES, Subject, format_of, sign_all
from measure.survival.table import Outcome, Report, rendered, with_table
from measure.survival.tools import Edit, Ready, Tool, edit
from tests.judges.borrowed import Missing
from tests.signers.software_signer import Workshop

PAGE = Path(__file__).resolve().parents[2] / "docs/reference/survival.md"
KINDS: dict[str, tuple[Tool, ...]] = {
    "sending and packing": packages.TRANSPORT,
    "editing metadata": programs.METADATA + packages.METADATA,
    "optimising": programs.OPTIMISERS + packages.OPTIMISERS,
    "resizing, converting, saving again": programs.CONVERTERS + packages.CONVERTERS,
    "documents": programs.DOCUMENTS + packages.DOCUMENTS,
}


def outcome(
    ready: Ready, done: Edit, subjects: dict[str, Subject], folder: Path, anchors_pem: str
) -> Outcome:
    """Do one thing to a file of each format, and judge what comes out."""
    judgements, unchanged, failed = {}, set(), []
    for name in done.formats:
        subject = subjects[name]
        with tempfile.TemporaryDirectory(dir=folder) as place:
            written = edit(ready, done, subject.path, Path(place))
            if written is None:
                failed.append(name)
                continue
            asset = written.read_bytes()
        judgements[name] = judge(asset, MEDIA_TYPES[format_of(written)], anchors_pem)
        if asset == subject.path.read_bytes():
            unchanged.add(name)
    return Outcome(done.does, judgements, frozenset(unchanged), tuple(failed))


def run(folder: Path) -> Report:
    """Run every tool.

    Args:
        folder: Gets the packages and the files.
    """
    workshop = Workshop()
    packages.in_pillow(folder)
    subjects = sign_all(workshop, folder, Path(packages.in_pypdf(folder).command[0]))
    anchors_pem = workshop.ca.anchors_pem()
    report = Report(
        (
            f"c2pa-rs {c2pa.sdk_version()}",
            f"encypher-c2pa {importlib.metadata.version('encypher-c2pa')}",
        )
    )
    for kind, tools in KINDS.items():
        group = report.groups.setdefault(kind, {})
        for tool in tools:
            try:
                ready = tool.prepare(folder)
            except Missing as missing:
                report.missing.append(f"{tool.name} ({missing})")
                continue
            print(f"{tool.name} {ready.version}", file=sys.stderr)
            group[f"{tool.name} {ready.version}"] = [
                outcome(ready, done, subjects, folder, anchors_pem) for done in tool.edits
            ]
    return report


def main() -> None:
    """Print the table, and write it into the page."""
    with tempfile.TemporaryDirectory() as folder:
        table = rendered(run(Path(folder)))
    print(table)
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8"), table), encoding="utf-8")


if __name__ == "__main__":
    main()
