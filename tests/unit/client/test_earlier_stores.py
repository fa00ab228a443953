"""A manifest store that a file carries is found as it is, and replaced without a trace."""

from __future__ import annotations

import io
import struct

import pytest

from edge_signer_client import AssetLayoutError
from edge_signer_client.embedded_store import embedded_store
from tests.media.odd_assets import ODD_ASSETS, segment
from tests.media.sample_assets import SAMPLE_ASSETS, jpeg
from tests.media.sample_stores import carrying, empty_store
from tests.signers.foreign_credentials import signed_by_c2pa_rs
from tests.signers.software_signer import Workshop

ASSETS = {**SAMPLE_ASSETS, **ODD_ASSETS}
EMBEDDABLE = {
    name: one.content for name, one in ASSETS.items() if not one.media_type.startswith("text/")
}
REPLACEABLE = {name: one for name, one in EMBEDDABLE.items() if not one.startswith(b"%PDF")}
# In JPEG, two segments; with a pad byte in RIFF.
LONG_BYTES, SHORT_BYTES = 70_001, 1202
INDEX_OF_PICTURES = segment(0xE2, b"MPF\0" + bytes(8))


def found_in(asset: bytes) -> bytes | None:
    return embedded_store(io.BytesIO(asset)).manifest_store


def refusal(asset: bytes) -> str:
    with pytest.raises(AssetLayoutError) as refused:
        carrying(asset, empty_store(SHORT_BYTES), replace=True)
    return refused.value.name


@pytest.mark.parametrize("name", EMBEDDABLE)
@pytest.mark.parametrize("length", [LONG_BYTES, SHORT_BYTES])
def test_a_store_is_found_byte_for_byte(name: str, length: int) -> None:
    asset = EMBEDDABLE[name]
    assert found_in(asset) is None
    assert found_in(carrying(asset, empty_store(length))) == empty_store(length)


@pytest.mark.parametrize("name", REPLACEABLE)
def test_a_replaced_store_leaves_the_file_as_if_it_had_never_been_there(name: str) -> None:
    asset, long, short = REPLACEABLE[name], empty_store(LONG_BYTES), empty_store(SHORT_BYTES)
    once = carrying(asset, long)
    assert carrying(once, short, replace=True) == carrying(asset, short)
    # And back, for places that move the other way.
    assert carrying(carrying(asset, short), long, replace=True) == once


@pytest.mark.parametrize("name", REPLACEABLE)
def test_a_file_without_a_store_is_laid_out_as_always(name: str) -> None:
    asset = REPLACEABLE[name]
    assert carrying(asset, empty_store(64), replace=True) == carrying(asset, empty_store(64))


@pytest.mark.parametrize(
    "name", ["JPEG", "PNG", "GIF", "WebP", "TIFF", "SVG", "MP3", "MP4", "HEIC"]
)
def test_a_store_of_c2pa_rs_is_found_and_replaced(name: str, workshop: Workshop) -> None:
    sample = SAMPLE_ASSETS[name]
    made = signed_by_c2pa_rs(
        workshop, sample.content, media_type=sample.media_type, note="x" * 9000
    )
    assert found_in(made.asset) == made.store
    replaced = carrying(made.asset, empty_store(SHORT_BYTES), replace=True)
    assert found_in(replaced) == empty_store(SHORT_BYTES)
    assert b"x" * 9000 not in replaced


def test_a_pdf_keeps_its_store_because_updates_only_follow() -> None:
    signed = carrying(SAMPLE_ASSETS["PDF"].content, empty_store(SHORT_BYTES))
    assert found_in(signed) == empty_store(SHORT_BYTES)
    assert refusal(signed) == "EarlierStoreUnsupported"


def test_a_jpeg_whose_index_would_point_elsewhere_keeps_its_empty_store() -> None:
    signed = carrying(jpeg(), empty_store(SHORT_BYTES))
    first = signed.index(b"\xff\xeb")
    indexed = signed[:first] + INDEX_OF_PICTURES + signed[first:]
    assert found_in(indexed) == empty_store(SHORT_BYTES)
    assert refusal(indexed) == "EarlierStoreUnsupported"
    behind = first + 20 + SHORT_BYTES - 8
    indexed = signed[:behind] + INDEX_OF_PICTURES + signed[behind:]
    assert found_in(carrying(indexed, empty_store(64), replace=True)) == empty_store(64)


def test_another_jumbf_box_of_a_jpeg_stays() -> None:
    other = segment(0xEB, b"JP\0\x01" + struct.pack(">II4s", 1, 40, b"jumb") + bytes(32))
    asset = jpeg()
    with_other = asset[:2] + other + asset[2:]
    signed = carrying(with_other, empty_store(LONG_BYTES))
    replaced = carrying(signed, empty_store(SHORT_BYTES), replace=True)
    assert other in replaced
    assert replaced == carrying(with_other, empty_store(SHORT_BYTES))


def test_a_movie_whose_store_is_somewhere_else_keeps_it() -> None:
    signed = carrying(SAMPLE_ASSETS["MP4"].content, empty_store(SHORT_BYTES))
    size = int.from_bytes(signed[:4])
    free = b"\0\0\0\x08free"
    moved = signed[:size] + free + signed[size:]
    assert found_in(moved) == empty_store(SHORT_BYTES)
    assert refusal(moved) == "EarlierStoreUnsupported"


def test_of_two_stores_none_is_the_files_own() -> None:
    signed = carrying(SAMPLE_ASSETS["PNG"].content, empty_store(SHORT_BYTES))
    chunk = signed[33 : 33 + SHORT_BYTES + 12]
    with pytest.raises(AssetLayoutError) as refused:
        found_in(signed[:33] + chunk + signed[33:])
    assert refused.value.name == "EarlierStoreUnsupported"


def test_a_store_of_a_tiff_that_other_bytes_follow_is_no_longer_named() -> None:
    signed = carrying(SAMPLE_ASSETS["TIFF"].content, empty_store(SHORT_BYTES)) + b"appended"
    assert found_in(signed) == empty_store(SHORT_BYTES)
    assert found_in(carrying(signed, empty_store(64), replace=True)) == empty_store(64)


def test_a_damaged_store_is_an_error_and_not_none() -> None:
    signed = carrying(SAMPLE_ASSETS["PNG"].content, empty_store(SHORT_BYTES))
    with pytest.raises(AssetLayoutError) as refused:
        found_in(signed.replace(b"jumb", b"bmuj", 1))
    assert refused.value.name == "Malformed"
