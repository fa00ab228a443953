"""The signer against KMS and SSM: what it asks for, and which credential it refuses."""

from __future__ import annotations

import json
import time
from datetime import datetime, tzinfo
from typing import Any

import pytest

from edge_signer.signing import certificate
from edge_signer.signing.algorithm import ALGORITHMS
from edge_signer.signing.certificate import SignatureMismatchError
from edge_signer.signing.errors import CredentialUnavailableError, KmsUnavailableError
from edge_signer.signing.kms import KmsSigner
from emulator.aws.services import in_process_services, moto_host
from emulator.credentials.development_ca import DevelopmentCa
from emulator.stack.resources import Services

ES256 = ALGORITHMS["ES256"]
PARAMETER = "/edge-signer/test/certificates/signing"


@pytest.fixture(scope="module")
def aws() -> Services:
    return in_process_services(moto_host())


def new_key(aws: Services) -> str:
    policy = json.dumps({"Version": "2012-10-17", "Statement": []})
    created = aws.kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY", Policy=policy)
    return str(created["KeyMetadata"]["Arn"])


def certify(aws: Services, key_id: str, parameter: str = PARAMETER) -> None:
    public_key = aws.kms.get_public_key(KeyId=key_id)["PublicKey"]
    chain = DevelopmentCa().issue("Test", public_key)
    aws.ssm.put_parameter(Name=parameter, Type="String", Value=chain, Overwrite=True)


def signer(aws: Services, key_id: str, parameter: str = PARAMETER) -> KmsSigner:
    return KmsSigner(
        kms=aws.kms,
        ssm=aws.ssm,
        key_alias=key_id,
        certificate_parameter=parameter,
        algorithm=ES256,
    )


class Counting:
    """A service that remembers what it was asked for."""

    def __init__(self, service: Any, asked: list[tuple[str, dict[str, Any]]]) -> None:
        self._service = service
        self._asked = asked

    def __getattr__(self, name: str) -> Any:
        def ask(**arguments: Any) -> Any:
            self._asked.append((name, arguments))
            return getattr(self._service, name)(**arguments)

        return ask


def test_a_signature_of_kms_verifies_against_the_certificate(aws: Services) -> None:
    key_id = new_key(aws)
    certify(aws, key_id)
    kms_signer = signer(aws, key_id)
    credential = kms_signer.credential()
    signature = kms_signer.sign(credential, b"tbs")
    assert len(signature) == 64
    assert credential.key_id == key_id
    credential.certificate_chain.verify(ES256, b"tbs", signature)
    with pytest.raises(SignatureMismatchError):
        credential.certificate_chain.verify(ES256, b"other", signature)


def test_only_the_digest_leaves_the_process_and_the_credential_is_fetched_once(
    aws: Services,
) -> None:
    key_id = new_key(aws)
    certify(aws, key_id)
    asked: list[tuple[str, dict[str, Any]]] = []
    counting = KmsSigner(
        kms=Counting(aws.kms, asked),
        ssm=Counting(aws.ssm, asked),
        key_alias=key_id,
        certificate_parameter=PARAMETER,
        algorithm=ES256,
    )
    tbs = b"tbs" * 1000
    for _ in range(3):
        counting.sign(counting.credential(), tbs)
    assert [name for name, _ in asked] == ["get_parameter", "get_public_key", *["sign"] * 3]
    assert asked[-1][1] == {
        "KeyId": key_id,
        "Message": ES256.digest(tbs),
        "MessageType": "DIGEST",
        "SigningAlgorithm": "ECDSA_SHA_256",
    }


def test_a_rotated_key_is_taken_up_with_its_certificate(
    aws: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = new_key(aws), new_key(aws)
    alias = "alias/edge-signer-test-rotating"
    aws.kms.create_alias(AliasName=alias, TargetKeyId=old.rpartition("/")[2])
    certify(aws, old)
    rotating = signer(aws, alias)
    assert rotating.credential().key_id == old

    monkeypatch.setattr(KmsSigner, "RETRY_S", 0.0)
    rotating._fresh_until_s = 0.0
    aws.kms.update_alias(AliasName=alias, TargetKeyId=new.rpartition("/")[2])
    between = rotating.credential()
    between.certificate_chain.verify(ES256, b"tbs", rotating.sign(between, b"tbs"))
    assert between.key_id == old

    certify(aws, new)
    after = rotating.credential()
    after.certificate_chain.verify(ES256, b"tbs", rotating.sign(after, b"tbs"))
    assert after.key_id == new


def test_an_expired_chain_is_replaced_as_soon_as_there_is_another(
    aws: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    key_id = new_key(aws)
    certify(aws, key_id)
    renewed = signer(aws, key_id)
    first = renewed.credential().certificate_chain

    class Later(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Later:
            return cls.fromtimestamp(first.expires_at.timestamp() + 1, tz)

    monkeypatch.setattr(KmsSigner, "RETRY_S", 0.0)
    monkeypatch.setattr(certificate, "datetime", Later)
    renewed._fresh_until_s = 0.0
    with pytest.raises(CredentialUnavailableError, match="expired"):
        renewed.credential()

    monkeypatch.setattr(certificate, "datetime", datetime)
    certify(aws, key_id)
    assert renewed.credential().certificate_chain.leaf != first.leaf


def test_a_credential_is_fresh_no_longer_than_its_chain(
    aws: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    key_id = new_key(aws)
    certify(aws, key_id)
    monkeypatch.setattr(KmsSigner, "REFRESH_S", 10.0**9)
    once = signer(aws, key_id)
    left_s = once.credential().certificate_chain.expires_at.timestamp() - time.time()
    assert once._fresh_until_s <= time.monotonic() + left_s + 1


def test_a_chain_that_was_taken_away_serves_no_longer_but_a_broken_one_is_survived(
    aws: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    key_id, parameter = new_key(aws), "/edge-signer/test/certificates/leaving"
    certify(aws, key_id, parameter)
    signing = signer(aws, key_id, parameter)
    credential = signing.credential()

    monkeypatch.setattr(KmsSigner, "RETRY_S", 0.0)
    signing._fresh_until_s = 0.0
    aws.ssm.put_parameter(Name=parameter, Type="String", Value="half a ch", Overwrite=True)
    assert signing.credential() is credential

    aws.ssm.delete_parameter(Name=parameter)
    with pytest.raises(CredentialUnavailableError, match="cannot be fetched"):
        signing.credential()


def test_another_keys_certificate_is_refused(aws: Services) -> None:
    certify(aws, new_key(aws))
    with pytest.raises(CredentialUnavailableError, match="not the signing key's"):
        signer(aws, new_key(aws)).credential()


def test_a_missing_chain_is_refused(aws: Services) -> None:
    with pytest.raises(CredentialUnavailableError, match="cannot be fetched"):
        signer(aws, new_key(aws), "/edge-signer/test/certificates/none").credential()


def test_a_disabled_key_does_not_sign(aws: Services) -> None:
    key_id = new_key(aws)
    certify(aws, key_id)
    disabled = signer(aws, key_id)
    credential = disabled.credential()
    aws.kms.disable_key(KeyId=key_id.rpartition("/")[2])
    with pytest.raises(KmsUnavailableError):
        disabled.sign(credential, b"tbs")


def test_what_is_no_signature_is_refused(aws: Services) -> None:
    class Garbling:
        def sign(self, **_: Any) -> Any:
            return {"Signature": b"garbage"}

    key_id = new_key(aws)
    certify(aws, key_id)
    garbled = KmsSigner(
        kms=Garbling(), ssm=None, key_alias="", certificate_parameter="", algorithm=ES256
    )
    with pytest.raises(KmsUnavailableError, match="no signature"):
        garbled.sign(signer(aws, key_id).credential(), b"tbs")
