"""Signs receipts and attestations with a key in KMS."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import wait
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from edge_signer.execution.receipts import ed25519
from edge_signer.execution.receipts.dsse import Envelope, pre_authentication_encoding
from edge_signer.execution.receipts.outcome import JobOutcome
from edge_signer.execution.receipts.receipt import verify_receipt
from edge_signer.execution.receipts.result import JobAnswer
from edge_signer.kms_guard.kms_errors import KEY_IS_GONE, kms_error, refusal_code
from edge_signer.platform.beside import beside
from edge_signer.platform.errors import KmsUnavailableError
from edge_signer.platform.last_good import LastGood

#: The longest message that KMS signs without hashing it first.
MAX_MESSAGE_BYTES = 4096


@dataclass(frozen=True)
class ReceiptKey:
    """A key that signs receipts.

    Attributes:
        kms_key_id: ARN of the key itself; unlike an alias, it always names the same key.
        public_key: 32 bytes.
    """

    kms_key_id: str
    public_key: bytes

    @property
    def key_id(self) -> str:
        """Its name in attestations: the SHA-256 of its SubjectPublicKeyInfo, in hexadecimal."""
        return ed25519.key_id(self.public_key)


class KmsReceiptSigner:
    """Signs with Ed25519 in AWS KMS.

    Needs `kms:Sign` and `kms:GetPublicKey` on the key, of the spec ECC_NIST_EDWARDS25519.

    It fetches the public key again after `REFRESH_S` seconds, so that a rotated key is used without
    a restart. If that fails, it keeps using the last one.

    Args:
        kms: Returns a client in the key's region, for each call. Its own retries should be off.
        key_alias: `alias/…` of the key.
    """

    REFRESH_S = 300.0

    def __init__(self, *, kms: Callable[[], Any], key_alias: str) -> None:
        self._kms = kms
        self._key_alias = key_alias
        self._key = LastGood(self._fetch, refresh_s=self.REFRESH_S, retry_s=0.0, jitter=0.0)

    def key(self) -> ReceiptKey:
        """Return the current key.

        Raises:
            KmsRateLimitError, KmsUnavailableError: The public key could not be fetched.
        """
        return self._key()

    def sign(self, key: ReceiptKey, message: bytes) -> bytes:
        """Sign a message.

        Args:
            key: Signs the message and verifies the signature.
            message: At most 4,096 bytes.

        Returns:
            The verified signature, 64 bytes.

        Raises:
            ValueError: The message is empty or too long.
            KmsRateLimitError: KMS throttles.
            KmsUnavailableError: KMS failed, or returned a wrong signature.
        """
        if not 1 <= len(message) <= MAX_MESSAGE_BYTES:
            raise ValueError(f"{len(message):,} bytes to sign; KMS takes 1 to {MAX_MESSAGE_BYTES}")
        signature: bytes = self._ask(
            "sign",
            KeyId=key.kms_key_id,
            Message=message,
            MessageType="RAW",
            SigningAlgorithm="ED25519_SHA_512",
        )["Signature"]
        if ed25519.signature_fault(key.public_key, message, signature) is not None:
            raise KmsUnavailableError("KMS's answer is not the receipt key's signature.")
        return signature

    def _fetch(self) -> ReceiptKey:
        answer = self._ask("get_public_key", KeyId=self._key_alias)
        public_key = ed25519.from_subject_public_key_info(answer["PublicKey"])
        if public_key is None:
            raise KmsUnavailableError("The receipt key is not an Ed25519 key.")
        return ReceiptKey(answer["KeyId"], public_key)

    def _ask(self, operation: str, **arguments: Any) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = getattr(self._kms(), operation)(**arguments)
        except (BotoCoreError, ClientError) as failure:
            if refusal_code(failure) in KEY_IS_GONE:
                self._key.expire()
            raise kms_error(failure) from failure
        return answer


def prove(signer: KmsReceiptSigner, outcome: JobOutcome) -> JobAnswer:
    """Have one key sign a job's receipt and attestation, both at the same time.

    Returns:
        The result, with both.

    Raises:
        ValueError: A field of the outcome is out of bounds.
        KmsRateLimitError, KmsUnavailableError: KMS did not make both signatures.
    """
    receipt = outcome.receipt()
    payload = outcome.statement().to_bytes()
    key = signer.key()
    signing_receipt = beside(lambda: signer.sign(key, receipt.digest()))
    try:
        signature = signer.sign(key, pre_authentication_encoding(payload))
    finally:
        wait([signing_receipt])
    receipt_signature = signing_receipt.result()
    receipt_json = receipt.to_json(key.public_key, receipt_signature)
    refusal = verify_receipt(receipt_json.encode(), key.public_key.hex()).refusal
    if refusal is not None:
        raise ValueError(f"a receipt that verifiers would refuse: {refusal.explanation}")
    attestation = Envelope(payload, key.key_id, signature).to_dict()
    return JobAnswer.of(outcome, receipt_json=receipt_json, attestation=attestation)
