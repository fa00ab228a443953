"""PDF documents of one empty page, in the forms that writers give them."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping

from tests.media.sample_assets import pdf

HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"
PAGES = {
    2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 72 72] >>",
}
PREDICTED = b"/Filter /FlateDecode /DecodeParms << /Predictor 15 /Columns 7 >>"
_FILE = b"<< /Type /Filespec /F (a) /UF (a) /EF << /F 11 0 R >> /AFRelationship /Data >>"
#: A file that is attached, and its specification.
ATTACHED = {10: _FILE, 11: b"<< /Type /EmbeddedFile /Length 1 >>\nstream\na\nendstream"}


def with_table(
    document: bytes, objects: Mapping[int, bytes], entries: bytes = b"/Root 1 0 R"
) -> bytes:
    """Append objects, a table that finds them, and a trailer.

    Args:
        document: What precedes them; the header at least.
        objects: By number.
        entries: Of the trailer.
    """
    document, offsets = _with_objects(document, objects)
    lines = b"".join(b"%d 1\n%010d 00000 n \n" % one for one in offsets.items())
    size = b"" if b"/Size" in entries else b"/Size %d" % (max(offsets, default=0) + 1)
    trailer = b"trailer\n<< %s %s >>\n" % (size, entries)
    table = b"xref\n0 1\n0000000000 65535 f \n" + lines + trailer
    return document + table + _end(document)


def with_stream(
    document: bytes,
    objects: Mapping[int, bytes],
    entries: bytes = b"/Root 1 0 R",
    held: Mapping[int, bytes] | None = None,
    encoding: bytes = PREDICTED,
    holder_entries: bytes = b"",
    holder: int = 18,
) -> bytes:
    """Append objects, an object stream and a cross-reference stream.

    Args:
        document: What precedes them; the header at least.
        objects: By number.
        entries: Of the cross-reference stream's dictionary.
        held: Objects in the object stream, by number.
        encoding: Of the cross-reference stream: `PREDICTED`, a filter, or nothing.
        holder_entries: Of the object stream's dictionary; it is compressed if they are empty.
        holder: Number of the object stream; the other's is one more.
    """
    held = held or {}
    index, texts = b"", b""
    for number, text in held.items():
        index += b"%d %d " % (number, len(texts))
        texts += text + b"\n"
    content = index + texts if holder_entries else zlib.compress(index + texts)
    filtered = holder_entries or b"/Filter /FlateDecode /Length %d" % len(content)
    stream = b"<< /Type /ObjStm /N %d /First %d %s >>" % (len(held), len(index), filtered)
    stream += b"\nstream\n" + content + b"\nendstream"
    document, offsets = _with_objects(document, {**objects, holder: stream})
    offsets[holder + 1] = len(document)
    rows = {number: struct.pack(">BIH", 1, offset, 0) for number, offset in offsets.items()}
    rows |= {number: struct.pack(">BIH", 2, holder, place) for place, number in enumerate(held)}
    section = b"".join(rows[number] for number in sorted(rows))
    if encoding == PREDICTED:
        section = _predicted(section, 7)
    if b"Flate" in encoding:
        section = zlib.compress(section)
    places = b" ".join(b"%d 1" % number for number in sorted(rows))
    dictionary = b"/Type /XRef /Size %d /W [1 4 2] /Index [%s] /Length %d %s %s" % (
        *(holder + 2, places, len(section)),
        *(encoding, entries),
    )
    found = b"%d 0 obj\n<< %s >>\nstream\r\n" % (holder + 1, dictionary)
    found += section + b"\nendstream\nendobj\n"
    return document + found + _end(document)


def section_of(document: bytes) -> int:
    """Where the newest cross-reference section is."""
    return int(document.split(b"startxref")[-1].split()[0])


def catalog(entries: bytes) -> bytes:
    """A catalog with more entries."""
    return CATALOG.replace(b">>", entries + b" >>")


def _with_objects(document: bytes, objects: Mapping[int, bytes]) -> tuple[bytes, dict[int, int]]:
    offsets = {}
    for number, content in objects.items():
        offsets[number] = len(document)
        document += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    return document, offsets


def _end(document: bytes) -> bytes:
    return b"startxref\n%d\n%%%%EOF\n" % len(document)


def _predicted(content: bytes, columns: int) -> bytes:
    """Each of PNG's predictors in turn (PNG §9)."""
    above, out = bytes(columns), b""
    for row in range(0, len(content), columns):
        line = content[row : row + columns]
        kind = row // columns % 5
        out += bytes((kind,))
        for at, byte in enumerate(line):
            left, corner = (line[at - 1], above[at - 1]) if at else (0, 0)
            up = above[at]
            nearest = min((left, up, corner), key=lambda one: abs(left + up - corner - one))
            out += bytes(((byte - (0, left, up, (left + up) // 2, nearest)[kind]) % 256,))
        above = line
    return out


def _with_many_objects() -> bytes:
    """A table of more than one window."""
    nothing = dict.fromkeys(range(20, 5000), b"null")
    return with_table(HEADER, {1: CATALOG, **PAGES, **nothing})


def _hybrid() -> bytes:
    """A table for old readers, and a stream that has what is free in the table."""
    catalog_and_files = {1: catalog(b"/AF [10 0 R]"), **PAGES, 11: ATTACHED[11]}
    document = with_stream(HEADER, catalog_and_files, held={10: _FILE})
    hidden = b"10 1\n0000000000 00000 f \n"
    written = with_table(document, {}, b"/Root 1 0 R /Size 20 /XRefStm %d" % section_of(document))
    table = section_of(written)
    _, offsets = _with_objects(HEADER, catalog_and_files)
    lines = b"".join(b"%d 1\n%010d 00000 n \n" % one for one in offsets.items())
    return written[:table] + written[table:].replace(b"trailer", lines + hidden + b"trailer")


_TABLE = with_table(HEADER, {1: CATALOG, **PAGES})
_STREAM = with_stream(HEADER, {}, held={1: CATALOG, **PAGES})
_NAMES = b"<< /Dests << >> /EmbeddedFiles %s >>"
_LEAF = b"<< /Limits [(a) (a)] /Names [(a) 10 0 R] >>"
_ELSEWHERE = {
    4: b"[10 0 R]",
    5: _NAMES % b"6 0 R",
    6: b"<< /Names 7 0 R /Limits [(a) (a)] >>",
    7: b"[(a) 10 0 R]",
}
_AF = b"/AF [10 0 R]"
#: By what is special about them.
SAMPLE_PDFS: Mapping[str, bytes] = {
    "a table": pdf(),
    "a free object of a generation that none can have": pdf().replace(b" 65535 f", b" 65536 f"),
    "no line's end at the end": pdf().rstrip(),
    "carriage returns": pdf().replace(b"\n", b"\r"),
    "zeros at the end": pdf() + bytes(500),
    "a table of more than a window": _with_many_objects(),
    "a stream and an object stream": _STREAM,
    "a stream without predictor": with_stream(
        HEADER, {1: CATALOG, **PAGES}, encoding=b"/Filter [/FlateDecode] /DecodeParms [null]"
    ),
    "streams without compression": with_stream(
        *(HEADER, {12: b"72"}),
        held={1: CATALOG, **PAGES},
        encoding=b"",
        holder_entries=b"/Length 145",
    ),
    "a stream's length elsewhere": with_stream(
        *(HEADER, {12: b"145"}),
        held={1: CATALOG, **PAGES},
        holder_entries=b"/Length 12 0 R",
    ),
    "an update by a table": with_table(
        _TABLE, {3: PAGES[3]}, b"/Root 1 0 R /Size 4 /Prev %d" % section_of(_TABLE)
    ),
    "an update by a stream": with_stream(
        _STREAM, {3: PAGES[3]}, b"/Root 1 0 R /Prev %d" % section_of(_STREAM), holder=20
    ),
    "a hybrid": _hybrid(),
    "associated files": with_table(HEADER, {1: catalog(_AF), **PAGES, **ATTACHED}),
    "one associated file": with_table(HEADER, {1: catalog(b"/AF 10 0 R"), **PAGES, **ATTACHED}),
    "embedded files": with_table(
        HEADER,
        {1: catalog(_AF + b"/Names " + _NAMES % _ELSEWHERE[6]), **PAGES, **ATTACHED, **_ELSEWHERE},
    ),
    "all of it elsewhere": with_table(
        HEADER, {1: catalog(b"/AF 4 0 R /Names 5 0 R"), **PAGES, **ATTACHED, **_ELSEWHERE}
    ),
    "all of it in an object stream": with_stream(
        *(HEADER, {11: ATTACHED[11]}),
        held={1: catalog(b"/AF 4 0 R/Names 5 0 R"), **PAGES, 10: _FILE, **_ELSEWHERE},
    ),
    "branches": with_table(
        HEADER,
        {
            1: catalog(b"/Names " + _NAMES % b"<< /Kids [8 0 R] >>"),
            8: _LEAF,
            **PAGES,
            **ATTACHED,
        },
    ),
    "odd writing": with_table(
        HEADER,
        {
            1: b"<</Type/Catalog/Pages%of it\n2 0 R/#41F[ 10 0 R%]\n]/Old(a\\)(b)>>)/Hex<3E3E>"
            b"/No null/Real -.5/Deep[[<</A[]>>]]>>",
            **PAGES,
            **ATTACHED,
        },
        b"/Root 1 0 R /ID [<00><00>] /Info null",
    ),
}
