"""The asset that a manifest is held against, and hashing it in pieces of constant size."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO

#: `hashlib` releases the interpreter's lock for each piece, so that another engine can run beside.
PIECE_BYTES = 1024 * 1024
# A buffer of its own takes longer than to read so much.
_SMALL_BYTES = 64 * 1024
#: A range of the asset, as its first byte and the first byte after it; or bytes to hash.
Part = tuple[int, int] | bytes


@dataclass(frozen=True)
class AssetContent:
    """What is known of an asset.

    Attributes:
        sha256: 32 bytes, the digest of the exact file, if there is no stream.
        store_range: Offset and length of what `sha256` leaves out, which is the place of the
            manifest store; None for nothing.
        stream: The file; it is read from any place, by nobody else meanwhile.
        size_bytes: Of the stream.
        is_embedded: Whether the manifest store is in the stream.
    """

    sha256: bytes | None = None
    store_range: tuple[int, int] | None = None
    stream: BinaryIO | None = None
    size_bytes: int = 0
    is_embedded: bool = False

    def read(self, begin: int, length: int) -> bytes:
        """Read some bytes; fewer than asked for at the end.

        Raises:
            OSError: The stream fails.
        """
        if self.stream is None or begin >= self.size_bytes or length <= 0:
            return b""
        self.stream.seek(begin)
        pieces = []
        left = min(length, self.size_bytes - begin)
        while left > 0 and (piece := self.stream.read(min(left, PIECE_BYTES))):
            pieces.append(piece)
            left -= len(piece)
        return b"".join(pieces)

    def is_blank(self, begin: int, end: int) -> bool:
        """Tell whether a range of the stream has nothing but zeros.

        Raises:
            OSError: The stream fails.
        """
        places = range(begin, min(end, self.size_bytes), PIECE_BYTES)
        return not any(self.read(at, min(PIECE_BYTES, end - at)).strip(b"\0") for at in places)

    def digest(self, algorithm: str, parts: Iterable[Part]) -> bytes:
        """Hash parts of the stream, in memory of constant size.

        Args:
            algorithm: Name of a hash algorithm.
            parts: What to hash, in this order.

        Raises:
            OSError: The stream fails.
        """
        digest = hashlib.new(algorithm)
        buffer = memoryview(b"")
        for part in parts:
            if isinstance(part, bytes):
                digest.update(part)
            elif part[1] - part[0] <= _SMALL_BYTES:
                digest.update(self.read(part[0], part[1] - part[0]))
            else:
                buffer = buffer or memoryview(bytearray(PIECE_BYTES))
                self._feed(digest, part, buffer)
        return digest.digest()

    def _feed(self, digest: hashlib._Hash, part: tuple[int, int], buffer: memoryview) -> None:
        if self.stream is None:
            return
        begin, end = part
        self.stream.seek(begin)
        left = end - begin
        read_into = getattr(self.stream, "readinto", None)
        while left > 0:
            wanted = min(left, PIECE_BYTES)
            if read_into is None:
                piece: bytes | memoryview = self.stream.read(wanted)
            else:
                piece = buffer[: read_into(buffer[:wanted]) or 0]
            if not piece:
                return
            digest.update(piece)
            left -= len(piece)


def complement(excluded: Iterable[tuple[int, int]], begin: int, end: int) -> Iterable[Part]:
    """Return the ranges between sorted ranges, from one place to another."""
    at = begin
    for first, after in excluded:
        if first > at:
            yield at, min(first, end)
        at = max(at, after)
        if at >= end:
            return
    if at < end:
        yield at, end
