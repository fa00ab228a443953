"""Manifests inside their assets: trusted by foreign engines, and bound to every other byte."""

from __future__ import annotations

import io
from typing import get_args

import pytest

from edge_signer.platform.errors import InvalidRequestError
from edge_signer.signing.credentials.algorithm import AlgorithmName
from edge_signer.signing.credentials.time_stamp_authority import HttpTimeStampAuthority
from edge_signer.signing.errors import EmbeddedStoreTooLargeError
from edge_signer.signing.manifest.embedding import LAYOUTS as KNOWN
from edge_signer.signing.manifest.embedding import TIME_STAMP_RESERVE_BYTES, Embedding
from edge_signer_client.embedding import AssetLayout
from emulator.credentials.development_ca import DevelopmentCa
from tests.authorities.time_stamp_server import (
    Behaviour,
    emulated_authority,
    roots_of,
    time_stamp_server,
)
from tests.judges.engines import JUDGES, require_all_trust
from tests.media.sample_assets import SAMPLE_ASSETS
from tests.signers.embedding import STORE_BYTES, embedded
from tests.signers.software_signer import ACTIONS, Workshop

ASSETS = {one.media_type: one.content for one in SAMPLE_ASSETS.values() if one.media_type in KNOWN}
HASHED_FIRST = [name for name, layout in KNOWN.items() if layout.is_hashed_first]


def signed(
    workshop: Workshop, media_type: str, store_bytes: int = STORE_BYTES, *, tsa: bool = False
) -> bytes:
    """Embed as a client does, with a store of exactly this size."""
    layout, asset = embedded(workshop, ASSETS[media_type], store_bytes, tsa=tsa)
    assert layout.media_type == media_type
    return asset


def signed_exactly(workshop: Workshop, media_type: str) -> bytes:
    """Embed a store without padding, where the digest does not depend on its size."""
    content = io.BytesIO(ASSETS[media_type])
    measured = AssetLayout(content, STORE_BYTES)
    digest = bytes.fromhex(measured.write(io.BytesIO()))
    store = workshop.sign(
        digest, ACTIONS, embedding=Embedding(media_type, measured.hole_offset, None)
    )
    layout = AssetLayout(content, len(store))
    asset = io.BytesIO()
    layout.write(asset)
    layout.fill(asset, store)
    return asset.getvalue()


def require_trusted(asset: bytes, media_type: str, anchors_pem: str) -> None:
    require_all_trust(asset, media_type, None, anchors_pem)


def test_every_format_is_tried() -> None:
    assert ASSETS.keys() == KNOWN.keys()


@pytest.mark.parametrize("media_type", KNOWN)
def test_a_padded_store_is_trusted_where_it_was_announced(
    workshop: Workshop, media_type: str
) -> None:
    asset = signed(workshop, media_type)
    require_trusted(asset, media_type, workshop.ca.anchors_pem())


@pytest.mark.parametrize("media_type", HASHED_FIRST)
def test_a_store_has_exactly_its_own_size_where_the_digest_does_not_depend_on_it(
    workshop: Workshop, media_type: str
) -> None:
    asset = signed_exactly(workshop, media_type)
    require_trusted(asset, media_type, workshop.ca.anchors_pem())


@pytest.mark.parametrize("algorithm", get_args(AlgorithmName))
@pytest.mark.parametrize("media_type", ["image/jpeg", "audio/wav", "video/mp4"])
def test_every_algorithm_signs_embedded_manifests(
    algorithm: AlgorithmName, media_type: str
) -> None:
    workshop = Workshop(algorithm)
    asset = signed(workshop, media_type)
    require_trusted(asset, media_type, workshop.ca.anchors_pem())


@pytest.mark.parametrize("media_type", KNOWN)
def test_a_changed_byte_outside_the_store_is_refused(workshop: Workshop, media_type: str) -> None:
    asset = bytearray(signed(workshop, media_type))
    asset[-1] ^= 1
    for judge in JUDGES:
        assert not judge(bytes(asset), media_type, None, workshop.ca.anchors_pem()).trusted


@pytest.mark.parametrize("offset", [1, 23, 255, 65_535, 2**32, 2**40])
def test_the_excluded_length_is_that_of_the_store_wherever_it_stands(
    workshop: Workshop, offset: int
) -> None:
    for media_type in HASHED_FIRST:
        place = Embedding(media_type, offset, None)
        store = workshop.sign(bytes(32), ACTIONS, embedding=place)
        hole_bytes = KNOWN[media_type].hole_bytes
        assert hole_bytes is not None
        length = hole_bytes(len(store))
        assert b"flength" + b"\x19" + length.to_bytes(2, "big") in store


@pytest.mark.parametrize("media_type", ["image/png", "audio/wav", "video/mp4"])
def test_a_time_stamp_stands_in_the_space_that_is_reserved_for_it(media_type: str) -> None:
    ca = DevelopmentCa()
    roots_pem = ca.timestamp_anchors_pem()
    store_bytes = STORE_BYTES + TIME_STAMP_RESERVE_BYTES
    with time_stamp_server(Behaviour(emulated_authority(ca).reply)) as url:
        authority = HttpTimeStampAuthority(url, roots_of(roots_pem))
        workshop = Workshop(ca=ca, authority=authority)
        asset = signed(workshop, media_type, store_bytes, tsa=True)
    require_trusted(asset, media_type, ca.anchors_pem() + roots_pem)


def test_a_store_that_does_not_fit_is_refused_before_kms_with_the_size_that_does(
    workshop: Workshop,
) -> None:
    with pytest.raises(EmbeddedStoreTooLargeError) as refused:
        signed(workshop, "audio/wav", 100)
    asset = signed(workshop, "audio/wav", refused.value.store_bytes or 0)
    require_trusted(asset, "audio/wav", workshop.ca.anchors_pem())


def test_far_more_room_than_a_store_needs_is_refused(workshop: Workshop) -> None:
    before = workshop.signer.signatures
    with pytest.raises(InvalidRequestError, match=r"embed\.store_bytes may be at most"):
        signed(workshop, "video/mp4", 1024 * 1024)
    assert workshop.signer.signatures == before
