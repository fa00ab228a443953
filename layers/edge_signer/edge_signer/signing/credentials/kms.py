"""Signing with a KMS key."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from edge_signer.kms_guard.kms_errors import KEY_IS_GONE, kms_error, refusal_code
from edge_signer.platform.beside import Renewal
from edge_signer.platform.errors import EdgeSignerError
from edge_signer.signing.credentials.algorithm import KMS_RAW_LIMIT_BYTES, Algorithm
from edge_signer.signing.credentials.certificate import CertificateChain, InstalledChain
from edge_signer.signing.errors import CredentialUnavailableError, TbsTooLargeError


@dataclass(frozen=True)
class Credential:
    """A key and its certificate chain, always fetched together.

    Attributes:
        key_id: ARN of the key.
        certificate_chain: Its chain.
    """

    key_id: str
    certificate_chain: CertificateChain

    @property
    def has_expired(self) -> bool:
        """Whether a certificate of the chain has expired."""
        return self.certificate_chain.expires_at <= datetime.now(UTC)

    @property
    def kms_region(self) -> str | None:
        """Region of the key; None if its identifier is not an ARN."""
        return region_of(self.key_id)


class Signer(Protocol):
    """Signs TBS bytes with a key, wherever it is."""

    @property
    def algorithm(self) -> Algorithm:
        """The signature algorithm."""

    def credential(self) -> Credential:
        """Return the current key, and a chain that is valid now."""

    def sign(self, credential: Credential, tbs: bytes, timeout_ms: int | None = None, /) -> bytes:
        """Sign the TBS bytes, and give the signature in COSE form; the caller verifies it.

        Raises:
            SignatureMismatchError: The result is not a signature.
            EdgeSignerError: One of the catalogue.
        """


class KmsSigner:
    """Signs through AWS KMS.

    Needs `kms:Sign` and `kms:GetPublicKey` on the key.

    The credential is fetched again after `REFRESH_S` seconds, so that a rotated key or a renewed
    certificate takes effect without a restart: beside a request, or before one that comes more than
    `GRACE_S` seconds later. If that fails, the last good credential stays in
    use while it is valid: it still names the key that it certifies. Only a deleted chain does not.

    Args:
        kms: Gives the client of the key's home region for a timeout in milliseconds; None means
            the usual timeout, which operators can change. Its own retries should be off.
        key_alias: `alias/…` of the key.
        chain: The installed chain that certifies it.
        algorithm: A signature algorithm that the key supports.
        count: Called for each signature that KMS is asked for.
    """

    REFRESH_S = 300.0
    RETRY_S = 10.0
    GRACE_S = 30.0

    def __init__(
        self,
        *,
        kms: Callable[[int | None], Any],
        key_alias: str,
        chain: InstalledChain,
        algorithm: Algorithm,
        count: Callable[[], None] = lambda: None,
    ) -> None:
        self._kms = kms
        self.chain = chain
        self._key_alias = key_alias
        self.algorithm = algorithm
        self._count = count
        self._last_good: Credential | None = None
        self._fresh_until_s = 0.0
        self._renewal = Renewal()

    def credential(self) -> Credential:
        """Return the key and its chain.

        Raises:
            CredentialUnavailableError: The chain is missing, not valid now, or of another key.
            KmsRateLimitError, KmsUnavailableError: The public key is unavailable.
        """
        credential, late_s = self._last_good, time.monotonic() - self._fresh_until_s
        if credential is None or late_s >= self.GRACE_S or credential.has_expired:
            credential = self._refreshed()
        elif late_s >= 0:
            self._renewal.begin(self._refreshed)
        credential.certificate_chain.require_valid()
        return credential

    def sign(self, credential: Credential, tbs: bytes, timeout_ms: int | None = None) -> bytes:
        """Sign the TBS bytes.

        Args:
            credential: Names the key.
            tbs: The COSE Sig_structure. Only its digest leaves the process, except with Ed25519,
                which signs the message itself.
            timeout_ms: Time for KMS to answer; None for the usual timeout.

        Returns:
            The signature in COSE form.

        Raises:
            TbsTooLargeError: With Ed25519, the message exceeds the limit of KMS.
            KmsRateLimitError: KMS throttles.
            KmsUnavailableError: KMS failed.
            SignatureMismatchError: The result is not a signature.
        """
        message = self.algorithm.message(tbs)
        if len(message) > KMS_RAW_LIMIT_BYTES:
            raise TbsTooLargeError(
                f"The assertions produce {len(message):,} bytes to sign; "
                f"with {self.algorithm.name}, KMS accepts at most {KMS_RAW_LIMIT_BYTES:,}."
            )
        try:
            answer = self._ask(
                "sign",
                timeout_ms,
                KeyId=credential.key_id,
                Message=message,
                MessageType=self.algorithm.message_type,
                SigningAlgorithm=self.algorithm.kms_name,
            )
        finally:
            self._count()
        return self.algorithm.cose_signature(answer["Signature"])

    def _refreshed(self) -> Credential:
        try:
            credential = self._last_good = self._fetch()
        except EdgeSignerError:
            if self._last_good is None:
                raise
            self._fresh_until_s = time.monotonic() + self.RETRY_S
            return self._last_good
        left = credential.certificate_chain.expires_at - datetime.now(UTC)
        self._fresh_until_s = time.monotonic() + min(self.REFRESH_S, left.total_seconds())
        return credential

    def _fetch(self) -> Credential:
        try:
            chain = self.chain.fetch()
        finally:
            if self.chain.was_taken_away:
                self._last_good = None
        chain.require_valid()
        if not self.algorithm.fits(chain.leaf.public_key()):
            raise CredentialUnavailableError(
                f"The certified key does not support {self.algorithm.name}."
            )
        answer = self._ask("get_public_key", KeyId=self._key_alias)
        if chain.public_key_der() != answer["PublicKey"]:
            raise CredentialUnavailableError("The certificate is not for the signing key.")
        return Credential(answer["KeyId"], chain)

    def _ask(
        self, operation: str, timeout_ms: int | None = None, **arguments: Any
    ) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = getattr(self._kms(timeout_ms), operation)(**arguments)
        except (BotoCoreError, ClientError) as failure:
            if refusal_code(failure) in KEY_IS_GONE:
                self._fresh_until_s = 0.0
            raise kms_error(failure) from failure
        return answer


def region_of(key_id: str) -> str | None:
    """Return the region of a key's ARN; None if it is not an ARN."""
    parts = key_id.split(":")
    return parts[3] if len(parts) > 3 else None
