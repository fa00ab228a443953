"""A manifest store is found in a file as it stands there, in one piece or in many."""

from __future__ import annotations

import io

import pytest

from central_signer.verification.embedded_store import embedded_store, has_store
from tests.media.sample_assets import SAMPLE_ASSETS
from tests.signers.foreign_credentials import signed_by_c2pa_rs
from tests.signers.software_signer import Workshop


@pytest.mark.parametrize("note", ["", "x" * 200_000], ids=["one segment", "several segments"])
def test_a_store_in_a_jpeg_is_found(note: str, photograph: bytes, workshop: Workshop) -> None:
    signed = signed_by_c2pa_rs(workshop, photograph, note=note)
    assert embedded_store(io.BytesIO(signed.asset)) == signed.store
    assert has_store(io.BytesIO(signed.asset))


EMBEDDING = set(SAMPLE_ASSETS) - {"plain text", "JPEG"}


@pytest.mark.parametrize("name", sorted(EMBEDDING))
def test_a_store_in_another_format_is_found(name: str, workshop: Workshop) -> None:
    asset = SAMPLE_ASSETS[name]
    signed = signed_by_c2pa_rs(workshop, asset.content, media_type=asset.media_type)
    assert embedded_store(io.BytesIO(signed.asset)) == signed.store


@pytest.mark.parametrize("name", ["MP4", "HEIC", "JPEG", "PNG", "SVG"])
def test_a_store_that_was_updated_is_found_with_its_updates(name: str, workshop: Workshop) -> None:
    asset = SAMPLE_ASSETS[name]
    signed = signed_by_c2pa_rs(workshop, asset.content, media_type=asset.media_type)
    for _ in range(2):
        signed = signed_by_c2pa_rs(workshop, signed.asset, update=True, media_type=asset.media_type)
        assert embedded_store(io.BytesIO(signed.asset)) == signed.store


def test_an_update_of_a_movie_is_nothing_without_what_it_updates(workshop: Workshop) -> None:
    movie = SAMPLE_ASSETS["MP4"]
    first = signed_by_c2pa_rs(workshop, movie.content, media_type=movie.media_type)
    second = signed_by_c2pa_rs(workshop, first.asset, update=True, media_type=movie.media_type)
    alone = second.asset.replace(b"\0original\0", b"\0ariginal\0")
    assert embedded_store(io.BytesIO(alone)) == b""


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xd8\xff",
        b"\xff\xd8\xff\xeb\xff\xff",
        b"\xff\xd8\xff\xeb\0\0JP",
        b"\xff\xd8\xff\xe0\0",
    ],
)
def test_a_file_that_ends_early_has_none(content: bytes) -> None:
    file = io.BytesIO(content)
    assert (embedded_store(file), has_store(file)) == (b"", False)
