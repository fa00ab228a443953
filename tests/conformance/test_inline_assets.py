"""Inline assets with their manifests inside: trusted by foreign engines, else unchanged."""

from __future__ import annotations

import hashlib
import io
import wave
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from edge_signer.platform.deadline import Deadline
from edge_signer.signing.credentials.time_stamp_authority import HttpTimeStampAuthority
from edge_signer.signing.layout.inline_embedding import InlineEmbedding
from edge_signer.signing.manifest.embedding import LAYOUTS
from edge_signer.signing.signing_request import SigningRequest
from edge_signer.telemetry.request_record import RequestRecord
from emulator.credentials.development_ca import DevelopmentCa
from tests.authorities.time_stamp_server import (
    Behaviour,
    emulated_authority,
    roots_of,
    time_stamp_server,
)
from tests.judges.engines import JUDGES, require_all_trust
from tests.media.odd_assets import ODD_ASSETS
from tests.media.sample_assets import SAMPLE_ASSETS
from tests.signers.software_signer import ACTIONS, Workshop

ASSETS = {n: a for n, a in (SAMPLE_ASSETS | ODD_ASSETS).items() if a.media_type in LAYOUTS}


def signed(workshop: Workshop, asset: bytes, **changes: Any) -> bytes:
    embedding = InlineEmbedding(asset)
    parts: dict[str, Any] = {"assertions": ACTIONS, "policy_id": "newsroom-default-v3", "tsa": None}
    request = SigningRequest(
        "acme", hashlib.sha256(asset).digest(), **{**parts, **changes}, embedding=embedding
    )
    done = workshop.service.sign(request, RequestRecord("a request"), Deadline())
    return embedding.signed(done.manifest_store)


def require_trusted(asset: bytes, media_type: str, anchors_pem: str) -> None:
    require_all_trust(asset, media_type, None, anchors_pem)


def test_every_format_is_tried() -> None:
    assert {one.media_type for one in ASSETS.values()} == LAYOUTS.keys()


@pytest.mark.parametrize("name", ASSETS)
def test_an_inline_asset_is_trusted_with_its_manifest_inside(workshop: Workshop, name: str) -> None:
    asset = ASSETS[name]
    require_trusted(signed(workshop, asset.content), asset.media_type, workshop.ca.anchors_pem())


@pytest.mark.parametrize("name", ["JPEG", "GIF", "PDF", "MP3", "WAV", "TIFF", "MP4", "SVG"])
def test_a_manifest_that_is_larger_than_usual_is_trusted_too(workshop: Workshop, name: str) -> None:
    said = {**ACTIONS, "org.example.text": {"text": ["x" * 500] * 25}}
    asset = ASSETS[name]
    output = signed(workshop, asset.content, assertions=said)
    require_trusted(output, asset.media_type, workshop.ca.anchors_pem())


@pytest.mark.parametrize("name", ["JPEG", "WebP", "HEIC", "PDF"])
def test_a_time_stamp_stands_in_the_file_too(name: str) -> None:
    ca = DevelopmentCa()
    roots_pem = ca.timestamp_anchors_pem()
    with time_stamp_server(Behaviour(emulated_authority(ca).reply)) as url:
        workshop = Workshop(ca=ca, authority=HttpTimeStampAuthority(url, roots_of(roots_pem)))
        output = signed(workshop, ASSETS[name].content, tsa=True)
    verdict = JUDGES[0](output, ASSETS[name].media_type, None, ca.anchors_pem() + roots_pem)
    assert verdict.trusted, verdict.failures
    told = verdict.report["validation_results"]["activeManifest"]["success"]
    assert "timeStamp.trusted" in {one["code"] for one in told}


def _jpeg_without_app11(file: bytes) -> bytes:
    """Everything of a JPEG but its APP11 segments: all that decides on its pixels."""
    kept, at = file[:2], 2
    while file[at + 1] != 0xDA:
        end = at + 2 + int.from_bytes(file[at + 2 : at + 4])
        kept += b"" if file[at + 1] == 0xEB else file[at:end]
        at = end
    return kept + file[at:]


def _png_chunks(file: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 8
    while at < len(file):
        length = int.from_bytes(file[at : at + 4])
        kind, content = file[at + 4 : at + 8], file[at + 8 : at + 8 + length]
        assert int.from_bytes(file[at + 8 + length :][:4]) == zlib.crc32(kind + content)
        yield kind, content
        at += 12 + length


def _png_pixels(file: bytes) -> tuple[bytes, bytes]:
    """The header and the filtered rows."""
    chunks = [(kind, content) for kind, content in _png_chunks(file) if kind != b"caBX"]
    rows = zlib.decompress(b"".join(content for kind, content in chunks if kind == b"IDAT"))
    return chunks[0][1], rows


def _wav_samples(file: bytes) -> tuple[Any, bytes]:
    with wave.open(io.BytesIO(file)) as sound:
        return sound.getparams(), sound.readframes(sound.getnframes())


@pytest.mark.parametrize(
    ("name", "decoded"),
    [
        ("JPEG", _jpeg_without_app11),
        ("progressive.jpg", _jpeg_without_app11),
        ("PNG", _png_pixels),
        ("interlaced.png", _png_pixels),
        ("sixteen-bit.png", _png_pixels),
        ("WAV", _wav_samples),
    ],
)
def test_pixels_and_samples_stay_as_they_were(
    workshop: Workshop, name: str, decoded: Callable[[bytes], object]
) -> None:
    asset = ASSETS[name].content
    output = signed(workshop, asset)
    assert output != asset
    assert decoded(output) == decoded(asset)
