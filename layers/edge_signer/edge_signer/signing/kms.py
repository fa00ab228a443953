"""Signing with a key that stays in KMS."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from edge_signer.signing.algorithm import Algorithm
from edge_signer.signing.certificate import (
    CertificateChain,
    SignatureMismatchError,
    p1363_from_der,
)
from edge_signer.signing.errors import (
    CredentialUnavailableError,
    KmsRateLimitError,
    KmsUnavailableError,
)

_THROTTLES = {
    "ThrottlingException",
    "Throttling",
    "LimitExceededException",
    "TooManyRequestsException",
}


class Signer(Protocol):
    """Signs TBS bytes; where the key is, is its own affair."""

    @property
    def algorithm(self) -> Algorithm:
        """What it signs with."""

    @property
    def certificate_chain(self) -> CertificateChain:
        """The chain whose leaf certifies the key, checked against the key and the clock."""

    @property
    def key_id(self) -> str:
        """The key's identifier, for the answer and the log."""

    def sign(self, tbs: bytes) -> bytes:
        """Give the signature over the TBS bytes, as COSE has it; the caller checks it."""


class KmsSigner:
    """Signs through AWS KMS.

    Needs `kms:Sign` and `kms:GetPublicKey` on the key, `ssm:GetParameter` on the chain's parameter.
    The chain and the public key are fetched once; a chain that has expired is fetched anew.

    Args:
        kms: Client in the key's home region; its own retries should be off.
        ssm: Client in the function's region.
        key_alias: `alias/…` of the key.
        certificate_parameter: Name of the parameter that holds the chain in PEM.
        algorithm: Must be one that the key can.
    """

    def __init__(
        self,
        *,
        kms: Any,
        ssm: Any,
        key_alias: str,
        certificate_parameter: str,
        algorithm: Algorithm,
    ) -> None:
        self._kms = kms
        self._ssm = ssm
        self._key_alias = key_alias
        self._certificate_parameter = certificate_parameter
        self.algorithm = algorithm
        self._chain: CertificateChain | None = None

    @property
    def key_id(self) -> str:
        """ARN of the key."""
        return self._public_key[0]

    @property
    def certificate_chain(self) -> CertificateChain:
        """The chain, checked.

        Raises:
            CredentialUnavailableError: Missing, not valid now, or not this key's.
            KmsRateLimitError, KmsUnavailableError: The public key cannot be had.
        """
        if self._chain is not None:
            try:
                self._chain.require_valid()
            except CredentialUnavailableError:
                self._chain = None
        if self._chain is None:
            self._chain = self._fetch_chain()
        return self._chain

    def sign(self, tbs: bytes) -> bytes:
        """Have the digest of the TBS bytes signed.

        Args:
            tbs: The COSE Sig_structure; only its digest leaves the process.

        Returns:
            r and s, each padded to the length of the field.

        Raises:
            KmsRateLimitError: KMS throttles.
            KmsUnavailableError: KMS failed, or what it gave is no signature.
        """
        answer = self._ask(
            "sign",
            KeyId=self._key_alias,
            Message=self.algorithm.digest(tbs),
            MessageType="DIGEST",
            SigningAlgorithm=self.algorithm.kms_name,
        )
        try:
            return p1363_from_der(self.algorithm, answer["Signature"])
        except SignatureMismatchError as malformed:
            raise KmsUnavailableError("What KMS gave is no signature.") from malformed

    @cached_property
    def _public_key(self) -> tuple[str, bytes]:
        answer = self._ask("get_public_key", KeyId=self._key_alias)
        return answer["KeyId"], answer["PublicKey"]

    def _fetch_chain(self) -> CertificateChain:
        try:
            answer = self._ssm.get_parameter(Name=self._certificate_parameter)
        except (BotoCoreError, ClientError) as failure:
            raise CredentialUnavailableError(
                "The certificate chain cannot be fetched."
            ) from failure
        chain = CertificateChain.from_pem(answer["Parameter"]["Value"])
        chain.require_valid()
        if chain.public_key_der() != self._public_key[1]:
            raise CredentialUnavailableError("The certificate is not the signing key's.")
        return chain

    def _ask(self, operation: str, **arguments: Any) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = getattr(self._kms, operation)(**arguments)
        except ClientError as refused:
            if refused.response["Error"]["Code"] in _THROTTLES:
                raise KmsRateLimitError("Too many signing requests", retry_after_s=1) from refused
            raise KmsUnavailableError("KMS refused the request.", retry_after_s=5) from refused
        except BotoCoreError as failure:
            raise KmsUnavailableError("KMS did not answer.", retry_after_s=5) from failure
        return answer
