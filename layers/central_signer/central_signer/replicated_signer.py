"""One key in two regions: if the home region fails, the replica signs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from edge_signer.platform.errors import EdgeSignerError, KmsRateLimitError, KmsUnavailableError
from edge_signer.signing.credentials.algorithm import Algorithm, SignatureMismatchError
from edge_signer.signing.credentials.certificate import CertificateChain
from edge_signer.signing.credentials.kms import Credential, Signer

_REGION_FAILED = (KmsRateLimitError, KmsUnavailableError)


@dataclass(frozen=True)
class RegionalKey:
    """An available key of one region, with its signer."""

    signer: Signer
    credential: Credential

    @property
    def certificate_chain(self) -> CertificateChain:
        """Its certificate chain."""
        return self.credential.certificate_chain


class ReplicatedSigner:
    """Signs with a multi-Region key: at home first, and with its replica if that fails.

    The replica also helps if the home region throttles: each region has its own quota. It signs
    only for the chain that certifies it; for policies with another key, the failure is final.

    Args:
        home: The key in its home region.
        replica: The same key elsewhere; None if there is none.
    """

    def __init__(self, home: Signer, replica: Signer | None) -> None:
        self._home = home
        self._replica = replica

    @property
    def algorithm(self) -> Algorithm:
        """The signature algorithm of both."""
        return self._home.algorithm

    def key(self) -> RegionalKey:
        """Return the key at home, or its replica if the home region fails.

        Raises:
            EdgeSignerError: The failure of the home region.
        """
        try:
            return RegionalKey(self._home, self._home.credential())
        except _REGION_FAILED as failure:
            return self._replica_key(failure)

    def sign(self, key: RegionalKey, tbs: bytes, counts: Counter[str]) -> tuple[str, bytes]:
        """Return the ARN of the key that signed, and its verified signature in COSE form.

        Args:
            key: From `key`.
            tbs: The COSE Sig_structure, which names the key's chain.
            counts: Counts rejected signatures.

        Raises:
            EdgeSignerError: The failure of the first region.
        """
        try:
            return _signed(key, tbs, counts)
        except _REGION_FAILED as failure:
            if key.signer is not self._home:
                raise
            replica = self._replica_key(failure)
            if replica.certificate_chain.x5chain != key.certificate_chain.x5chain:
                raise
            try:
                return _signed(replica, tbs, counts)
            except EdgeSignerError:
                raise failure from None

    def _replica_key(self, failure: EdgeSignerError) -> RegionalKey:
        if self._replica is None:
            raise failure
        try:
            return RegionalKey(self._replica, self._replica.credential())
        except EdgeSignerError:
            raise failure from None


def _signed(key: RegionalKey, tbs: bytes, counts: Counter[str]) -> tuple[str, bytes]:
    try:
        signature = key.signer.sign(key.credential, tbs)
        key.certificate_chain.verify(key.signer.algorithm, tbs, signature)
    except SignatureMismatchError as mismatch:
        counts["signature_rejected"] += 1
        raise KmsUnavailableError(
            "The signature that KMS returned does not verify against the certificate.",
            retry_after_s=5,
        ) from mismatch
    return key.credential.key_id, signature
