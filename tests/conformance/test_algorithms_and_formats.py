"""Every algorithm with a key in KMS, every format: both engines trust what comes of it."""

from __future__ import annotations

from functools import cache

import pytest

from edge_signer.signing.credentials.algorithm import ALGORITHMS, AlgorithmName
from emulator.aws.services import in_process_services, moto_host
from tests.judges.engines import JUDGES, Judge, encypher
from tests.media.sample_assets import SAMPLE_ASSETS
from tests.signers.kms_keys import KmsKeys
from tests.signers.software_signer import Workshop

ASSETS = list(SAMPLE_ASSETS)


@pytest.fixture(scope="module")
def kms_keys() -> KmsKeys:
    return KmsKeys(in_process_services(moto_host()))


@pytest.fixture(scope="module", params=ALGORITHMS)
def workshop(request: pytest.FixtureRequest, kms_keys: KmsKeys) -> Workshop:
    """A workshop whose signatures KMS makes."""
    algorithm: AlgorithmName = request.param
    workshop = Workshop(algorithm, kms_keys.certified_signer(algorithm), kms_keys.ca)
    workshop.sign = cache(workshop.sign)  # type: ignore[method-assign]
    return workshop


def media_type_for(judge: Judge, name: str) -> str:
    """Encypher takes no sidecar for text/plain: see the last test here."""
    if judge is encypher and name == "plain text":
        return "text/markdown"
    return SAMPLE_ASSETS[name].media_type


@pytest.mark.parametrize("judge", JUDGES)
@pytest.mark.parametrize("name", ASSETS)
def test_the_asset_is_trusted(name: str, judge: Judge, workshop: Workshop) -> None:
    content = SAMPLE_ASSETS[name].content
    store = workshop.sign(content)
    verdict = judge(content, media_type_for(judge, name), store, workshop.ca.anchors_pem())
    assert verdict.trusted, verdict


@pytest.mark.parametrize("judge", JUDGES)
@pytest.mark.parametrize("name", ASSETS)
def test_the_asset_with_a_changed_byte_is_not(name: str, judge: Judge, workshop: Workshop) -> None:
    content = SAMPLE_ASSETS[name].content
    store = workshop.sign(content)
    changed = content[:-2] + bytes([content[-2] ^ 1]) + content[-1:]
    verdict = judge(changed, media_type_for(judge, name), store, workshop.ca.anchors_pem())
    assert verdict.state in {"Invalid", "Unreadable"}
    assert verdict.failures


def test_encypher_takes_no_sidecar_for_plain_text(workshop: Workshop) -> None:
    """It wants a manifest inside the text. c2pa-rs does not; the standard allows sidecars."""
    content = SAMPLE_ASSETS["plain text"].content
    store = workshop.sign(content)
    verdict = encypher(content, "text/plain", store, workshop.ca.anchors_pem())
    assert verdict.failures == ["assertion.dataHash.malformed"]
