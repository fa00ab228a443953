"""Embedding beside c2pa-rs at the same work, and beside copying and hashing the file once."""

from __future__ import annotations

import hashlib
import io
import json
import os
import statistics
import struct
import sys
import tempfile
import time
import wave
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from rich.table import Table

from edge_signer.signing.rules.assertions import manifest_assertions
from edge_signer.signing.rules.policy_directory import shipped_policies
from measure.bench.c2pa_rs_signing import C2paRsSigning
from measure.bench.measurement import peak_growth_mb, peak_mb
from tests.judges.engines import c2pa_rs
from tests.media.sample_assets import jpeg, movie, png
from tests.signers.embedding import embed
from tests.signers.software_signer import ACTIONS, Workshop

_MODULE = "measure.bench.embedding_bench"
_MIB = 1024 * 1024
_STORE_BYTES = 2600
_BUFFER_BYTES = 256 * 1024
_ROUNDS = 7
_Contestant = Callable[[Path, Path], None]


def _large_jpeg(size: int) -> bytes:
    head, scan = jpeg()[:-2], os.urandom(size).replace(b"\xff", b"\xfe")
    return head + scan + b"\xff\xd9"


def _large_png(size: int) -> bytes:
    def chunk(content: bytes) -> bytes:
        kind = b"IDAT" + content
        return struct.pack(">I", len(content)) + kind + struct.pack(">I", zlib.crc32(kind))

    data = os.urandom(64 * 1024)
    return png()[:33] + chunk(data) * (size // len(data)) + png()[-12:]


def _large_mp4(size: int) -> bytes:
    # The sample's last box is its data.
    return movie(b"isom")[:-22] + struct.pack(">I", 8 + size) + b"mdat" + os.urandom(size)


def _large_wav(size: int) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as sound:
        sound.setparams((2, 2, 48_000, 0, "NONE", ""))
        sound.writeframes(os.urandom(size))
    return buffer.getvalue()


ASSETS: Mapping[str, tuple[str, Callable[[int], bytes], int]] = {
    "JPEG 5 MB": ("image/jpeg", _large_jpeg, 5),
    "PNG 20 MB": ("image/png", _large_png, 20),
    "WAV 100 MB": ("audio/wav", _large_wav, 100),
    "MP4 200 MB": ("video/mp4", _large_mp4, 200),
}


def _copy_and_hash(asset: Path, target: Path) -> None:
    digest, buffer = hashlib.sha256(), bytearray(_BUFFER_BYTES)
    view = memoryview(buffer)
    with asset.open("rb", buffering=0) as source, target.open("wb", buffering=0) as copy:
        while length := source.readinto(buffer):
            digest.update(view[:length])
            copy.write(view[:length])


def contestants(media_type: str) -> tuple[Workshop, dict[str, _Contestant]]:
    """Give who writes the signed file, or a copy, each by its name."""
    workshop = Workshop()
    policy = shipped_policies()["newsroom-default-v3"]
    said = {one.label: one.content for one in manifest_assertions(ACTIONS, policy)}
    rival = C2paRsSigning(workshop, said)

    def ours(asset: Path, target: Path) -> None:
        with asset.open("rb", buffering=0) as source, target.open("w+b", buffering=0) as signed:
            embed(workshop, source, signed, _STORE_BYTES)

    def theirs(asset: Path, target: Path) -> None:
        with asset.open("rb") as source, target.open("w+b") as signed:
            rival.embed(media_type, source, signed)

    return workshop, {"copy and hash": _copy_and_hash, "ours": ours, "c2pa-python": theirs}


def tables() -> Iterator[Table]:
    """Measure each in turn, on files of one folder, and judge what was written."""
    speed = Table(
        *("embedding, median", "copy and hash, ms", "ours, ms", "c2pa-python, ms"),
        *("ours / copy", "c2pa-python / ours", "memory, MB", "of c2pa-python"),
        title=f"Embedding a store of {_STORE_BYTES} bytes, signature by a software key included",
    )
    for name, (media_type, make, size_mb) in ASSETS.items():
        with tempfile.TemporaryDirectory() as folder:
            asset, target = Path(folder, "asset"), Path(folder, "signed")
            asset.write_bytes(make(size_mb * _MIB))
            workshop, all_of_them = contestants(media_type)
            taken_ms: dict[str, list[float]] = {one: [] for one in all_of_them}
            for number in range(_ROUNDS + 1):
                for one, contestant in all_of_them.items():
                    target.unlink(missing_ok=True)
                    began_s = time.perf_counter()
                    contestant(asset, target)
                    if number:
                        taken_ms[one].append((time.perf_counter() - began_s) * 1000)
                    if not number and one != "copy and hash":
                        anchors = workshop.ca.anchors_pem()
                        assert c2pa_rs(target.read_bytes(), media_type, None, anchors).trusted, one
            copy, ours, theirs = (statistics.median(samples) for samples in taken_ms.values())
            speed.add_row(
                *(name, f"{copy:.1f}", f"{ours:.1f}", f"{theirs:.1f}"),
                *(f"{ours / copy:.2f}", f"{theirs / ours:.1f}"),
                *(
                    f"{peak_growth_mb(_MODULE, one, media_type, asset):.0f}"
                    for one in ("ours", "c2pa-python")
                ),
            )
    yield speed


if __name__ == "__main__":
    chosen, kind, file = sys.argv[1:]
    known = contestants(kind)[1]
    make_one = next(make for media_type, make, _ in ASSETS.values() if media_type == kind)
    with tempfile.TemporaryDirectory() as workplace:
        few, written = Path(workplace, "few"), Path(workplace, "signed")
        few.write_bytes(make_one(64 * 1024))
        known[chosen](few, written)
        before_mb = peak_mb()
        known[chosen](Path(file), written)
        print(json.dumps([before_mb, peak_mb()]))
