"""A PDF is updated behind its unchanged bytes, or refused by name after few reads."""

from __future__ import annotations

import io
import random
import re
import zlib

import pytest

from edge_signer_client.embedding import AssetLayout, AssetLayoutError
from tests.media.sample_pdfs import (
    ATTACHED,
    CATALOG,
    HEADER,
    PAGES,
    SAMPLE_PDFS,
    catalog,
    section_of,
    with_stream,
    with_table,
)

STORE_BYTES = 4096
MOST_READS = 1600
MUTANTS = 3000
PLAIN = SAMPLE_PDFS["a table"]
STREAM = SAMPLE_PDFS["a stream and an object stream"]
C2PA = b"<< /Type /Filespec /AFRelationship /C2PA_Manifest >>"


class CountingFile(io.BytesIO):
    """Counts how often it is read."""

    reads = 0

    def read(self, size: int | None = -1, /) -> bytes:
        self.reads += 1
        return super().read(size)


def written(document: bytes) -> bytes:
    layout = AssetLayout(io.BytesIO(document), STORE_BYTES)
    out = io.BytesIO()
    layout.write(out)
    layout.fill(out, bytes(STORE_BYTES))
    return out.getvalue()


def refusal(document: bytes) -> str:
    file = CountingFile(document)
    with pytest.raises(AssetLayoutError) as refused:
        AssetLayout(file, STORE_BYTES)
    assert file.reads <= MOST_READS
    return refused.value.name


def chain(sections: int) -> bytes:
    """A document that was updated so often, less one."""
    document = PLAIN
    for _ in range(sections - 1):
        document = with_table(document, {}, b"/Root 1 0 R /Prev %d" % section_of(document))
    return document


def moved(document: bytes, old: bytes, new: bytes) -> bytes:
    """With a change before the cross-reference section."""
    at = section_of(document)
    changed = document.replace(old, new)
    return changed.replace(b"xref\n%d" % at, b"xref\n%d" % (at + len(changed) - len(document)))


@pytest.mark.parametrize("name", SAMPLE_PDFS)
def test_the_original_stands_unchanged_before_the_update(name: str) -> None:
    signed = written(SAMPLE_PDFS[name])
    assert signed.startswith(SAMPLE_PDFS[name])
    assert signed.endswith(b"startxref\n%d\n%%%%EOF\n" % section_of(signed))
    section = signed[section_of(signed) :]
    by_stream = b"/ObjStm" in SAMPLE_PDFS[name] and b"trailer" not in SAMPLE_PDFS[name]
    assert bool(re.match(rb"\d+ 0 obj\n", section)) == by_stream
    assert section.startswith(b"xref\n") != by_stream


def test_only_the_store_is_left_out_of_the_digest() -> None:
    layout = AssetLayout(io.BytesIO(PLAIN), STORE_BYTES)
    assert layout.hole_bytes == STORE_BYTES
    signed = written(PLAIN)
    before, after = signed[: layout.hole_offset], signed[layout.hole_offset + STORE_BYTES :]
    assert before.endswith(b"/Length 4096\n/Params << /Size 4096 >>\n>>\nstream\n")
    assert after.startswith(b"\nendstream\nendobj\n")


def test_entries_of_the_trailer_and_the_catalog_are_kept() -> None:
    document = with_table(
        HEADER,
        {1: catalog(b"/Lang (de) /AF [10 0 R] /Names << /Dests 2 0 R >>"), **PAGES, **ATTACHED},
        b"/Root 1 0 R /Info 3 0 R /ID [<01> <02>]",
    )
    update = written(document)[len(document) :]
    for kept in (b"/Lang (de)", b"10 0 R", b"/Dests 2 0 R", b"/Info 3 0 R", b"/ID [<01> <02>]"):
        assert kept in update
    assert b"/Prev %d\n" % section_of(document) in update


def test_what_was_signed_is_not_signed_again() -> None:
    for document in SAMPLE_PDFS.values():
        assert refusal(written(document)) == "AlreadySigned"


@pytest.mark.parametrize(
    ("document", "name"),
    [
        (with_table(PLAIN, {}, b"/Root 1 0 R /Encrypt 4 0 R"), "EncryptedPdf"),
        (with_stream(STREAM, {}, b"/Root 1 0 R /Encrypt 4 0 R"), "EncryptedPdf"),
        (with_table(HEADER, {1: catalog(b"/Perms<</DocMDP 4 0 R>>")}), "CertifiedPdf"),
        (
            with_table(HEADER, {1: catalog(b"/Perms 4 0 R"), 4: b"<</DocMDP 5 0 R>>"}),
            "CertifiedPdf",
        ),
        (with_table(HEADER, {1: catalog(b"/AF[4 0 R]"), 4: C2PA}), "AlreadySigned"),
        (with_table(HEADER, {1: catalog(b"/AF 4 0 R"), 4: C2PA}), "AlreadySigned"),
        (with_table(HEADER, {1: catalog(b"/A#46[%s]" % C2PA)}), "AlreadySigned"),
        (
            with_table(HEADER, {1: catalog(b"/AF[%s]" % C2PA.replace(b"_", b"#5f"))}),
            "AlreadySigned",
        ),
        (with_stream(HEADER, {}, held={1: catalog(b"/AF[4 0 R]"), 4: C2PA}), "AlreadySigned"),
        (b"junk\n" + PLAIN, "PdfTooComplex"),
        (PLAIN.replace(b"startxref", b"startxxxx"), "Truncated"),
        (PLAIN.replace(b"startxref\n", b"startxref\n9"), "Truncated"),
        (PLAIN.replace(b"startxref\n", b"startxref\n-"), "Malformed"),
        (PLAIN.replace(b"/Root 1 0 R", b""), "Malformed"),
        (PLAIN.replace(b"/Root 1 0 R", b"/Root 9 0 R"), "Malformed"),
        (PLAIN.replace(b"/Root 1 0 R", b"/Root 1 0 R /Root 2 0 R"), "Malformed"),
        (PLAIN.replace(b"1 0 obj", b"7 0 obj", 1), "Malformed"),
        (PLAIN.replace(b"/Size 4", b"/Size 99999999"), "PdfTooComplex"),
        (PLAIN.replace(b"/Size 4", b""), "Malformed"),
        (PLAIN.replace(b"xref\n0 4", b"xref\n0 999999999"), "PdfTooComplex"),
        (PLAIN.replace(b"/Size 4", b"/Prev %d /Size 4" % section_of(PLAIN)), "Malformed"),
        (PLAIN.replace(b"/Size 4", b"/XRefStm %d /Size 4" % section_of(PLAIN)), "Malformed"),
        (with_table(HEADER, {1: catalog(b"/A " + b"[" * 99 + b"]" * 99)}), "PdfTooComplex"),
        (with_table(HEADER, {1: catalog(b"/A [<< ] >>")}), "Malformed"),
        (with_table(HEADER, {1: catalog(b"/A (%s)" % bytes(70_000))}), "PdfTooComplex"),
        (with_table(HEADER, {1: catalog(b"/AF (files)")}), "Malformed"),
        (with_table(HEADER, {1: catalog(b"/Names []")}), "Malformed"),
        (with_table(HEADER, {1: catalog(b"/AF [%s]" % (b"9 0 R " * 257))}), "PdfTooComplex"),
        (with_table(HEADER, {1: catalog(b"/AF [<</AFRelationship 9 0 R>>]")}), "PdfTooComplex"),
        (
            with_stream(
                HEADER, {}, held={1: CATALOG}, holder_entries=b"/Filter /LZWDecode /Length 40"
            ),
            "PdfTooComplex",
        ),
        (
            with_stream(HEADER, {}, held={1: CATALOG}, holder_entries=b"/Length 9999999"),
            "PdfTooComplex",
        ),
        (with_stream(HEADER, {}, held={1: CATALOG}, holder_entries=b"/Length 20"), "Truncated"),
        (with_stream(HEADER, {1: CATALOG}, encoding=b"/Filter /FlateDecode/W[0]"), "Malformed"),
        (STREAM.replace(b"/W [1 4 2]", b"/W [0 0 0]"), "Malformed"),
        (STREAM.replace(b"/W [1 4 2]", b"/W [9 9 9]"), "PdfTooComplex"),
        (STREAM.replace(b"/W [1 4 2]", b"/W [1 44294967296 2]"), "PdfTooComplex"),
        (with_stream(HEADER, {}, held={1: catalog(b"/A (%s)" % bytes(70_000))}), "PdfTooComplex"),
        (moved(STREAM, b"/N 3", b"/N 44294967296"), "PdfTooComplex"),
        (moved(STREAM, b"/First 14", b"/First 44294967296"), "Malformed"),
        (STREAM.replace(b"/Index [1 1", b"/Index [44294967296 1"), "PdfTooComplex"),
        (STREAM.replace(b"/Columns 7", b"/Columns 44294967296"), "PdfTooComplex"),
        (STREAM.replace(b"/Predictor 15", b"/Predictor  2"), "PdfTooComplex"),
        (chain(257), "PdfTooComplex"),
    ],
)
def test_what_cannot_be_updated_is_refused_by_name(document: bytes, name: str) -> None:
    assert refusal(document) == name


def test_a_stream_that_inflates_without_end_is_refused() -> None:
    bomb = zlib.compress(bytes(20_000_000))
    holder = b"<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>" % len(bomb)
    stream = holder + b"\nstream\n" + bomb + b"\nendstream"
    document = with_stream(HEADER, {}, held={1: CATALOG})
    later = with_table(document, {18: stream}, b"/Root 1 0 R /Prev %d" % section_of(document))
    assert refusal(later) == "PdfTooComplex"


def test_as_many_updates_as_real_files_have_are_followed() -> None:
    document = chain(250)
    assert written(document).startswith(document)


def test_mutants_are_planned_whole_or_refused_after_few_reads() -> None:
    chance = random.Random(20)
    documents = [one for one in SAMPLE_PDFS.values() if len(one) < 10_000]
    planned = 0
    for _ in range(MUTANTS):
        mutant = bytearray(chance.choice(documents))
        for _ in range(chance.randrange(1, 4)):
            at = chance.randrange(len(mutant))
            if chance.random() < 0.5:
                mutant[at] = chance.choice(b"0123456789<>[]()/ R%\n")
            else:
                mutant[at : at + chance.randrange(9)] = chance.choice(documents)[at : at + 8]
        file = CountingFile(mutant)
        try:
            layout = AssetLayout(file, STORE_BYTES)
        except AssetLayoutError:
            pass
        else:
            planned += 1
            out = io.BytesIO()
            layout.write(out)
            assert out.getvalue().startswith(mutant)
            assert len(out.getvalue()) == layout.signed_bytes
        assert file.reads <= MOST_READS
    assert MUTANTS // 10 < planned < MUTANTS
