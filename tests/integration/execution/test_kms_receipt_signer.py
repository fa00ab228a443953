"""The receipt key against KMS: what it is asked for, what it gives, when it changes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from edge_signer.execution.receipts.receipt import verify_receipt
from edge_signer.execution.receipts.receipt_signer import KmsReceiptSigner, prove
from edge_signer.execution.receipts.result_verifier import verify_result
from edge_signer.platform.errors import KmsRateLimitError, KmsUnavailableError
from emulator.aws.services import in_process_services, moto_host
from tests.jobs.receipts import OUTCOME, REQUEST, job_result
from tests.signers.kms_keys import KmsKeys

SPEC = "ECC_NIST_EDWARDS25519"


@pytest.fixture(scope="module")
def keys() -> KmsKeys:
    return KmsKeys(in_process_services(moto_host()))


def signer_of(keys: KmsKeys, key_alias: str) -> KmsReceiptSigner:
    return KmsReceiptSigner(kms=lambda: keys.aws.kms, key_alias=key_alias)


class Instead:
    """KMS but for one operation, which a test answers itself."""

    def __init__(self, kms: Any, operation: str, answer: Any) -> None:
        self._kms = kms
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self._operation, self._answer = operation, answer

    def __getattr__(self, name: str) -> Any:
        def ask(**arguments: Any) -> Any:
            self.asked.append((name, arguments))
            if name != self._operation:
                return getattr(self._kms, name)(**arguments)
            if isinstance(self._answer, Exception):
                raise self._answer
            return self._answer

        return ask


def test_what_kms_signs_is_verified_whole(keys: KmsKeys) -> None:
    signer = signer_of(keys, keys.kept(SPEC))
    proof = prove(signer, OUTCOME)
    pubkey = signer.key().public_key.hex()
    judged = verify_receipt(proof.receipt_json.encode(), pubkey)
    assert judged.receipt == OUTCOME.receipt()
    result, request = (json.dumps(one).encode() for one in (job_result(proof), REQUEST))
    assert verify_result(result, pubkey, request).refusal is None


def test_kms_gets_the_digest_raw_and_the_public_key_is_fetched_once(keys: KmsKeys) -> None:
    kms = Instead(keys.aws.kms, "none", None)
    signer = KmsReceiptSigner(kms=lambda: kms, key_alias=keys.kept(SPEC))
    digest = OUTCOME.receipt().digest()
    for _ in range(2):
        signer.sign(signer.key(), digest)
    assert [name for name, _ in kms.asked] == ["get_public_key", "sign", "sign"]
    assert kms.asked[-1][1] == {
        "KeyId": keys.kept(SPEC),
        "Message": digest,
        "MessageType": "RAW",
        "SigningAlgorithm": "ED25519_SHA_512",
    }


def test_a_rotated_key_is_taken_up_and_never_mixed(keys: KmsKeys) -> None:
    old, new = keys.new(SPEC), keys.new(SPEC)
    alias = "alias/edge-signer-test-receipts"
    keys.aws.kms.create_alias(AliasName=alias, TargetKeyId=old.rpartition("/")[2])
    signer = signer_of(keys, alias)
    before = signer.key()
    keys.aws.kms.update_alias(AliasName=alias, TargetKeyId=new.rpartition("/")[2])
    assert signer.sign(before, b"message")
    assert signer.key() is before

    signer._key.expire()
    after = signer.key()
    assert (before.kms_key_id, after.kms_key_id) == (old, new)
    assert after.key_id != before.key_id
    assert signer.sign(after, b"message")


def test_a_key_that_is_gone_is_looked_up_again(keys: KmsKeys) -> None:
    key_id = keys.new(SPEC)
    signer = signer_of(keys, key_id)
    key = signer.key()
    keys.aws.kms.disable_key(KeyId=key_id.rpartition("/")[2])
    with pytest.raises(KmsUnavailableError, match="refused"):
        prove(signer, OUTCOME)
    assert signer._key._due_s == 0.0
    assert signer.key() == key


def test_the_last_public_key_serves_while_kms_does_not(keys: KmsKeys) -> None:
    failing = Instead(
        keys.aws.kms, "get_public_key", ConnectTimeoutError(endpoint_url="http://kms")
    )
    clients: list[Any] = [keys.aws.kms, failing, failing]
    signer = KmsReceiptSigner(kms=lambda: clients.pop(0), key_alias=keys.kept(SPEC))
    first = signer.key()
    signer._key.expire()
    assert signer.key() is first
    assert signer.key() is first
    assert len(clients) == 1

    unlucky = KmsReceiptSigner(kms=lambda: failing, key_alias=keys.kept(SPEC))
    with pytest.raises(KmsUnavailableError, match="did not answer"):
        unlucky.key()


def test_another_kind_of_key_signs_no_receipt(keys: KmsKeys) -> None:
    with pytest.raises(KmsUnavailableError, match="not an Ed25519 key"):
        signer_of(keys, keys.kept("ECC_NIST_P256")).key()


@pytest.mark.parametrize("length", [0, 4097])
def test_what_kms_does_not_take_is_not_sent(keys: KmsKeys, length: int) -> None:
    signer = signer_of(keys, keys.kept(SPEC))
    key = signer.key()
    with pytest.raises(ValueError, match=f"^{length:,} bytes to sign"):
        signer.sign(key, b"x" * length)


@pytest.mark.parametrize("signature", [b"", b"x" * 63, b"x" * 64, b"x" * 65, bytes(64)])
def test_a_signature_that_does_not_verify_is_not_given_out(keys: KmsKeys, signature: bytes) -> None:
    garbling = Instead(keys.aws.kms, "sign", {"Signature": signature})
    signer = KmsReceiptSigner(kms=lambda: garbling, key_alias=keys.kept(SPEC))
    with pytest.raises(KmsUnavailableError, match="not the receipt key's signature"):
        prove(signer, OUTCOME)


def test_a_throttle_is_told_as_one(keys: KmsKeys) -> None:
    throttle = ClientError({"Error": {"Code": "ThrottlingException"}}, "Sign")
    throttled = Instead(keys.aws.kms, "sign", throttle)
    signer = KmsReceiptSigner(kms=lambda: throttled, key_alias=keys.kept(SPEC))
    with pytest.raises(KmsRateLimitError) as told:
        prove(signer, OUTCOME)
    assert told.value.retry_after_s == 1
