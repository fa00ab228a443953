"""A verdict by both engines beside c2pa-python's Reader alone: a sidecar, and a large film."""

from __future__ import annotations

import io
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import c2pa
from rich.table import Table

from central_signer.verification.trusted_roots import TrustedRootsCache
from central_signer.verification.verifier import Verifier
from edge_signer.verification.asset import AssetToVerify
from edge_signer.verification.report import VerificationReport
from measure.bench.embedding_bench import ASSETS
from measure.bench.measurement import medians_us, peak_growth_mb, peak_mb
from tests.conftest import ROOT
from tests.judges.verifying import trusting
from tests.signers.embedding import embed
from tests.signers.software_signer import Workshop

_PHOTOGRAPH = ROOT / "examples/rocket.jpg"
_FILM = "MP4 200 MB"
_MODULE = "measure.bench.verification_bench"
_MIB = 1024 * 1024
_ROUNDS = 7
_READER, _VERIFIER = "c2pa-python's Reader", "our verifier"
_BOUNDED = "our verifier, c2pa-rs without the film"


class _Judges:
    """Both judges, under the same roots."""

    def __init__(self, anchors_pem: str) -> None:
        trust = trusting(anchors_pem)
        self._verifier = Verifier(lambda: trust)
        self._bounded = Verifier(lambda: trust, largest_for_engine_bytes=0)
        self._context = TrustedRootsCache().at(trust, datetime.now(UTC)).context

    def read(self, media_type: str, asset: Any, store: bytes | None = None) -> str:
        with c2pa.Reader(media_type, asset, store, context=self._context) as reader:
            return str(json.loads(reader.json())["validation_state"])

    def verify(
        self, media_type: str, asset: Any, store: bytes | None = None, *, bounded: bool = False
    ) -> VerificationReport:
        asked = AssetToVerify(
            media_type=media_type,
            stream=asset,
            manifest_store=store,
            credentials="embedded" if store is None else "sidecar",
        )
        return (self._bounded if bounded else self._verifier).verify(asked)

    def of_file(self, media_type: str) -> Mapping[str, Callable[[Path], str]]:
        def read(file: Path) -> str:
            with file.open("rb") as stream:
                return self.read(media_type, stream)

        def verify(file: Path) -> str:
            with file.open("rb") as stream:
                return self.verify(media_type, stream).verdict

        def verify_bounded(file: Path) -> str:
            with file.open("rb") as stream:
                return self.verify(media_type, stream, bounded=True).verdict

        return {_READER: read, _VERIFIER: verify, _BOUNDED: verify_bounded}


def tables() -> Iterator[Table]:
    """Measure each judge in turn; both must trust what they are given."""
    yield _sidecars()
    yield _films()


def _sidecars() -> Table:
    workshop, asset = Workshop(), _PHOTOGRAPH.read_bytes()
    judges, store = _Judges(workshop.ca.anchors_pem()), workshop.sign(_PHOTOGRAPH.read_bytes())
    report = judges.verify("image/jpeg", io.BytesIO(asset), store)
    assert (report.trusted, report.differences) == (True, ()), report
    taken_us = medians_us(
        {
            _READER: lambda: judges.read("image/jpeg", io.BytesIO(asset), store),
            _VERIFIER: lambda: judges.verify("image/jpeg", io.BytesIO(asset), store),
        }
    )
    table = Table(
        *("verdict on a sidecar, median", "ms", "engines"),
        title=f"Verdicts in one process, on a photograph of {len(asset) // 1024} KB",
    )
    for name, one_us in taken_us.items():
        engines = "c2pa-rs" if name == _READER else ", ".join(one.name for one in report.engines)
        table.add_row(name, f"{one_us / 1000:.2f}", engines)
    return table


def _films() -> Table:
    media_type, make, size_mb = ASSETS[_FILM]
    table = Table(
        *(f"{_FILM}, median", "ms", "of the Reader", "memory, MB"),
        title="Verdicts on a film that carries its manifest",
    )
    with tempfile.TemporaryDirectory() as folder:
        asset, film, roots = (Path(folder, name) for name in ("asset", "film", "roots"))
        workshop = Workshop()
        roots.write_text(workshop.ca.anchors_pem())
        asset.write_bytes(make(size_mb * _MIB))
        with asset.open("rb") as source, film.open("w+b") as signed:
            embed(workshop, source, signed)
        judges = _Judges(roots.read_text()).of_file(media_type)
        taken_ms: dict[str, list[float]] = {name: [] for name in judges}
        for number in range(_ROUNDS + 1):
            for name, judge in judges.items():
                began_s = time.perf_counter()
                assert judge(film) == "Trusted", name
                if number:
                    taken_ms[name].append((time.perf_counter() - began_s) * 1000)
        median_ms = {name: statistics.median(samples) for name, samples in taken_ms.items()}
        for name, one_ms in median_ms.items():
            share = one_ms / median_ms[_READER]
            memory_mb = peak_growth_mb(_MODULE, name, media_type, film, roots)
            table.add_row(name, f"{one_ms:.0f}", f"{share:.2f}", f"{memory_mb:.0f}")
    return table


if __name__ == "__main__":
    chosen, kind, large_film, anchors = sys.argv[1:]
    judge = _Judges(Path(anchors).read_text()).of_file(kind)[chosen]
    make_small = next(make for media_type, make, _ in ASSETS.values() if media_type == kind)
    with tempfile.TemporaryDirectory() as workplace:
        few, written = Path(workplace, "few"), Path(workplace, "signed")
        few.write_bytes(make_small(64 * 1024))
        with few.open("rb") as source, written.open("w+b") as signed:
            embed(Workshop(), source, signed)
        judge(written)
        before_mb = peak_mb()
        judge(Path(large_film))
        print(json.dumps([before_mb, peak_mb()]))
