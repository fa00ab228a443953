"""The address of a remote manifest goes into a file's XMP; everything else stays."""

from __future__ import annotations

import hashlib
import io
import random
import re
import struct

import pytest

from edge_signer_client import AssetLayoutError
from edge_signer_client.reference import Reference
from measure.fuzz.layout_target import documented_names
from tests.media.odd_assets import ODD_ASSETS, chunk, segment
from tests.media.sample_assets import SAMPLE_ASSETS
from tests.media.sample_xmp import (
    CARRIERS,
    JPEG_HEAD,
    PACKETS,
    PNG_HEAD,
    in_jpeg,
    in_png,
    named_and_rest,
    naming,
    with_exif,
)

URL = "https://manifests.example.com/acme/id/16fd2706-8baf-433b-82eb-8c7fada847da.c2pa"
OTHERS = [one for one in SAMPLE_ASSETS.values() if one.media_type not in CARRIERS]
WITHOUT = {
    name: one
    for name, one in {**SAMPLE_ASSETS, **ODD_ASSETS}.items()
    if one.media_type in CARRIERS and JPEG_HEAD not in one.content
}


def referring(asset: bytes, url: str = URL) -> bytes:
    reference, signed = Reference(io.BytesIO(asset)), io.BytesIO()
    digest = reference.write(signed, url)
    assert digest == hashlib.sha256(signed.getvalue()).hexdigest()
    return signed.getvalue()


def refusal(asset: bytes) -> AssetLayoutError:
    with pytest.raises(AssetLayoutError) as refused:
        referring(asset)
    return refused.value


@pytest.mark.parametrize("media_type", CARRIERS)
@pytest.mark.parametrize("packet", PACKETS)
def test_a_packet_keeps_what_it_says(media_type: str, packet: str) -> None:
    before = CARRIERS[media_type](PACKETS[packet].encode())
    after = referring(before)
    assert named_and_rest(before)[0] == []
    assert named_and_rest(after) == ([URL], named_and_rest(before)[1])


@pytest.mark.parametrize("packet", PACKETS)
def test_all_bytes_stay_where_they_were_except_padding(packet: str) -> None:
    before, after = (
        one(PACKETS[packet].encode()) for one in (in_jpeg, lambda x: referring(in_jpeg(x)))
    )
    (added,) = re.findall(rb"<rdf:Description [^>]*dcterms:provenance=[^>]*/>", after)
    head, _, rest = after.partition(added)
    at = head.index(JPEG_HEAD) - 2
    restored = head[:at] + before[at : at + 2] + head[at + 2 :]
    assert before.startswith(restored)
    padding = b"" if packet != "padded, with attributes and elements" else b" " * len(added)
    assert len(after) == len(before) + len(added) - len(padding)
    assert re.sub(rb"\s", b"", restored + rest) == re.sub(rb"\s", b"", before)


@pytest.mark.parametrize("name", WITHOUT)
def test_a_file_without_xmp_gets_a_packet_and_its_picture_stays(name: str) -> None:
    asset = WITHOUT[name].content
    signed = referring(asset)
    named, rest = named_and_rest(signed)
    assert (named, "Description" in rest) == ([URL], False)
    # The picture is what stands between the headers and the end.
    assert asset[-len(asset) // 2 :] in signed


def test_a_new_segment_stands_behind_exif_and_a_second_picture_is_still_found() -> None:
    jpeg = with_exif(SAMPLE_ASSETS["JPEG"].content)
    signed = referring(jpeg)
    at = signed.index(b"\xff\xe1", signed.index(b"Exif\0")) + 4
    assert signed[at:].startswith(JPEG_HEAD)

    for name in ("two-pictures.mpo", "gain-map.jpg"):
        before = ODD_ASSETS[name].content
        signed = referring(before)
        assert named_and_rest(signed)[0] == [URL]
        header = signed.index(b"MPF\0") + 4
        order = "<" if signed[header : header + 2] == b"II" else ">"
        entries = signed.index(struct.pack(f"{order}HHI", 0xB002, 7, 32), header)
        (table,) = struct.unpack_from(f"{order}I", signed, entries + 8)
        (second,) = struct.unpack_from(f"{order}I", signed, header + table + 16 + 8)
        assert signed[header + second :].startswith(b"\xff\xd8")


def test_a_packet_that_cannot_grow_without_moving_pictures_uses_its_padding_or_is_refused() -> None:
    jpeg = ODD_ASSETS["two-pictures.mpo"].content
    index = jpeg.index(b"MPF\0") - 4
    end = index + 2 + int.from_bytes(jpeg[index + 2 : index + 4])
    padded, plain = (
        jpeg[:end] + segment(0xE1, JPEG_HEAD + PACKETS[name].encode()) + jpeg[end:]
        for name in ("padded, with attributes and elements", "read-only, without padding")
    )
    assert len(referring(padded)) == len(padded)
    assert refusal(plain).name == "XmpUnsupported"


@pytest.mark.parametrize("form", ["attribute", "element"])
@pytest.mark.parametrize("media_type", CARRIERS)
def test_a_manifest_that_is_named_already_is_not_forgotten(media_type: str, form: str) -> None:
    asset = CARRIERS[media_type](naming(form).encode())
    assert refusal(asset).name == "AlreadySigned"
    assert refusal(referring(SAMPLE_ASSETS["PNG"].content)).name == "AlreadySigned"


DAMAGED = {
    "cut": PACKETS["read-only, without padding"].encode()[:-60],
    "in UTF-16": PACKETS["read-only, without padding"].encode("utf-16"),
    "in Latin-1": PACKETS["read-only, without padding"].encode("latin-1", "replace"),
    "of an unknown prefix": PACKETS["ended by zeros"].replace("xmlns:rdf", "xmlns:other").encode(),
    "empty": b"",
}
UNSUPPORTED = {
    "of entities": b"<!DOCTYPE x [<!ENTITY a 'aa'>]>" + PACKETS["ended by zeros"].encode(),
    "without RDF": b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>",
    "of empty RDF": re.sub(r">\s*</rdf:RDF>", "/>", PACKETS["ended by zeros"]).encode(),
}


@pytest.mark.parametrize("media_type", CARRIERS)
@pytest.mark.parametrize("packet", [*DAMAGED, *UNSUPPORTED])
def test_a_packet_that_cannot_be_used_is_told(media_type: str, packet: str) -> None:
    told = refusal(CARRIERS[media_type]((DAMAGED | UNSUPPORTED)[packet]))
    assert told.name == ("XmpDamaged" if packet in DAMAGED else "XmpUnsupported")
    assert "embed the manifest, or keep it in a sidecar" in str(told)


def test_a_chunk_that_cannot_be_used_is_told() -> None:
    packet = PACKETS["read-only, without padding"].encode()
    sound = in_png(packet)
    assert refusal(sound.replace(b"lake", b"late")).name == "XmpDamaged"
    compressed = chunk(b"iTXt", PNG_HEAD[:-4] + b"\x01\0\0\0" + packet)
    assert refusal(sound[:33] + compressed + sound[33:]).name == "XmpUnsupported"
    untold = chunk(b"iTXt", PNG_HEAD[:-1])
    assert refusal(sound[:33] + untold + sound[33:]).name == "XmpDamaged"


def test_a_segment_without_room_is_told() -> None:
    packet = PACKETS["read-only, without padding"].encode()
    full = packet.replace(b"lake", b"l" * (65_400 - len(packet)))
    assert refusal(in_jpeg(full)).name == "XmpTooLarge"
    assert named_and_rest(referring(in_png(full)))[0] == [URL]


@pytest.mark.parametrize("asset", OTHERS, ids=lambda one: one.media_type)
def test_other_formats_are_refused_with_what_works(asset: object) -> None:
    assert hasattr(asset, "content")
    told = refusal(asset.content)
    if told.name != "UnknownFormat":
        assert told.name == "RemoteUnsupported"
        assert "embed the manifest" in str(told)


def test_an_address_cannot_break_out_of_its_place() -> None:
    url = "https://e.org/?a=1&b=<\"'>"
    assert named_and_rest(referring(SAMPLE_ASSETS["PNG"].content, url))[0] == [url]


@pytest.mark.parametrize("media_type", CARRIERS)
def test_damage_anywhere_gives_a_file_or_a_refusal_with_a_name(media_type: str) -> None:
    chance = random.Random(2026)
    sound = CARRIERS[media_type](PACKETS["read-only, without padding"].encode())
    end = sound.index(b"xpacket end") + 40 if media_type != "image/webp" else len(sound)
    written, names = 0, set()
    for _ in range(400):
        damaged = bytearray(sound)
        for _ in range(chance.randint(1, 3)):
            damaged[chance.randrange(min(end, len(sound)))] = chance.randrange(256)
        if chance.random() < 0.1:
            del damaged[chance.randrange(len(damaged)) :]
        try:
            signed = referring(bytes(damaged))
        except AssetLayoutError as refused:
            names.add(refused.name)
            continue
        assert URL.encode() in signed
        written += 1
    assert written > 20
    assert "XmpDamaged" in names
    assert names <= documented_names() | {"XmpDamaged", "XmpTooLarge", "XmpUnsupported"}


def test_a_simple_webp_becomes_an_extended_one_of_the_same_size() -> None:
    lossy = ODD_ASSETS["lossy.webp"].content
    # The upper bits say how to scale it.
    lossy = lossy[:26] + struct.pack("<HH", 33 | 0x4000, 17 | 0x8000) + lossy[30:]
    lossless = SAMPLE_ASSETS["WebP"].content
    for asset, flags, size in ((lossy, 0x04, (33, 17)), (lossless, 0x14, (1, 1))):
        signed = referring(asset)
        assert struct.unpack_from("<4sII", signed, 12) == (b"VP8X", 10, flags)
        width, height = (int.from_bytes(signed[at : at + 3], "little") + 1 for at in (24, 27))
        assert (width, height) == size
        assert int.from_bytes(signed[4:8], "little") == len(signed) - 8
        assert signed[30:].startswith(asset[12:])
    animated = ODD_ASSETS["animated.webp"].content
    assert referring(animated)[20] == animated[20] | 0x04


def test_a_chunk_of_odd_length_at_the_end_of_a_webp_is_padded() -> None:
    webp = CARRIERS["image/webp"](b"")
    odd = b"EXIF" + struct.pack("<I", 3) + b"odd"
    for given in (b"", b"\0"):
        asset = webp[:-8] + odd
        asset = b"RIFF" + struct.pack("<I", len(asset) - 8) + asset[8:] + given
        signed = referring(asset)
        assert signed[signed.index(odd) + len(odd) :].startswith(b"\0XMP ")
        assert int.from_bytes(signed[4:8], "little") == len(signed) - 8
