"""The signer against KMS and SSM: what it asks for, and which credential it refuses."""

from __future__ import annotations

import time
from datetime import UTC, datetime, tzinfo
from typing import Any

import pytest

from edge_signer.platform.errors import KmsUnavailableError
from edge_signer.signing.credentials import certificate
from edge_signer.signing.credentials.algorithm import (
    ALGORITHMS,
    AlgorithmName,
    SignatureMismatchError,
)
from edge_signer.signing.credentials.certificate import InstalledChain
from edge_signer.signing.credentials.kms import KmsSigner
from edge_signer.signing.errors import (
    CredentialUnavailableError,
    TbsTooLargeError,
)
from emulator.aws.services import in_process_services, moto_host
from tests.signers.kms_keys import KEY_SPECS, PARAMETER, KmsKeys
from tests.system.waiting import wait_for

ES256 = ALGORITHMS["ES256"]


@pytest.fixture(scope="module")
def keys() -> KmsKeys:
    return KmsKeys(in_process_services(moto_host()))


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


@pytest.mark.parametrize("name", ALGORITHMS)
def test_a_signature_of_kms_verifies_against_the_certificate(
    keys: KmsKeys, name: AlgorithmName
) -> None:
    kms_signer, algorithm = keys.certified_signer(name), ALGORITHMS[name]
    credential = kms_signer.credential()
    signature = kms_signer.sign(credential, b"tbs")
    assert credential.key_id == keys.kept(KEY_SPECS[name])
    credential.certificate_chain.verify(algorithm, b"tbs", signature)
    with pytest.raises(SignatureMismatchError):
        credential.certificate_chain.verify(algorithm, b"other", signature)


@pytest.mark.parametrize("name", [name for name in ALGORITHMS if name[:2] == "PS"])
@pytest.mark.parametrize("key_spec", ["RSA_2048", "RSA_3072", "RSA_4096"])
def test_any_rsa_key_of_kms_does(keys: KmsKeys, key_spec: str, name: AlgorithmName) -> None:
    key_id = keys.kept(key_spec)
    keys.certify(key_id)
    kms_signer = keys.signer(key_id, algorithm=name)
    credential = kms_signer.credential()
    signature = kms_signer.sign(credential, b"tbs")
    credential.certificate_chain.verify(ALGORITHMS[name], b"tbs", signature)


@pytest.mark.parametrize("name", ALGORITHMS)
def test_a_key_of_another_kind_is_refused_before_it_signs(
    keys: KmsKeys, name: AlgorithmName
) -> None:
    key_id = keys.kept("ECC_NIST_P384" if name == "ES256" else "ECC_NIST_P256")
    keys.certify(key_id)
    with pytest.raises(CredentialUnavailableError, match=f"does not support {name}"):
        keys.signer(key_id, algorithm=name).credential()


def test_ed25519_gets_the_message_itself_as_far_as_kms_takes_it(keys: KmsKeys) -> None:
    whole, too_long = b"t" * 4096, b"t" * 4097
    signer = keys.certified_signer("EdDSA")
    credential = signer.credential()
    credential.certificate_chain.verify(ALGORITHMS["EdDSA"], whole, signer.sign(credential, whole))
    with pytest.raises(
        TbsTooLargeError, match="4,097 bytes to sign; with EdDSA, KMS accepts at most 4,096"
    ):
        signer.sign(credential, too_long)


def test_only_the_digest_leaves_the_process_and_the_credential_is_fetched_once(
    keys: KmsKeys,
) -> None:
    key_id = keys.new()
    keys.certify(key_id)
    asked: list[tuple[str, dict[str, Any]]] = []
    counting = KmsSigner(
        kms=lambda _: Counting(keys.aws.kms, asked),
        key_alias=key_id,
        chain=InstalledChain(Counting(keys.aws.ssm, asked), PARAMETER),
        algorithm=ES256,
    )
    tbs = b"tbs" * 1000
    for _ in range(3):
        counting.sign(counting.credential(), tbs)
    assert [name for name, _ in asked] == ["get_parameter", "get_public_key", *["sign"] * 3]
    assert asked[-1][1] == {
        "KeyId": key_id,
        "Message": ES256.message(tbs),
        "MessageType": "DIGEST",
        "SigningAlgorithm": "ECDSA_SHA_256",
    }


def test_a_rotated_key_is_taken_up_with_its_certificate(
    keys: KmsKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = keys.new(), keys.new()
    alias = "alias/edge-signer-test-rotating"
    keys.aws.kms.create_alias(AliasName=alias, TargetKeyId=old.rpartition("/")[2])
    keys.certify(old)
    rotating = keys.signer(alias)
    assert rotating.credential().key_id == old

    monkeypatch.setattr(KmsSigner, "RETRY_S", 0.0)
    monkeypatch.setattr(KmsSigner, "GRACE_S", 0.0)
    rotating._fresh_until_s = 0.0
    keys.aws.kms.update_alias(AliasName=alias, TargetKeyId=new.rpartition("/")[2])
    between = rotating.credential()
    between.certificate_chain.verify(ES256, b"tbs", rotating.sign(between, b"tbs"))
    assert between.key_id == old

    keys.certify(new)
    after = rotating.credential()
    after.certificate_chain.verify(ES256, b"tbs", rotating.sign(after, b"tbs"))
    assert after.key_id == new


def test_an_expired_chain_is_replaced_as_soon_as_there_is_another(
    keys: KmsKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    key_id = keys.new()
    keys.certify(key_id)
    renewed = keys.signer(key_id)
    first = renewed.credential().certificate_chain

    class Later(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Later:
            return cls.fromtimestamp(first.expires_at.timestamp() + 1, tz)

    monkeypatch.setattr(KmsSigner, "RETRY_S", 0.0)
    monkeypatch.setattr(KmsSigner, "GRACE_S", 0.0)
    monkeypatch.setattr(certificate, "datetime", Later)
    renewed._fresh_until_s = 0.0
    with pytest.raises(CredentialUnavailableError, match="expired"):
        renewed.credential()

    monkeypatch.setattr(certificate, "datetime", datetime)
    keys.certify(key_id)
    assert renewed.credential().certificate_chain.leaf != first.leaf


def test_days_left_are_told_of_every_chain_that_is_fetched_an_expired_one_too(
    keys: KmsKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    key_id = keys.new()
    keys.certify(key_id)
    told: list[float] = []
    telling = KmsSigner(
        kms=lambda _: keys.aws.kms,
        key_alias=key_id,
        chain=InstalledChain(keys.aws.ssm, PARAMETER, told.append),
        algorithm=ES256,
    )
    end = [telling.credential() for _ in range(2)][-1].certificate_chain.expires_at
    assert told == [pytest.approx((end - datetime.now(UTC)).total_seconds() / 86_400, abs=0.01)]

    class Later(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Later:
            return cls.fromtimestamp(end.timestamp() + 86_400, tz)

    monkeypatch.setattr(certificate, "datetime", Later)
    telling._fresh_until_s = 0.0
    with pytest.raises(CredentialUnavailableError, match="expired"):
        telling.credential()
    assert told[1:] == [pytest.approx(-1, abs=0.01)]


def test_a_credential_is_fresh_no_longer_than_its_chain(
    keys: KmsKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    key_id = keys.new()
    keys.certify(key_id)
    monkeypatch.setattr(KmsSigner, "REFRESH_S", 10.0**9)
    once = keys.signer(key_id)
    left_s = once.credential().certificate_chain.expires_at.timestamp() - time.time()
    assert once._fresh_until_s <= time.monotonic() + left_s + 1


def test_a_credential_that_is_due_is_fetched_beside_the_request(keys: KmsKeys) -> None:
    key_id, parameter = keys.new(), "/edge-signer/test/certificates/due"
    keys.certify(key_id, parameter)
    due = keys.signer(key_id, parameter)
    first = due.credential()
    keys.certify(key_id, parameter)
    due._fresh_until_s = time.monotonic()
    assert due.credential() is first
    wait_for(lambda: due.credential() != first)


def test_a_chain_that_was_taken_away_serves_no_longer_but_a_broken_one_is_survived(
    keys: KmsKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    key_id, parameter = keys.new(), "/edge-signer/test/certificates/leaving"
    keys.certify(key_id, parameter)
    signing = keys.signer(key_id, parameter)
    credential = signing.credential()

    monkeypatch.setattr(KmsSigner, "RETRY_S", 0.0)
    monkeypatch.setattr(KmsSigner, "GRACE_S", 0.0)
    signing._fresh_until_s = 0.0
    keys.aws.ssm.put_parameter(Name=parameter, Type="String", Value="half a ch", Overwrite=True)
    assert signing.credential() is credential

    keys.aws.ssm.delete_parameter(Name=parameter)
    with pytest.raises(CredentialUnavailableError, match="no certificate chain yet"):
        signing.credential()


def test_another_keys_certificate_is_refused(keys: KmsKeys) -> None:
    keys.certify(keys.new())
    with pytest.raises(CredentialUnavailableError, match="not for the signing key"):
        keys.signer(keys.new()).credential()


def test_a_missing_chain_is_refused(keys: KmsKeys) -> None:
    with pytest.raises(CredentialUnavailableError, match="no certificate chain yet"):
        keys.signer(keys.new(), "/edge-signer/test/certificates/none").credential()


def test_a_disabled_key_does_not_sign(keys: KmsKeys) -> None:
    key_id = keys.new()
    keys.certify(key_id)
    disabled = keys.signer(key_id)
    credential = disabled.credential()
    keys.aws.kms.disable_key(KeyId=key_id.rpartition("/")[2])
    with pytest.raises(KmsUnavailableError):
        disabled.sign(credential, b"tbs")


def test_what_is_no_signature_is_refused(keys: KmsKeys) -> None:
    class Garbling:
        def sign(self, **_: Any) -> Any:
            return {"Signature": b"garbage"}

    key_id = keys.new()
    keys.certify(key_id)
    garbled = KmsSigner(
        kms=lambda _: Garbling(),
        key_alias="",
        chain=InstalledChain(keys.aws.ssm, ""),
        algorithm=ES256,
    )
    with pytest.raises(SignatureMismatchError, match="in DER"):
        garbled.sign(keys.signer(key_id).credential(), b"tbs")
