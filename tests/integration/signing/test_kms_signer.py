"""The signer against KMS and SSM: what it asks for, and which credential it refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest

from edge_signer.signing.algorithm import ALGORITHMS
from edge_signer.signing.certificate import SignatureMismatchError
from edge_signer.signing.errors import CredentialUnavailableError, KmsUnavailableError
from edge_signer.signing.kms import KmsSigner
from emulator.development_ca import DevelopmentCa
from emulator.resources import Services
from emulator.services import in_process_services, moto_host

ES256 = ALGORITHMS["ES256"]
PARAMETER = "/edge-signer/test/certificates/signing"


@pytest.fixture(scope="module")
def aws() -> Services:
    return in_process_services(moto_host())


def new_key(aws: Services) -> str:
    policy = json.dumps({"Version": "2012-10-17", "Statement": []})
    created = aws.kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY", Policy=policy)
    return str(created["KeyMetadata"]["Arn"])


def certify(aws: Services, key_id: str) -> None:
    public_key = aws.kms.get_public_key(KeyId=key_id)["PublicKey"]
    chain = DevelopmentCa().issue("Test", public_key)
    aws.ssm.put_parameter(Name=PARAMETER, Type="String", Value=chain, Overwrite=True)


def signer(aws: Services, key_id: str, parameter: str = PARAMETER) -> KmsSigner:
    return KmsSigner(
        kms=aws.kms,
        ssm=aws.ssm,
        key_alias=key_id,
        certificate_parameter=parameter,
        algorithm=ES256,
    )


def test_a_signature_of_kms_verifies_against_the_certificate(aws: Services) -> None:
    key_id = new_key(aws)
    certify(aws, key_id)
    kms_signer = signer(aws, key_id)
    signature = kms_signer.sign(b"tbs")
    assert len(signature) == 64
    kms_signer.certificate_chain.verify(ES256, b"tbs", signature)
    with pytest.raises(SignatureMismatchError):
        kms_signer.certificate_chain.verify(ES256, b"other", signature)
    assert kms_signer.key_id == key_id


def test_only_the_digest_leaves_the_process(aws: Services) -> None:
    asked: list[dict[str, Any]] = []

    class Listening:
        def sign(self, **arguments: Any) -> Any:
            asked.append(arguments)
            return aws.kms.sign(**arguments)

    key_id = new_key(aws)
    listener = KmsSigner(
        kms=Listening(), ssm=aws.ssm, key_alias=key_id, certificate_parameter="", algorithm=ES256
    )
    listener.sign(b"tbs" * 1000)
    (arguments,) = asked
    assert arguments["MessageType"] == "DIGEST"
    assert arguments["Message"] == ES256.digest(b"tbs" * 1000)


def test_the_chain_and_the_public_key_are_fetched_once(aws: Services) -> None:
    fetched: list[str] = []

    class Counting:
        def __init__(self, service: Any) -> None:
            self._service = service

        def __getattr__(self, name: str) -> Any:
            fetched.append(name)
            return getattr(self._service, name)

    key_id = new_key(aws)
    certify(aws, key_id)
    counting = KmsSigner(
        kms=Counting(aws.kms),
        ssm=Counting(aws.ssm),
        key_alias=key_id,
        certificate_parameter=PARAMETER,
        algorithm=ES256,
    )
    for _ in range(3):
        assert counting.certificate_chain
        assert counting.key_id
    assert sorted(fetched) == ["get_parameter", "get_public_key"]


def test_another_keys_certificate_is_refused(aws: Services) -> None:
    certify(aws, new_key(aws))
    with pytest.raises(CredentialUnavailableError, match="not the signing key's"):
        _ = signer(aws, new_key(aws)).certificate_chain


def test_a_missing_chain_is_refused(aws: Services) -> None:
    with pytest.raises(CredentialUnavailableError, match="cannot be fetched"):
        _ = signer(aws, new_key(aws), "/edge-signer/test/certificates/none").certificate_chain


def test_a_disabled_key_does_not_sign(aws: Services) -> None:
    key_id = new_key(aws)
    aws.kms.disable_key(KeyId=key_id.rpartition("/")[2])
    with pytest.raises(KmsUnavailableError):
        signer(aws, key_id).sign(b"tbs")


def test_what_is_no_signature_is_refused() -> None:
    class Garbling:
        def sign(self, **_: Any) -> Any:
            return {"Signature": b"garbage"}

    garbled = KmsSigner(
        kms=Garbling(), ssm=None, key_alias="", certificate_parameter="", algorithm=ES256
    )
    with pytest.raises(KmsUnavailableError, match="no signature"):
        garbled.sign(b"tbs")
