"""`make sparse-movie`: plan and write a movie of 6 GB that takes no room; exit code 1 on a fault.

The file is sparse and what is written is not kept, so that only reading, hashing and the tables are
measured. A table of 64-bit places must be moved whole; one of 32-bit places has no room for it.
"""

from __future__ import annotations

import argparse
import io
import os
import struct
import tempfile
import time
from pathlib import Path

from edge_signer_client.embedding import AssetLayout, AssetLayoutError
from measure.fuzz.layout_target import WatchedAsset
from tests.media.odd_movies import box
from tests.system.processes import memory_mb

_STORE_BYTES = 16 * 1024
_PLACES = 200_000
_MAX_GROWTH_BYTES = 32 * 2**20
_FIRST_PLACE = 64


def tables(kind: bytes, sample_bytes: int) -> bytes:
    """A movie box with one table of places, spread over the samples."""
    letter, limit = (
        ("Q", sample_bytes) if kind == b"co64" else ("I", min(sample_bytes, 2**32) - _FIRST_PLACE)
    )
    step = limit // _PLACES
    places = [_FIRST_PLACE + step * number for number in range(_PLACES - 1)]
    places.append(_FIRST_PLACE + limit - 1)
    table = struct.pack(f">II{_PLACES}{letter}", 0, _PLACES, *places)
    boxes = box(kind, table)
    for outer in (b"stbl", b"minf", b"mdia", b"trak", b"moov"):
        boxes = box(outer, boxes)
    return boxes


def make(path: Path, kind: bytes, sample_bytes: int) -> int:
    """Write a sparse movie whose tables stand at its end; gives where they begin."""
    head = box(b"ftyp", b"isom" + struct.pack(">I", 512) + b"isomiso2")
    head += struct.pack(">I4sQ", 1, b"mdat", 16 + sample_bytes)
    with path.open("wb") as movie:
        movie.write(head)
        movie.seek(sample_bytes, io.SEEK_CUR)
        movie.write(tables(kind, sample_bytes))
    return len(head) + sample_bytes


class WatchedFile(io.FileIO):
    """A file that counts what a plan reads of it."""

    reads = read_bytes = 0

    def read(self, size: int | None = -1, /) -> bytes:
        content = super().read(size)
        self.reads += 1
        self.read_bytes += len(content or b"")
        return content or b""


class Sink(io.RawIOBase):
    """Takes what is written, and keeps what comes behind some place."""

    def __init__(self, kept_from: int) -> None:
        self._kept_from = kept_from
        self._at = 0
        self.kept = bytearray()

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        self._at = offset + (self._at if whence == io.SEEK_CUR else 0)
        return self._at

    def write(self, content: bytes, /) -> int:  # type: ignore[override]
        end = self._at + len(content)
        if end > self._kept_from:
            self.kept += content[max(self._kept_from - self._at, 0) :]
        self._at = end
        return len(content)


def most_resident_bytes() -> int:
    """The most memory that this process had since `forget_memory`."""
    return int(memory_mb(os.getpid(), "VmHWM") * 2**20)


def forget_memory() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def run(path: Path, kind: bytes, sample_bytes: int) -> bool:
    """Plan and write one movie, and print what that took."""
    tables_at = make(path, kind, sample_bytes)
    forget_memory()
    before_bytes = most_resident_bytes()
    with WatchedFile(path, "rb") as movie:
        began_s = time.perf_counter()
        try:
            layout, outcome = AssetLayout(movie, _STORE_BYTES), "a plan"
        except AssetLayoutError as refused:
            layout, outcome = None, refused.name
        planned_s = time.perf_counter() - began_s
        print(
            f"{kind.decode()}: {path.stat().st_size:,} bytes; "
            f"{outcome} in {planned_s * 1000:.1f} ms, "
            f"{movie.reads} reads of {movie.read_bytes:,} bytes"
        )
        if layout is None:
            return outcome == "FileTooLarge"
        sink = Sink(tables_at + layout.hole_bytes)
        began_s = time.perf_counter()
        layout.write(sink)  # type: ignore[arg-type]
        written_s = time.perf_counter() - began_s
    growth_bytes = most_resident_bytes() - before_bytes
    print(f"  written in {written_s:.1f} s; {growth_bytes / 2**20:.1f} MiB more memory")
    moved = struct.unpack(f">{_PLACES}Q", sink.kept[-8 * _PLACES :])
    unmoved = struct.unpack(f">{_PLACES}Q", tables(kind, sample_bytes)[-8 * _PLACES :])
    all_moved = all(
        after - before == layout.hole_bytes for before, after in zip(unmoved, moved, strict=True)
    )
    print(f"  {_PLACES:,} places moved by {layout.hole_bytes:,}: {all_moved}")
    return kind == b"co64" and all_moved and growth_bytes <= _MAX_GROWTH_BYTES


def main() -> int:
    arguments = argparse.ArgumentParser(prog="python -m measure.sparse_movie", description=__doc__)
    arguments.add_argument("--gigabytes", type=float, default=6)
    wanted = arguments.parse_args()
    # The module is compiled, and a first plan made, before anything is measured.
    AssetLayout(WatchedAsset(box(b"ftyp", b"isom" + bytes(4))), _STORE_BYTES)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sparse.mp4"
        sound = [run(path, kind, int(wanted.gigabytes * 1e9)) for kind in (b"co64", b"stco")]
    return 0 if all(sound) else 1


if __name__ == "__main__":
    raise SystemExit(main())
