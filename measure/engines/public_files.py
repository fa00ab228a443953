"""`make public-files FILES=…`: public test files, and what we and other engines say of each.

The files are those of https://github.com/c2pa-org/public-testfiles, and of the folders named
`fixtures` in https://github.com/contentauth/c2pa-rs; any other folder of assets works too.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import track

from central_signer.verification.asset import AssetToVerify
from central_signer.verification.verifier import Verifier
from cli.openapi.error_table import with_part
from cli.verification.trusted_lists import trust_lists
from edge_signer.verification.report import VerificationReport
from edge_signer.verification.trust import TrustLists
from tests.conftest import ROOT
from tests.judges.engines import Verdict, encypher

PAGE = ROOT / "docs/verdicts.md"
BEGIN = "<!-- public files: `make public-files` judges them and writes this table -->\n"
END = "<!-- end of public files -->"
_MEDIA = set(
    "jpg jpeg png tif tiff dng webp gif svg heic heif avif mp4 mov m4a mp3 wav avi flac pdf".split()
)


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


def judged(folder: Path, trust: TrustLists, anchors_pem: str) -> Iterator[Row]:
    """Judge the files of a folder that carry credentials."""
    verifier = Verifier(lambda: trust)
    files = sorted(one for one in folder.rglob("*") if one.suffix[1:].lower() in _MEDIA)
    for file in track(files, f"{folder.name}: files"):
        if "manifests" in file.relative_to(folder).parts:
            continue
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
    known |= {"wav": "audio/wav", "avi": "video/avi", "flac": "audio/flac", "pdf": "application/pdf"}
    return known.get(kind, f"image/{kind}")


def table(rows: list[Row]) -> str:
    """Write the rows in Markdown."""
    lines = [
        "| file | ours | c2pa-rs | our validator | encypher | documented |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        opinions = {one.name: one for one in row.report.engines}
        said = [
            _said(opinions[name].verdict, opinions[name].failures) if name in opinions else "–"
            for name in ("c2pa-rs", "edge-signer")
        ]
        documented = "–" if row.documented is None else ", ".join(row.documented) or "no failure"
        lines.append(
            f"| {row.name} | {row.report.verdict} | {said[0]} | {said[1]} "
            f"| {_said(row.encypher.state, row.encypher.failures)} | {documented} |"
        )
    return "\n".join(lines) + "\n"


def _said(state: str, failures: tuple[str, ...] | list[str]) -> str:
    codes = list(dict.fromkeys(failures))
    shown = ", ".join(one[:60].replace("|", "/") for one in codes[:3])
    return f"{state}: {shown}" if shown else state


def main() -> int:
    """Judge the files of the folders and write the page's table."""
    arguments = argparse.ArgumentParser(prog="python -m measure.engines.public_files")
    arguments.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    arguments.add_argument("--anchors", type=Path, help="the roots to trust, in PEM; default: none")
    arguments.add_argument("--write", action="store_true", help="the table into docs/verdicts.md")
    wanted = arguments.parse_args()
    trust, anchors_pem = TrustLists(()), ""
    if wanted.anchors is not None:
        trust = trust_lists(wanted.anchors, None, wanted.anchors.parent)
        anchors_pem = wanted.anchors.read_text()
    rows = [row for folder in wanted.folders for row in judged(folder, trust, anchors_pem)]
    out = Console(width=200)
    text = table(rows)
    out.print(text, markup=False)
    if wanted.write:
        PAGE.write_text(with_part(PAGE.read_text(), BEGIN, END, text))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
