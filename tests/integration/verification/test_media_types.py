"""What a file is, whatever its name says."""

from __future__ import annotations

import io

import pytest

from central_signer.verification.media_types import is_named_wrongly, media_type_of
from tests.media.sample_assets import SAMPLE_ASSETS
from tests.signers.embedding import embedded
from tests.signers.software_signer import Workshop

EMBEDDED = [name for name in SAMPLE_ASSETS if name != "plain text"]


@pytest.mark.parametrize("name", EMBEDDED)
def test_every_embedding_format_is_known_by_its_content(workshop: Workshop, name: str) -> None:
    asset = SAMPLE_ASSETS[name]
    _, signed = embedded(workshop, asset.content)
    for content in (asset.content, signed):
        assert media_type_of(io.BytesIO(content)) == asset.media_type


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"", ""),
        (b"nothing", ""),
        (b"\xff", ""),
        (b"<html><svg></svg></html>", ""),
        (b"<!-- <svg> -->", ""),
        (
            b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- a --><!DOCTYPE svg>\n<svg xmlns="',
            "image/svg+xml",
        ),
        (b"PK\3\4", ""),
        (b"RIFF\0\0\0\0ABCD", ""),
        (b"\0\0\0\x18ftypqt  ", "video/quicktime"),
        (b"\0\0\0\x18ftypdash", "video/mp4"),
        (b"\xff\x0a\xfa\x1f", "image/jxl"),
        (b"ID3\4\0\0\0\0\0\2ab\xff\xfb", "audio/mpeg"),
        (b"ID3\4\0\0\0\0\0\2abfLaC", "audio/flac"),
        (b"ID3", "audio/mpeg"),
    ],
)
def test_other_content_is_known_or_not(content: bytes, media_type: str) -> None:
    assert media_type_of(io.BytesIO(content)) == media_type


def test_a_long_row_of_comments_is_read_in_linear_time() -> None:
    # With backtracking, it would take longer than anyone waits.
    assert media_type_of(io.BytesIO(b"<!---->" * 600 + b"<svg")) == ""


def test_only_an_extension_that_promises_another_format_is_wrong() -> None:
    wrong = [("a.jpg", "image/png"), ("b.PNG", "image/jpeg"), ("c.mp4", "image/avif")]
    right = [
        *(("a.jpeg", "image/jpeg"), ("raw.dng", "image/tiff"), ("film.mov", "video/mp4")),
        *(("photo", "image/png"), ("photo.bin", "image/png"), ("notes.txt", ""), ("a.jpg", "")),
    ]
    assert [one for one in (*wrong, *right) if is_named_wrongly(*one)] == wrong
