"""The central signer's service against KMS: its errors, its replica, its stamps."""

from __future__ import annotations

from typing import Any

import pytest

from edge_signer.platform.errors import EdgeSignerError, KmsRateLimitError, KmsUnavailableError
from edge_signer.signing.credentials.algorithm import ALGORITHMS, AlgorithmName
from edge_signer.signing.credentials.certificate import InstalledChain
from edge_signer.signing.credentials.kms import Credential, KmsSigner
from edge_signer.signing.credentials.time_stamp_authority import HttpTimeStampAuthority
from edge_signer.signing.errors import TbsTooLargeError, TsaUnavailableError
from emulator.aws.services import in_process_services, moto_host
from tests.authorities.time_stamp_server import (
    Behaviour,
    emulated_authority,
    roots_of,
    time_stamp_server,
)
from tests.judges.engines import require_all_trust
from tests.media.sample_assets import png
from tests.signers.central_workshop import ENGINE, CentralWorkshop
from tests.signers.kms_keys import PARAMETER, KmsKeys
from tests.signers.software_signer import SoftwareSigner, Workshop

ASSET = png()
HOST = moto_host()
ABROAD = "eu-west-1"


@pytest.fixture(scope="module")
def keys() -> KmsKeys:
    return KmsKeys(in_process_services(HOST))


class Failing:
    """A signer that has a credential and does not sign."""

    def __init__(self, signer: Any, failure: EdgeSignerError, *, at_once: bool = False) -> None:
        self.algorithm = signer.algorithm
        self._signer = signer
        self._failure = failure
        self._at_once = at_once

    def credential(self) -> Credential:
        if self._at_once:
            raise self._failure
        credential: Credential = self._signer.credential()
        return credential

    def sign(self, *_: Any) -> bytes:
        raise self._failure


@pytest.mark.parametrize("name", ALGORITHMS)
def test_every_algorithm_of_kms_makes_a_trusted_manifest(
    keys: KmsKeys, name: AlgorithmName
) -> None:
    edge = Workshop(ca=keys.ca)
    signed = CentralWorkshop(edge, name, keys.certified_signer(name)).sign(ASSET)
    assert signed.algorithm == name
    require_all_trust(ASSET, "image/png", signed.manifest_store, keys.ca.anchors_pem())


@pytest.mark.parametrize("failure", [KmsRateLimitError("a"), KmsUnavailableError("b")])
def test_what_kms_raised_is_raised_and_not_what_the_engine_makes_of_it(
    workshop: Workshop, failure: EdgeSignerError
) -> None:
    failing = CentralWorkshop(workshop, signer=Failing(workshop.signer, failure))
    with pytest.raises(type(failure)) as raised:
        failing.sign(ASSET)
    assert raised.value is failure


@pytest.mark.parametrize("failure", [KmsRateLimitError("a"), KmsUnavailableError("b")])
@pytest.mark.parametrize("at_once", [False, True], ids=["sign", "credential"])
def test_the_replica_signs_where_the_home_region_does_not(
    keys: KmsKeys, failure: EdgeSignerError, at_once: bool
) -> None:
    home, replica = replicated(keys)
    edge = Workshop(ca=keys.ca)
    failing = Failing(home, failure, at_once=at_once)
    signed = CentralWorkshop(edge, signer=failing, replica=replica).sign(ASSET)
    assert signed.kms_key_id.split(":")[3] == ABROAD
    assert home.credential().key_id.split(":")[3] == "us-east-1"
    require_all_trust(ASSET, "image/png", signed.manifest_store, keys.ca.anchors_pem())
    assert (
        CentralWorkshop(edge, signer=home, replica=replica).sign(ASSET).kms_key_id
        == home.credential().key_id
    )


@pytest.mark.parametrize("garbage", [b"garbage", bytes(64)], ids=["no signature", "a wrong one"])
def test_the_replica_signs_where_the_home_region_gives_no_signature_of_the_key(
    keys: KmsKeys, garbage: bytes
) -> None:
    class Garbling(SoftwareSigner):
        def sign(self, _: Credential, __: bytes, ___: int | None = None, /) -> bytes:
            return self.algorithm.cose_signature(garbage) if len(garbage) < 64 else garbage

        def credential(self) -> Credential:
            return home.credential()

    home, replica = replicated(keys)
    edge = Workshop(ca=keys.ca)
    central = CentralWorkshop(edge, signer=Garbling(keys.ca), replica=replica)
    signed = central.sign(ASSET)
    assert signed.kms_key_id.split(":")[3] == ABROAD
    assert central.stopwatch.counts["signature_rejected"] == 1
    require_all_trust(ASSET, "image/png", signed.manifest_store, keys.ca.anchors_pem())
    both = CentralWorkshop(edge, signer=Garbling(keys.ca), replica=Garbling(keys.ca))
    with pytest.raises(KmsUnavailableError, match="does not verify"):
        both.sign(ASSET)


def test_a_replica_of_another_key_does_not_sign(keys: KmsKeys) -> None:
    home, _ = replicated(keys)
    failure = KmsUnavailableError("home")
    other = SoftwareSigner(keys.ca)
    with pytest.raises(KmsUnavailableError, match="home"):
        CentralWorkshop(Workshop(ca=keys.ca), signer=Failing(home, failure), replica=other).sign(
            ASSET
        )


def replicated(keys: KmsKeys) -> tuple[KmsSigner, KmsSigner]:
    kms = keys.aws.kms
    created = kms.create_key(
        KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY", MultiRegion=True, Policy="{}"
    )["KeyMetadata"]
    arn = kms.replicate_key(KeyId=created["KeyId"], ReplicaRegion=ABROAD)["ReplicaKeyMetadata"][
        "Arn"
    ]
    keys.certify(created["Arn"])
    abroad = in_process_services(HOST, ABROAD).kms
    replica = KmsSigner(
        kms=lambda _: abroad,
        key_alias=arn,
        chain=InstalledChain(keys.aws.ssm, PARAMETER),
        algorithm=ALGORITHMS["ES256"],
    )
    return keys.signer(created["Arn"]), replica


def test_a_signature_of_another_key_is_never_given_out(workshop: Workshop) -> None:
    class Forging(SoftwareSigner):
        def sign(self, _: Credential, tbs: bytes, __: int | None = None, /) -> bytes:
            return other.sign_tbs(tbs)

    other = SoftwareSigner(workshop.ca)
    with pytest.raises(KmsUnavailableError, match="does not verify"):
        CentralWorkshop(workshop, signer=Forging(workshop.ca)).sign(ASSET)


def test_more_than_the_edge_would_sign_is_refused(workshop: Workshop) -> None:
    with pytest.raises(TbsTooLargeError):
        ENGINE.sign(CentralWorkshop(workshop).expected(ASSET), _too_large)


def _too_large(_: bytes) -> bytes:
    raise TbsTooLargeError("too large")


@pytest.mark.parametrize(
    "behaviour", [{"status": 503}, {"content_type": "text/html"}, {"reply": lambda _: b"no"}]
)
def test_without_a_stamp_that_holds_there_is_no_manifest(
    workshop: Workshop, behaviour: dict[str, Any]
) -> None:
    authority = emulated_authority(workshop.ca)
    roots = roots_of(workshop.ca.timestamp_anchors_pem())
    with time_stamp_server(Behaviour(**{"reply": authority.reply, **behaviour})) as url:
        stamping = CentralWorkshop(workshop, authority=HttpTimeStampAuthority(url, roots))
        with pytest.raises(TsaUnavailableError):
            stamping.sign(ASSET, tsa=True)


def test_c2pa_rs_must_trust_the_stamp_too(workshop: Workshop) -> None:
    authority = emulated_authority(workshop.ca)
    roots = roots_of(workshop.ca.timestamp_anchors_pem())
    elsewhere = Workshop().ca.timestamp_anchors_pem()
    with (
        time_stamp_server(Behaviour(authority.reply)) as url,
        pytest.raises(TsaUnavailableError, match=r"timeStamp"),
    ):
        CentralWorkshop(
            workshop,
            authority=HttpTimeStampAuthority(url, roots),
            tsa_anchors_pem=elsewhere,
        ).sign(ASSET, tsa=True)
