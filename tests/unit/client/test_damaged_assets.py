"""A damaged asset gives a plan that holds what it promises, or a refusal that has a name."""

from __future__ import annotations

import io

import pytest

from edge_signer_client.embedding import AssetLayout, AssetLayoutError
from measure.fuzz.layout_seeds import LAYOUTS
from measure.fuzz.layout_target import PLANNED, documented_names
from measure.fuzz.layouts import run
from tests.media.sample_assets import SAMPLE_ASSETS, tiff

MUTANTS = 300


@pytest.mark.parametrize("layout", LAYOUTS)
def test_damaged_assets_are_planned_or_refused_by_name(layout: str) -> None:
    tally = run(layout, 2026, range(MUTANTS))
    assert tally.findings == []
    assert tally.outcomes[PLANNED] > MUTANTS / 20
    assert tally.outcomes.total() == MUTANTS


def test_the_names_of_refusals_are_read_from_the_sources() -> None:
    assert {"AlreadySigned", "Truncated", "UnknownFormat"} <= documented_names()


def refusal(content: bytes, store_bytes: int = 4096) -> str:
    with pytest.raises(AssetLayoutError) as refused:
        AssetLayout(io.BytesIO(content), store_bytes)
    return refused.value.name


def test_directories_that_follow_each_other_in_a_circle_are_refused() -> None:
    circle = tiff()
    at = int.from_bytes(circle[4:8], "little")
    assert refusal(circle[:-4] + at.to_bytes(4, "little")) == "TooManyParts"


@pytest.mark.parametrize("text", ["<svg>", "plain"])
def test_text_of_two_bytes_a_letter_is_not_taken_for_sound(text: str) -> None:
    assert refusal(text.encode("utf-16") * 9) == "UnknownFormat"


def test_advanced_audio_coding_is_not_taken_for_mpeg_layers() -> None:
    assert refusal(b"\xff\xf1\x50\x80" + bytes(100)) == "UnknownFormat"


def test_a_raw_file_with_places_that_would_not_move_is_refused() -> None:
    assert refusal(b"\0\0\0\x18ftypcrx \0\0\0\1crx isom" + bytes(64)) == "UnknownFormat"


def test_a_file_type_box_without_an_end_is_refused() -> None:
    assert refusal(b"\0\0\0\0ftypisom" + bytes(64)) == "Malformed"


def test_metadata_of_another_version_are_refused() -> None:
    image = SAMPLE_ASSETS["HEIC"].content
    at = image.index(b"meta") + 4
    assert refusal(image[:at] + b"\0\0\0\x53" + image[at + 4 :]) == "Malformed"


@pytest.mark.parametrize("store_bytes", [0, 63, 16 * 2**20 + 1])
def test_a_store_that_is_none_is_refused(store_bytes: int) -> None:
    assert refusal(tiff(), store_bytes) in {"Malformed", "StoreTooLarge"}
