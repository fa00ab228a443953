"""Manifests inside their assets: trusted by foreign engines, and bound to every other byte."""

from __future__ import annotations

from typing import get_args

import pytest

from edge_signer.signing.credentials.algorithm import AlgorithmName
from edge_signer.signing.credentials.time_stamp_authority import HttpTimeStampAuthority
from edge_signer.signing.errors import EmbeddedStoreTooLargeError
from edge_signer.signing.manifest.embedding import LAYOUTS as KNOWN
from edge_signer.signing.manifest.embedding import TIME_STAMP_RESERVE_BYTES, Embedding
from emulator.credentials.development_ca import DevelopmentCa
from tests.authorities.time_stamp_server import (
    Behaviour,
    emulated_authority,
    roots_of,
    time_stamp_server,
)
from tests.judges.engines import JUDGES
from tests.media.embedded_assets import LAYOUTS, Laid
from tests.media.sample_assets import SAMPLE_ASSETS
from tests.signers.software_signer import ACTIONS, Workshop

ASSETS = {one.media_type: one.content for one in SAMPLE_ASSETS.values()}
HASHED_FIRST = [name for name, layout in KNOWN.items() if layout.is_hashed_first]
HOLE_BYTES = 4096


def signed(workshop: Workshop, media_type: str, laid: Laid, store_bytes: int | None) -> bytes:
    place = Embedding(media_type, laid.offset, store_bytes)
    return laid.fill(workshop.sign(laid.digest, ACTIONS, embedding=place))


def require_trusted(asset: bytes, media_type: str, anchors_pem: str) -> None:
    for judge in JUDGES:
        verdict = judge(asset, media_type, None, anchors_pem)
        assert verdict.trusted, (judge.__name__, verdict.failures)


def test_every_format_is_tried() -> None:
    assert LAYOUTS.keys() == KNOWN.keys()


@pytest.mark.parametrize("media_type", LAYOUTS)
def test_a_padded_store_is_trusted_where_it_was_announced(
    workshop: Workshop, media_type: str
) -> None:
    laid = LAYOUTS[media_type](ASSETS[media_type], HOLE_BYTES)
    asset = signed(workshop, media_type, laid, HOLE_BYTES)
    require_trusted(asset, media_type, workshop.ca.anchors_pem())


@pytest.mark.parametrize("media_type", HASHED_FIRST)
def test_a_store_has_exactly_its_own_size_where_the_digest_does_not_depend_on_it(
    workshop: Workshop, media_type: str
) -> None:
    laid = LAYOUTS[media_type](ASSETS[media_type], 0)
    asset = signed(workshop, media_type, laid, None)
    require_trusted(asset, media_type, workshop.ca.anchors_pem())
    assert len(asset) - len(ASSETS[media_type]) < 2700


@pytest.mark.parametrize("algorithm", get_args(AlgorithmName))
@pytest.mark.parametrize("media_type", ["image/jpeg", "audio/wav", "video/mp4"])
def test_every_algorithm_signs_embedded_manifests(
    algorithm: AlgorithmName, media_type: str
) -> None:
    workshop = Workshop(algorithm)
    store_bytes = None if media_type in HASHED_FIRST else HOLE_BYTES
    laid = LAYOUTS[media_type](ASSETS[media_type], store_bytes or 0)
    require_trusted(
        signed(workshop, media_type, laid, store_bytes), media_type, workshop.ca.anchors_pem()
    )


@pytest.mark.parametrize("media_type", LAYOUTS)
def test_a_changed_byte_outside_the_store_is_refused(workshop: Workshop, media_type: str) -> None:
    laid = LAYOUTS[media_type](ASSETS[media_type], HOLE_BYTES)
    asset = bytearray(signed(workshop, media_type, laid, HOLE_BYTES))
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
    store_bytes = HOLE_BYTES + TIME_STAMP_RESERVE_BYTES
    laid = LAYOUTS[media_type](ASSETS[media_type], store_bytes)
    place = Embedding(media_type, laid.offset, store_bytes)
    with time_stamp_server(Behaviour(emulated_authority(ca).reply)) as url:
        authority = HttpTimeStampAuthority(url, roots_of(roots_pem))
        workshop = Workshop(ca=ca, authority=authority)
        asset = laid.fill(workshop.sign(laid.digest, ACTIONS, tsa=True, embedding=place))
    require_trusted(asset, media_type, ca.anchors_pem() + roots_pem)


def test_a_store_that_does_not_fit_is_refused_before_kms_with_the_size_that_does(
    workshop: Workshop,
) -> None:
    laid = LAYOUTS["audio/wav"](ASSETS["audio/wav"], 100)
    with pytest.raises(EmbeddedStoreTooLargeError) as refused:
        signed(workshop, "audio/wav", laid, 100)
    needed = int(refused.value.message.split()[3])
    laid = LAYOUTS["audio/wav"](ASSETS["audio/wav"], needed)
    asset = signed(workshop, "audio/wav", laid, needed)
    require_trusted(asset, "audio/wav", workshop.ca.anchors_pem())
