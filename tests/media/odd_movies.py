"""Movies and HEIF images with their places in other forms than their encoders chose.

Each is made from a file that decodes, and decodes to the same.
"""

from __future__ import annotations

import struct
from collections.abc import Callable

_CONTAINERS = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"meta")
Box = tuple[bytes, bytes]


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", 8 + len(content)) + kind + content


def long_box(kind: bytes, content: bytes) -> bytes:
    """A box whose size has 64 bits."""
    return struct.pack(">I4sQ", 1, kind, 16 + len(content)) + content


def boxes(content: bytes) -> list[Box]:
    found, at = [], 0
    while at < len(content):
        size, kind = struct.unpack_from(">I4s", content, at)
        found.append((kind, content[at + 8 : at + size]))
        at += size
    return found


def _rewritten(content: bytes, write: Callable[[bytes, bytes], bytes]) -> bytes:
    """Write boxes again, those inside first."""

    def one(kind: bytes, inner: bytes) -> bytes:
        skipped = 4 if kind == b"meta" else 0
        if kind in _CONTAINERS:
            inner = inner[:skipped] + _rewritten(inner[skipped:], write)
        return write(kind, inner)

    return b"".join(one(kind, inner) for kind, inner in boxes(content))


def with_long_places(movie: bytes) -> bytes:
    """Chunk offsets of 64 bits; the samples must come before the movie box."""

    def write(kind: bytes, content: bytes) -> bytes:
        if kind != b"stco":
            return box(kind, content)
        count = int.from_bytes(content[4:8])
        places = struct.unpack(f">{count}I", content[8:])
        return box(b"co64", content[:8] + struct.pack(f">{count}Q", *places))

    return _rewritten(movie, write)


def with_long_boxes(movie: bytes) -> bytes:
    """Sizes of 64 bits; eight free bytes before the samples make room for theirs."""
    kinds = boxes(movie)
    free = [kind for kind, _ in kinds].index(b"mdat") - 1
    assert kinds[free] in ((b"free", b""), (b"wide", b""))
    del kinds[free]

    def write(kind: bytes, content: bytes) -> bytes:
        return (long_box if kind in _CONTAINERS else box)(kind, content)

    return b"".join(
        long_box(kind, content) if kind == b"mdat" else _rewritten(box(kind, content), write)
        for kind, content in kinds
    )


def with_open_end(movie: bytes) -> bytes:
    """The samples once more in a last box whose size is "all that follows"."""
    [samples] = [content for kind, content in boxes(movie) if kind == b"mdat"]
    return movie + bytes(4) + b"mdat" + samples


def with_quick_time_metadata(movie: bytes) -> bytes:
    """A `meta` box as QuickTime has it, without version and flags; the samples must come first."""
    handler = box(b"hdlr", bytes(8) + b"mdta" + bytes(13))
    keys = box(b"keys", bytes(8)) + box(b"ilst", b"")

    def write(kind: bytes, content: bytes) -> bytes:
        metadata = box(b"meta", handler + keys) if kind == b"moov" else b""
        return box(kind, content + metadata)

    return _rewritten(movie, write)


def with_auxiliary_information(movie: bytes, version: int) -> bytes:
    """A table that places auxiliary information in the samples, which must come first."""
    start = movie.index(b"mdat") + 4
    place = struct.pack(">I" if version == 0 else ">Q", start)
    sizes = box(b"saiz", struct.pack(">I4sIBI", 1, b"test", 0, 4, 1))
    offsets = box(b"saio", struct.pack(">I4sII", version << 24 | 1, b"test", 0, 1) + place)

    def write(kind: bytes, content: bytes) -> bytes:
        return box(kind, content + (sizes + offsets if kind == b"stbl" else b""))

    return _rewritten(movie, write)


def with_item_locations(image: bytes, version: int, base_width: int) -> bytes:
    """Items' places of another version; with a base offset, extents count from it.

    Args:
        image: With `iloc` of version 0 or 1, every extent in `mdat`.
        version: 0, 1 or 2.
        base_width: Bytes of a base offset: 0, 4 or 8.
    """
    start = image.index(b"mdat") + 4

    def written(growth: int) -> bytes:
        def write(kind: bytes, content: bytes) -> bytes:
            if kind != b"iloc":
                return box(kind, content)
            entries = b"".join(
                _item(version, base_width, number, [(at + growth, n) for at, n in extents], start)
                for number, extents in _items(content)
            )
            count = struct.pack(">H" if version < 2 else ">I", len(_items(content)))
            head = bytes((version, 0, 0, 0, 0x44, base_width << 4))
            return box(b"iloc", head + count + entries)

        return _rewritten(image, write)

    return written(len(written(0)) - len(image))


def _item(
    version: int, base_width: int, number: int, extents: list[tuple[int, int]], base: int
) -> bytes:
    base = base if base_width else 0
    item = number.to_bytes(2 if version < 2 else 4)
    item += bytes(2) if version else b""
    item += bytes(2) + base.to_bytes(base_width) + struct.pack(">H", len(extents))
    return item + b"".join(struct.pack(">II", at - base, length) for at, length in extents)


def _items(content: bytes) -> list[tuple[int, list[tuple[int, int]]]]:
    version, base_width = content[0], content[5] >> 4
    assert content[4] == 0x44
    at, items = 8, []
    for _ in range(int.from_bytes(content[6:8])):
        number = int.from_bytes(content[at : at + 2])
        at += 4 if version == 0 else 6
        base = int.from_bytes(content[at : at + base_width])
        at += base_width
        count = int.from_bytes(content[at : at + 2])
        places = struct.unpack_from(f">{2 * count}I", content, at + 2)
        at += 2 + 8 * count
        items.append(
            (
                number,
                [(base + place, n) for place, n in zip(places[::2], places[1::2], strict=True)],
            )
        )
    return items
