"""Files of rare forms: their embedded manifests are trusted, and bound to every other byte."""

from __future__ import annotations

import io
from collections.abc import Iterator
from random import Random

import pytest

from edge_signer.signing.manifest.embedding import LAYOUTS as KNOWN
from edge_signer_client.embedding import AssetLayout, AssetLayoutError
from tests.judges.engines import JUDGES, c2pa_rs, encypher
from tests.media.odd_assets import ODD_ASSETS, declared_svg, described_svg, odd_wav, tagged
from tests.media.sample_assets import SAMPLE_ASSETS, SampleAsset
from tests.signers.embedding import STORE_BYTES, embedded
from tests.signers.software_signer import Workshop

CHANGED_BYTES = 6
REFUSED = {
    "JunkAfterBoxes": SAMPLE_ASSETS["MP4"].content + b"junk",
    "Malformed box type, with a separator of paths": SAMPLE_ASSETS["MP4"].content
    + (12).to_bytes(4)
    + b"a/bcfree",
    "Malformed box type, with a control character": SAMPLE_ASSETS["MP4"].content.replace(
        b"mvhd", b"mv\0d"
    ),
    "SvgRootUnsupported": b'<?xml version="1.0"?><s:svg xmlns:s="http://www.w3.org/2000/svg"/>',
    "SvgRootUnsupported of metadata": described_svg().replace(b"metadata", b"svg:metadata"),
    "UnknownFormat": declared_svg().decode().encode("utf-16"),
    "Id3Unsupported": tagged(SAMPLE_ASSETS["MP3"].content, 2, 0),
    "AviOfSeveralRiffs": SAMPLE_ASSETS["AVI"].content + SAMPLE_ASSETS["AVI"].content,
    "Truncated": SAMPLE_ASSETS["MOV"].content[:-1],
}


def signed(
    workshop: Workshop, asset: SampleAsset, store_bytes: int = STORE_BYTES
) -> tuple[AssetLayout, bytes]:
    layout, output = embedded(workshop, asset.content, store_bytes)
    assert layout.media_type == asset.media_type
    return layout, output


def covered(layout: AssetLayout, asset: bytes) -> list[int]:
    """Give the places that the hard binding covers; of BMFF, `ftyp` and `mfra` are excluded."""
    end = layout.hole_offset + layout.hole_bytes
    if KNOWN[layout.media_type].hole_bytes:
        return [*range(layout.hole_offset), *range(end, len(asset))]
    return [place for start, stop in _roots(asset, end) for place in range(start, stop)]


def _roots(asset: bytes, at: int) -> Iterator[tuple[int, int]]:
    """Give where the contents of root boxes stand that are hashed."""
    while at < len(asset):
        size, kind = int.from_bytes(asset[at : at + 4]), asset[at + 4 : at + 8]
        head = 16 if size == 1 else 8
        end = at + (
            int.from_bytes(asset[at + 8 : at + 16]) if size == 1 else size or len(asset) - at
        )
        if kind != b"mfra":
            yield at + head, end
        at = end


@pytest.mark.parametrize("name", ODD_ASSETS)
def test_rare_forms_are_trusted_and_bound_to_every_other_byte(
    workshop: Workshop, name: str
) -> None:
    asset = ODD_ASSETS[name]
    layout, output = signed(workshop, asset)
    places = covered(layout, output)
    some = [places[0], places[-1], *Random(name).sample(places, CHANGED_BYTES)]
    for judge in JUDGES:
        verdict = judge(output, asset.media_type, None, workshop.ca.anchors_pem())
        assert verdict.trusted, (judge.__name__, verdict.failures)
        for place in some:
            changed = bytearray(output)
            changed[place] ^= 1
            other = judge(bytes(changed), asset.media_type, None, workshop.ca.anchors_pem())
            assert not other.trusted, (judge.__name__, place)


@pytest.mark.parametrize("store_bytes", [65_525, 65_526, 70_000, 140_000])
@pytest.mark.parametrize("name", ["JPEG", "PNG", "GIF", "TIFF", "WAV", "MP3", "MP4"])
def test_a_store_of_several_segments_is_read_again(
    workshop: Workshop, name: str, store_bytes: int
) -> None:
    """The server signs for at most 64 KiB; what a client fills in may be larger."""
    asset = SAMPLE_ASSETS[name]
    _, output = signed(workshop, asset, store_bytes)
    for judge in JUDGES:
        verdict = judge(output, asset.media_type, None, workshop.ca.anchors_pem())
        assert verdict.trusted, (judge.__name__, verdict.failures)


@pytest.mark.parametrize("name", REFUSED)
def test_what_has_no_sound_place_for_a_store_is_refused(name: str) -> None:
    with pytest.raises(AssetLayoutError) as refused:
        AssetLayout(io.BytesIO(REFUSED[name]), STORE_BYTES)
    assert refused.value.name == name.split(maxsplit=1)[0]


def test_a_signed_file_is_not_signed_again(workshop: Workshop) -> None:
    for asset in ODD_ASSETS.values():
        _, output = signed(workshop, asset)
        with pytest.raises(AssetLayoutError) as refused:
            AssetLayout(io.BytesIO(output), STORE_BYTES)
        assert refused.value.name == "AlreadySigned"


def test_one_engine_reads_no_chunks_behind_the_end_of_a_riff_file(workshop: Workshop) -> None:
    """encypher 1.7.1 takes eight bytes or more behind it for another chunk, and raises."""
    asset = SampleAsset("audio/wav", odd_wav(100, is_padded=True) + b"more junk")
    _, output = signed(workshop, asset)
    anchors_pem = workshop.ca.anchors_pem()
    assert c2pa_rs(output, asset.media_type, None, anchors_pem).trusted
    assert encypher(output, asset.media_type, None, anchors_pem).state == "Unreadable"


def test_a_byte_order_mark_is_left_out(workshop: Workshop) -> None:
    """c2pa-rs 0.91.3 counts the places in an SVG file without it, and finds another digest."""
    asset = ODD_ASSETS["SVG behind a byte order mark"]
    layout, output = signed(workshop, asset)
    assert asset.content[:3] == b"\xef\xbb\xbf"
    assert output.startswith(asset.content[3:40])
    assert layout.signed_bytes == len(output)
