"""A manifest store is found in a file as it stands there, in one piece or in many."""

from __future__ import annotations

import io

import pytest

from central_signer.verification import embedded_store as reading
from central_signer.verification.embedded_store import embedded_store, has_store
from tests.media.made_stores import superbox
from tests.media.sample_assets import SAMPLE_ASSETS
from tests.signers.foreign_credentials import signed_by_c2pa_rs
from tests.signers.software_signer import Workshop


@pytest.mark.parametrize("note", ["", "x" * 200_000], ids=["one segment", "several segments"])
def test_a_store_in_a_jpeg_is_found(note: str, photograph: bytes, workshop: Workshop) -> None:
    signed = signed_by_c2pa_rs(workshop, photograph, note=note)
    assert embedded_store(io.BytesIO(signed.asset)) == signed.store
    assert has_store(io.BytesIO(signed.asset))


def segment(instance: int, content: bytes) -> bytes:
    head = b"JP" + instance.to_bytes(2) + bytes(4)
    return b"\xff\xeb" + (2 + len(head) + len(content)).to_bytes(2) + head + content


def test_no_more_of_a_store_in_a_jpeg_is_read_than_is_judged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "_MOST_BYTES", 100_000)
    begins = superbox(b"c2pa", "c2pa").ljust(40_000, b"1")
    other = segment(2, bytes(40_000)) * 3
    more = segment(1, bytes(8).ljust(40_000, b"2"))
    file = io.BytesIO(b"\xff\xd8" + other + segment(1, begins) + other + more * 100)
    store = embedded_store(file)
    assert store == begins + b"2" * (len(store) - len(begins))
    assert 100_000 <= len(store) < 150_000


def test_the_first_of_several_stores_in_a_jpeg_is_taken() -> None:
    first, second = (superbox(b"c2pa", "c2pa", one) for one in (b"first", b"second"))
    late = segment(3, b"no store") + segment(3, second)
    jpeg = b"\xff\xd8" + late + segment(1, first) + segment(2, second) + b"\xff\xd9"
    assert embedded_store(io.BytesIO(jpeg)) == first


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
