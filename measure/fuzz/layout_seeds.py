"""The assets that the fuzzing of layouts begins with, and what is done to them."""

from __future__ import annotations

import struct
from random import Random

from measure.fuzz.mutations import mutate_bytes, mutated, truncate
from tests.media.odd_assets import ODD_ASSETS
from tests.media.sample_assets import SAMPLE_ASSETS
from tests.media.sample_pdfs import SAMPLE_PDFS

_OF_MEDIA_TYPE = {
    **{"image/jpeg": "JPEG", "image/png": "PNG", "image/gif": "GIF", "image/tiff": "TIFF"},
    **{"image/webp": "RIFF", "audio/wav": "RIFF", "video/avi": "RIFF", "image/svg+xml": "SVG"},
    **{"audio/mpeg": "ID3", "audio/flac": "ID3", "video/mp4": "BMFF", "video/quicktime": "BMFF"},
    **{"audio/mp4": "BMFF", "image/heic": "BMFF", "image/avif": "BMFF", "application/pdf": "PDF"},
}
LAYOUTS = tuple(dict.fromkeys(_OF_MEDIA_TYPE.values()))
# What readers of lengths, counts and places may stumble at.
_EDGES = (0, 1, 2, 3, 4, 7, 8, 9, 12, 16, 2**7, 2**8, 2**15, 2**16, 2**24, 2**31, 2**32, 2**63)
_MOST_PDF_BYTES = 10_000
_MARKS = {
    "JPEG": (b"\xff\xeb\x00\x20JP\x02\x11\0\0\0\1\0\0\0\x18jumb", b"\xff\xda\0\2", b"\xff\xff\xff"),
    "PNG": (b"\0\0\0\0IEND\0\0\0\0", b"\0\0\0\0caBX\0\0\0\0", b"\xff\xff\xff\xffIDAT"),
    "GIF": (b"!\xff\x0bC2PA_GIF\1\0\0\0", b"!\xf9\4\0\0\0\0\0", b",", b";", b"\xff"),
    "TIFF": (b"\xcd\x41\0\7", b"\x41\xcd\7\0", b"MM\0*", b"II+\0\x08\0\0\0", bytes(8)),
    "RIFF": (b"C2PA\4\0\0\0", b"LIST\xff\xff\xff\xff", b"RIFF\4\0\0\0", b"JUNK\1\0\0\0"),
    "SVG": (
        b"<!--",
        b"-->",
        b"<?x",
        b"?>",
        b"<!DOCTYPE ",
        b"[",
        b"]",
        b"<svg>",
        b"</svg>",
        b"<metadata>",
        b"'",
    ),
    "ID3": (
        b"GEOB\0\0\0\x12\0\0\0application/c2pa\0",
        b"ID3\3\0\0\0\0\0\x0a",
        b"fLaC",
        b"\xff\xfb",
    ),
    "BMFF": (
        *(b"\0\0\0\0", b"\0\0\0\1mdat\0\0\0\0\0\0\0\x10", b"\0\0\0\x08free", b"\0\0\0\x08moov"),
        *(b"stco", b"co64", b"saio", b"tfhd", b"tfra", b"iloc", b"meta", b"dref", b"cmov", b"mfra"),
        b"\0\0\0\x18uuid\xd8\xfe\xc3\xd6\x1b\x0e\x48\x3c\x92\x97\x58\x28\x87\x7e\xc4\x81",
    ),
    "PDF": (
        *(b" 0 ", b" 9 ", b" 65536 ", b" 44294967296 ", b" 18446744073709551616 ", b" 0 R ", b"%"),
        *(b"<<", b">>", b"[", b"]", b"(", b")", b"<" * 70, b"[" * 70, b"null", b"stream\n", b"#41"),
        *(b"/AF ", b"/Names ", b"/Kids ", b"/Prev 9 ", b"/XRefStm 9 ", b"/Encrypt 1 0 R", b"/W [9"),
        *(b"xref\n0 9\n", b"trailer", b"startxref\n0", b"/Perms <</DocMDP 1 0 R>>", b"/Index [0 9"),
    ),
}


def seeds(layout: str) -> list[bytes]:
    """Give every asset of a layout that the tests know."""
    known = [*SAMPLE_ASSETS.values(), *ODD_ASSETS.values()]
    given = [one.content for one in known if _OF_MEDIA_TYPE.get(one.media_type) == layout]
    if layout == "PDF":
        given += [one for one in SAMPLE_PDFS.values() if len(one) < _MOST_PDF_BYTES]
    return given


class Mutants:
    """Damaged assets of one layout, each made from the seed and its number alone.

    Args:
        layout: One of `LAYOUTS`.
        seed: Of all randomness.
    """

    def __init__(self, layout: str, seed: int) -> None:
        self._layout = layout
        self._seed = seed
        self._seeds = seeds(layout)
        self._mutations = (mutate_bytes, truncate, *[_number] * 4, _move, self._mark, self._splice)

    def make(self, number: int) -> tuple[bytes, int]:
        """Give a mutant, and the size of the store that it is to carry."""
        random = Random(f"{self._seed}:{self._layout}:{number}")
        content = mutated(random, random.choice(self._seeds), self._mutations)
        return content, random.choice((64, 65, 4096, 4097)) if number % 64 else 70_000

    def damage(self, number: int, signed: bytes) -> bytes:
        """Damage a signed asset."""
        return mutated(Random(f"{self._seed}:{number}"), signed, self._mutations)

    def _mark(self, random: Random, content: bytes) -> bytes:
        mark = random.choice(_MARKS[self._layout])
        at = _place(random, content)
        return content[:at] + mark + content[at + random.choice((0, len(mark))) :]

    def _splice(self, random: Random, content: bytes) -> bytes:
        other = random.choice(self._seeds)
        return content[: _place(random, content)] + other[_place(random, other) :]


def _place(random: Random, content: bytes) -> int:
    """Give any place, more often one near the beginning."""
    length = len(content) + 1
    return random.randrange(random.choice((length, length, min(length, 64), min(length, 512))))


def _number(random: Random, content: bytes) -> bytes:
    """Put an edge, or something near the asset's size, where there may be a number."""
    at = _place(random, content)
    width = random.choice((1, 2, 4, 4, 4, 8))
    order = random.choice("<>")
    old = int.from_bytes(content[at : at + width], "big" if order == ">" else "little")
    base = random.choice((random.choice(_EDGES), len(content), len(content) - at, old, old))
    new = (base + random.choice((-8, -4, -2, -1, 0, 1, 2, 4, 8))) % 2 ** (8 * width)
    written = struct.pack(order + {1: "B", 2: "H", 4: "I", 8: "Q"}[width], new)
    return content[:at] + written + content[at + width :]


def _move(random: Random, content: bytes) -> bytes:
    """Repeat a part of the asset somewhere else in it."""
    start, at = _place(random, content), _place(random, content)
    part = content[start : start + random.choice((4, 8, 12, 20, 64, 512))]
    return content[:at] + part * random.choice((1, 1, 1, 2, 50)) + content[at:]
