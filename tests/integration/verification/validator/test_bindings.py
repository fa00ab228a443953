"""Our own validator before the rarer kinds of hard bindings: hashes of boxes, and Merkle trees."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from edge_signer.verification.validation import StoreValidation
from tests.judges.engines import c2pa_rs
from tests.judges.own_validator import (
    codes,
    digest_of,
    failures,
    file_of,
    trusting,
    validated,
)
from tests.media.odd_assets import ODD_FILES, chunk, segment
from tests.media.sample_assets import SAMPLE_ASSETS, SampleAsset
from tests.signers.foreign_credentials import Signed, signed_by_c2pa_rs
from tests.signers.software_signer import Workshop

JPEG, PNG = SAMPLE_ASSETS["JPEG"], SAMPLE_ASSETS["PNG"]
FILES = {
    "JPEG": JPEG,
    "PNG": PNG,
    **{
        name: ODD_FILES[name]
        for name in ("progressive.jpg", "cmyk.jpg", "animated.png", "interlaced.png")
    },
}
LABEL = "c2pa.hash.boxes"
MISMATCH, UNKNOWN = "assertion.boxesHash.mismatch", "assertion.boxesHash.unknownBox"
STORE = {"names": ["C2PA"], "hash": [0], "pad": []}
NAMES = {0xDB: "DQT", 0xC0: "SOF0", 0xC2: "SOF2", 0xC4: "DHT", 0xDA: "SOS", 0xFE: "COM"}


@dataclass(frozen=True)
class Part:
    name: str
    content: bytes


def parts_of_png(png: bytes) -> Iterator[Part]:
    yield Part("PNGh", png[:8])
    at = 8
    while at < len(png):
        end = at + 12 + int.from_bytes(png[at : at + 4])
        yield Part(png[at + 4 : at + 8].decode(), png[at:end])
        at = end


def parts_of_jpeg(jpeg: bytes) -> Iterator[Part]:
    yield Part("SOI", jpeg[:2])
    at = 2
    while at < len(jpeg) - 2:
        end = at + 2 + int.from_bytes(jpeg[at + 2 : at + 4])
        marker = jpeg[at + 1]
        while marker == 0xDA and not (jpeg[end] == 0xFF and jpeg[end + 1]):
            end += 1
        name = NAMES.get(marker) or (f"APP{marker - 0xE0}" if marker >= 0xE0 else hex(marker))
        yield Part(name, jpeg[at:end])
        at = end
    yield Part("EOI", jpeg[-2:])


def parts_of(asset: SampleAsset) -> list[Part]:
    walk = parts_of_png if asset.media_type == "image/png" else parts_of_jpeg
    return [*walk(asset.content)]


def boxes_of(asset: SampleAsset) -> list[dict[str, Any]]:
    """Give the binding's boxes, with the store where c2pa-rs puts it."""
    parts = parts_of(asset)
    boxes = [
        {
            "names": [one.name],
            "hash": [*hashlib.sha256(one.content).digest()],
            "alg": "sha256",
            "pad": [],
        }
        for one in parts
    ]
    is_png_or_jfif = parts[1].name in {"IHDR", "APP0"}
    return [*boxes[: 1 + is_png_or_jfif], STORE, *boxes[1 + is_png_or_jfif :]]


def signed(workshop: Workshop, asset: SampleAsset, boxes: Sequence[Any] | None = None) -> Signed:
    said = boxes_of(asset) if boxes is None else boxes
    return signed_by_c2pa_rs(
        workshop,
        asset.content,
        media_type=asset.media_type,
        assertions={LABEL: {"boxes": said}},
    )


def both(workshop: Workshop, asset: bytes, store: bytes, media_type: str) -> StoreValidation:
    """Give our result, where c2pa-rs has the same verdict."""
    found = validated(store, file_of(asset, is_embedded=True), trusting(workshop))
    theirs = c2pa_rs(asset, media_type, None, workshop.ca.anchors_pem())
    assert found.verdict == theirs.state.replace("Unreadable", "Invalid")
    assert bool(failures(found)) == bool(theirs.failures)
    return found


@pytest.mark.parametrize("name", FILES)
def test_each_box_of_a_file_is_bound(name: str, workshop: Workshop) -> None:
    media_type = FILES[name].media_type
    one = signed(workshop, FILES[name])
    assert LABEL.encode() in one.store
    assert b"c2pa.hash.data" not in one.store
    found = both(workshop, one.asset, one.store, media_type)
    assert (found.verdict, found.hard_binding) == ("Trusted", "passed")
    for at in (len(one.asset) - 14, len(one.asset) - 40):
        changed = one.asset[:at] + bytes([one.asset[at] ^ 1]) + one.asset[at + 1 :]
        assert both(workshop, changed, one.store, media_type).hard_binding == "failed"


@pytest.mark.parametrize(
    ("name", "added"), [("JPEG", segment(0xFE, b"!")), ("PNG", chunk(b"tEXt", b"a"))]
)
def test_a_box_more_or_less_is_found(name: str, added: bytes, workshop: Workshop) -> None:
    media_type, one = FILES[name].media_type, signed(workshop, FILES[name])
    first = len(parts_of(FILES[name])[0].content)
    last = parts_of(FILES[name])[-1].content
    more = one.asset[:first] + added + one.asset[first:]
    less = one.asset.removesuffix(last)
    for changed in (more, less):
        assert failures(both(workshop, changed, one.store, media_type)) == {UNKNOWN}


def test_boxes_behind_those_that_were_signed_are_found(workshop: Workshop) -> None:
    one = signed(workshop, JPEG, boxes_of(JPEG)[:-1])
    found = validated(one.store, file_of(one.asset, is_embedded=True), trusting(workshop))
    assert failures(found) == {UNKNOWN}


def test_what_the_boxes_do_not_cover_is_said(workshop: Workshop) -> None:
    one = signed(workshop, JPEG)
    found = both(workshop, one.asset + b"behind the end", one.store, "image/jpeg")
    assert found.active is not None
    (said,) = [one for one in found.active.findings.informational if "boxesHash" in one.code]
    assert said.code == "assertion.boxesHash.additionalExclusionsPresent"
    assert "14 bytes" in said.explanation
    boxes = boxes_of(JPEG)
    boxes[0]["excluded"] = True
    found = both(workshop, (two := signed(workshop, JPEG, boxes)).asset, two.store, "image/jpeg")
    assert found.active is not None
    assert said.code in codes(found.active.findings.informational)


def test_boxes_of_another_file_or_of_none(workshop: Workshop) -> None:
    one, trust = signed(workshop, JPEG), trusting(workshop)
    assert failures(validated(one.store, file_of(PNG.content), trust)) == {MISMATCH}
    # The credentials may be beside the file: they are in none of its boxes.
    assert validated(one.store, file_of(JPEG.content), trust).hard_binding == "passed"
    for asset in (digest_of(JPEG.content), None):
        assert validated(one.store, asset, trust).hard_binding == "not_checked"
    restarts = JPEG.content[:-2] + b"\xff\xd0" + JPEG.content[-2:]
    found = validated(one.store, file_of(restarts), trust)
    assert found.hard_binding == "not_checked"
    assert any("restart markers" in one for one in found.not_checked)


@pytest.mark.parametrize("name", ["MP4", "HEIC"])
def test_media_data_in_a_merkle_tree_is_not_checked(name: str, workshop: Workshop) -> None:
    asset = SAMPLE_ASSETS[name]
    one = signed_by_c2pa_rs(
        workshop,
        asset.content,
        media_type=asset.media_type,
        core={"merkle_tree_chunk_size_in_kb": 1},
    )
    found = both(workshop, one.asset, one.store, asset.media_type)
    assert (found.verdict, found.hard_binding) == ("Trusted", "not_checked")
    assert any("Merkle tree" in one for one in found.not_checked)
    # The rest of the file is bound as ever.
    longer = one.asset + struct.pack(">I4s4s", 12, b"udta", b"more")
    assert both(workshop, longer, one.store, asset.media_type).hard_binding == "failed"


def test_a_movie_must_have_the_store_in_the_box_for_it(workshop: Workshop) -> None:
    movie = SAMPLE_ASSETS["MP4"]
    one = signed_by_c2pa_rs(workshop, movie.content, media_type=movie.media_type)
    # The hash leaves out any box with this UUID.
    elsewhere = one.asset.replace(b"\0manifest\0", b"\0somewhat\0", 1)
    found = validated(one.store, file_of(elsewhere, is_embedded=True), trusting(workshop))
    assert failures(found) == {"assertion.bmffHash.mismatch"}
