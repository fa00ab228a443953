"""`make public-files FILES=…`: public test files, what engines say of each, and each as a parent.

The page has those of https://github.com/c2pa-org/public-testfiles and of all of
https://github.com/contentauth/c2pa-rs, at the revisions that it names; any other folder of assets
works too.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import track

from central_signer.verification.verifier import Verifier
from cli.openapi.error_table import with_part
from cli.verification.trusted_lists import trust_lists
from edge_signer.verification.asset import AssetToVerify
from edge_signer.verification.report import VerificationReport
from edge_signer.verification.trust import TrustLists
from measure.engines import public_parents
from measure.engines.public_parents import Parents
from measure.survival.packages import in_pillow
from tests.conftest import ROOT
from tests.judges.engines import Verdict, encypher

PAGE = ROOT / "docs/reference/verdicts.md"
BEGIN = "<!-- public files: `make public-files` judges them and writes this table -->\n"
END = "<!-- end of public files -->"
_MEDIA = {
    *("jpg", "jpeg", "png", "tif", "tiff", "dng", "webp", "gif", "svg", "heic", "heif", "avif"),
    *("mp4", "mov", "m4a", "mp3", "wav", "avi", "flac", "pdf"),
}
_SILENT = "-"


@dataclass(frozen=True)
class Row:
    """One file.

    Attributes:
        name: Its path below the folder that was named.
        report: Ours.
        encypher: The verdict of encypher-c2pa.
        documented: The failures that the file's publisher documents; None if it says nothing.
    """

    name: str
    report: VerificationReport
    encypher: Verdict
    documented: tuple[str, ...] | None


def files_of(folder: Path) -> list[Path]:
    """Return the media files of a folder, without those of documented manifests."""
    files = (one for one in folder.rglob("*") if one.suffix[1:].lower() in _MEDIA)
    return sorted(one for one in files if "manifests" not in one.relative_to(folder).parts)


def judged(folder: Path, trust: TrustLists, anchors_pem: str) -> Iterator[Row]:
    """Judge the files of a folder that carry credentials."""
    verifier = Verifier(lambda: trust)
    for file in track(files_of(folder), f"{folder.name}: files"):
        with file.open("rb") as stream:
            report = verifier.verify(AssetToVerify(file.name, stream=stream))
        if report.verdict == "NoCredentials":
            continue
        other = encypher(file.read_bytes(), _media_type(file), None, anchors_pem)
        yield Row(str(file.relative_to(folder)), report, other, _documented(file))


def _documented(file: Path) -> tuple[str, ...] | None:
    told = file.parent / "manifests" / file.stem / "manifest_store.json"
    if not told.is_file():
        return None
    return tuple(one["code"] for one in json.loads(told.read_text()).get("validation_status") or ())


def _media_type(file: Path) -> str:
    kind = file.suffix[1:].lower()
    known = {"jpg": "image/jpeg", "tif": "image/tiff", "dng": "image/tiff", "svg": "image/svg+xml"}
    known |= {"mp4": "video/mp4", "mov": "video/quicktime", "m4a": "audio/mp4", "mp3": "audio/mpeg"}
    known |= {
        "wav": "audio/wav",
        "avi": "video/avi",
        "flac": "audio/flac",
        "pdf": "application/pdf",
    }
    return known.get(kind, f"image/{kind}")


def table(rows: list[Row], *, only_differences: bool = False) -> str:
    """Write the rows in Markdown."""
    lines = [
        "| file | ours | c2pa-rs | our validator | encypher | documented |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        if only_differences and not differs(row):
            continue
        opinions = {one.name: one for one in row.report.engines}
        said = [
            _said(opinions[name].verdict or _SILENT, opinions[name].failures)
            if name in opinions
            else _SILENT
            for name in ("c2pa-rs", "edge-signer")
        ]
        documented = (
            _SILENT if row.documented is None else ", ".join(row.documented) or "no failure"
        )
        lines.append(
            f"| {row.name} | {row.report.verdict} | {said[0]} | {said[1]} "
            f"| {_said(row.encypher.state, row.encypher.failures)} | {documented} |"
        )
    return "\n".join(lines) + "\n"


def differs(row: Row) -> bool:
    """Tell whether our two engines, or the file's publisher, differ about a file."""
    verdicts = {one.verdict for one in row.report.engines}
    is_sound = row.report.verdict in {"Trusted", "Valid"}
    return len(verdicts) > 1 or (row.documented is not None and is_sound != (not row.documented))


def summary(rows: list[Row]) -> str:
    """Count in a sentence how often the engines agree."""
    both = [one for one in rows if len(one.report.engines) == 2]
    agreed = sum(len({one.verdict for one in row.report.engines}) == 1 for row in both)
    told = [one for one in rows if one.documented is not None]
    as_told = sum(not differs(one) for one in told)
    return (
        f"Of {len(rows)} files with credentials, both engines could judge {len(both)}, and gave "
        f"the same verdict on {agreed}. Of {len(told)} files with a documented verdict, {as_told} "
        "got it from both.\n"
    )


def _said(state: str, failures: tuple[str, ...] | list[str]) -> str:
    codes = list(dict.fromkeys(failures))
    shown = ", ".join(one[:60].replace("|", "/") for one in codes[:3])
    return f"{state}: {shown}" if shown else state


def main() -> int:
    """Judge the files of the folders, sign them as parents, and write the page's tables."""
    arguments = argparse.ArgumentParser(prog="python -m measure.engines.public_files")
    arguments.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    arguments.add_argument("--anchors", type=Path, help="the roots to trust, in PEM; default: none")
    arguments.add_argument(
        "--write", action="store_true", help="the table into docs/reference/verdicts.md"
    )
    wanted = arguments.parse_args()
    trust, anchors_pem = TrustLists(()), ""
    if wanted.anchors is not None:
        trust = trust_lists(wanted.anchors, None, wanted.anchors.parent)
        anchors_pem = wanted.anchors.read_text()
    rows = [row for folder in wanted.folders for row in judged(folder, trust, anchors_pem)]
    with tempfile.TemporaryDirectory() as place:
        pillow = in_pillow(Path(place)).command[0]
        signing = Parents(trust, anchors_pem, pillow)
        parents = [
            row
            for folder in wanted.folders
            for row in signing.signed(folder, [(one, _media_type(one)) for one in files_of(folder)])
        ]
    out = Console(width=200)
    out.print(table(rows), summary(rows), markup=False)
    out.print(public_parents.table(parents), public_parents.summary(parents), markup=False)
    if wanted.write:
        part = f"{summary(rows)}\n{table(rows, only_differences=True)}"
        page = with_part(PAGE.read_text(), BEGIN, END, part)
        part = f"{public_parents.summary(parents)}\n{public_parents.table(parents)}"
        PAGE.write_text(with_part(page, public_parents.BEGIN, public_parents.END, part))
    wrong = public_parents.unexpected(parents)
    for one in wrong:
        out.print(f"NEITHER TRUSTED NOR REFUSED: {one}", markup=False)
    return int(bool(wrong))


if __name__ == "__main__":
    raise SystemExit(main())
