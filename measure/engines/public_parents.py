"""Public files with credentials as parents: signed, resized and converted, and judged again."""

from __future__ import annotations

import io
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.progress import track

from central_signer.verification.embedded_store import embedded_store
from edge_signer.platform.errors import EdgeSignerError
from edge_signer.signing.errors import InvalidIngredientError
from edge_signer.signing.ingredients.ingredient import Ingredient
from edge_signer.verification.store_reader import manifests_of
from edge_signer.verification.trust import TrustLists
from tests.judges.engines import Judge, Verdict, c2pa_rs, encypher
from tests.judges.own_validator import file_of, validated
from tests.signers.embedding import embedded
from tests.signers.software_signer import Workshop

BEGIN = "<!-- parents: `make public-files` signs them and writes this table -->\n"
END = "<!-- end of parents -->"
#: What becomes of a picture, by the name in the table.
CONVERTED = {"WebP": "image/webp", "AVIF": "image/avif"}
UNCHANGED = "sidecar"
TRUSTED = "Trusted"
#: Ends what an engine says of the result if it says the same of the original.
OF_ORIGINAL = "of the original"
_ENGINES: dict[str, Judge] = {"c2pa-rs": c2pa_rs, "encypher-c2pa": encypher}
_NO_PICTURE = "-"
_PATIENCE_S = 120
_STORE_BYTES = 32 * 1024
_OPENED = {"action": "c2pa.opened"}
_RESIZED = ({"action": "c2pa.resized.proportional"}, {"action": "c2pa.converted"})
# Half the size; what is transparent or in other colours becomes plain.
_CONVERT = """
import sys
from PIL import Image
picture = Image.open(sys.argv[1]).convert("RGB")
smaller = picture.resize([max(16, side // 2) for side in picture.size])
for name in sys.argv[2:]:
    smaller.save(name)
"""


@dataclass(frozen=True)
class Row:
    """One file.

    Attributes:
        name: Its path below the folder that was named.
        verdict: Ours on its credentials alone, as the signer sees them.
        outcomes: What became of it, by `UNCHANGED` and the formats of `CONVERTED`: `TRUSTED`, why
            it was refused, or who does not trust the result.
    """

    name: str
    verdict: str
    outcomes: Mapping[str, str]


class Parents:
    """Signs files as parents, under the test authorities of the public files.

    Args:
        trust: Whom to trust for the files' own credentials.
        anchors_pem: The same in PEM.
        pillow: An interpreter of Python that has Pillow.
    """

    def __init__(self, trust: TrustLists, anchors_pem: str, pillow: str) -> None:
        self._workshop = Workshop()
        own = self._workshop.trust.lists
        self._workshop.trust = TrustLists((*own, *trust.lists))
        self._anchors_pem = self._workshop.ca.anchors_pem() + anchors_pem
        self._pillow = pillow

    def signed(self, folder: Path, files: Sequence[tuple[Path, str]]) -> Iterator[Row]:
        """Sign each file that has credentials inside.

        Args:
            folder: Where they are.
            files: Their paths and media types.
        """
        for file, media_type in track(files, f"{folder.name}: parents"):
            content = file.read_bytes()
            if store := embedded_store(io.BytesIO(content)):
                name = str(file.relative_to(folder))
                verdict = validated(store, None, self._workshop.trust).verdict
                outcomes = self._outcomes(file, content, media_type, store)
                yield Row(name, verdict, dict(outcomes))

    def _outcomes(
        self, file: Path, content: bytes, media_type: str, store: bytes
    ) -> Iterator[tuple[str, str]]:
        original = {
            name: judge(content, media_type, None, self._anchors_pem)
            for name, judge in _ENGINES.items()
        }
        smaller = self._smaller(file) if media_type.startswith("image/") else {}
        yield UNCHANGED, self._outcome(content, media_type, store, original, embed=False)
        for name, converted_type in CONVERTED.items():
            if name in smaller:
                converted = smaller[name]
                yield name, self._outcome(converted, converted_type, store, original, embed=True)
            else:
                yield name, _NO_PICTURE

    def _smaller(self, file: Path) -> dict[str, bytes]:
        """Resize and convert a picture; empty if Pillow does not read it."""
        with tempfile.TemporaryDirectory() as place:
            written = {name: Path(place) / f"smaller.{name.lower()}" for name in CONVERTED}
            command = [self._pillow, "-c", _CONVERT, str(file), *map(str, written.values())]
            if subprocess.run(command, capture_output=True, timeout=_PATIENCE_S).returncode != 0:
                return {}
            return {name: one.read_bytes() for name, one in written.items()}

    def _outcome(
        self,
        asset: bytes,
        media_type: str,
        parent: bytes,
        original: Mapping[str, Verdict],
        *,
        embed: bool,
    ) -> str:
        """Sign a file with its parent's credentials, and have the result judged."""
        workshop = self._workshop
        said = {"actions": [_OPENED, *(_RESIZED if embed else ())], "allActionsIncluded": True}
        parts: dict[str, Any] = {
            "assertions": {"c2pa.actions.v2": said},
            "ingredients": [Ingredient("parentOf", manifest_store=parent)],
        }
        try:
            if embed:
                _, asset = embedded(workshop, asset, _STORE_BYTES + len(parent), **parts)
            else:
                workshop.sign(asset, **parts)
        except EdgeSignerError as refused:
            return f"{refused.code}: {refused}"
        store = workshop.store.kept[-1][2]
        if not _has_all_of(store, parent):
            return "the chain is not whole"
        doubts = []
        for name, judge in _ENGINES.items():
            verdict = judge(asset, media_type, None if embed else store, self._anchors_pem)
            if not verdict.trusted:
                doubts.append(doubt(name, verdict, original[name]))
        own = validated(store, file_of(asset, is_embedded=embed), workshop.trust)
        if own.verdict != TRUSTED:
            doubts.append(f"our validator: {own.verdict}")
        return "; ".join(doubts) or TRUSTED


def doubt(name: str, verdict: Verdict, original: Verdict) -> str:
    """Say that an engine does not trust a file, and whether the original is why."""
    found = set(verdict.failures)
    if not found or not found <= set(original.failures):
        return f"{name}: {verdict.state}: {', '.join(verdict.failures)}"
    codes = "cawg.*" if all(one.startswith("cawg.") for one in found) else ", ".join(sorted(found))
    return f"{name}: {verdict.state}, for `{codes}` {OF_ORIGINAL}"


def _has_all_of(store: bytes, parent: bytes) -> bool:
    """Tell whether a store has every manifest of its parent's, byte for byte."""
    before = manifests_of(parent)
    return bool(before) and all(bytes(one.payload) in store for one in before)


def unexpected(rows: Sequence[Row]) -> list[str]:
    """Return what is neither trusted nor refused nor to be said of the original."""
    return [
        f"{row.name}, {name}: {outcome}"
        for row in rows
        for name, outcome in row.outcomes.items()
        if not (
            outcome in {TRUSTED, _NO_PICTURE}
            or outcome.startswith(InvalidIngredientError.code)
            or (outcome.endswith(OF_ORIGINAL) and ";" not in outcome)
        )
    ]


def summary(rows: Sequence[Row]) -> str:
    """Count in a sentence what became of the files."""
    verdicts = Counter(one.verdict for one in rows)
    counted = ", ".join(f"{number} {verdict}" for verdict, number in verdicts.most_common())
    shares = []
    for name in (UNCHANGED, *CONVERTED):
        tried = [one.outcomes[name] for one in rows if one.outcomes[name] != _NO_PICTURE]
        refused = sum(one.startswith(InvalidIngredientError.code) for one in tried)
        shares.append(f"{name}: {tried.count(TRUSTED)} of {len(tried)}, and {refused} refused")
    return (
        f"Our validator calls the credentials of {len(rows)} files, as far as it can tell without "
        f"the files, {counted}. Trusted by all engines: {'; '.join(shares)}.\n"
    )


def table(rows: Sequence[Row]) -> str:
    """Write in Markdown which files are not trusted as parents, by the reason."""
    files: dict[str, list[str]] = {}
    for row in rows:
        ways: dict[str, list[str]] = {}
        for way, outcome in row.outcomes.items():
            if outcome != _NO_PICTURE:
                ways.setdefault(outcome, []).append(way)
        for reason, names in ways.items():
            if reason != TRUSTED:
                only = f" ({', '.join(names)})" if len(ways) > 1 else ""
                files.setdefault(reason, []).append(f"{row.name}{only}")
    lines = ["| what is said | files |", "|---|---|"]
    for reason, names in files.items():
        lines.append(f"| {reason.replace('|', '/')} | {', '.join(names)} |")
    return "\n".join(lines) + "\n"
