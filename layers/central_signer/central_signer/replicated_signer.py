"""One key in two regions: where the home region does not sign, the replica does."""

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
    """A key of one region that is there, and who signs with it."""

    signer: Signer
    credential: Credential

    @property
    def certificate_chain(self) -> CertificateChain:
        """What certifies it."""
        return self.credential.certificate_chain

    def sign(self, tbs: bytes) -> tuple[str, bytes]:
        """Give the key's ARN, and its signature as COSE has it.

        Raises:
            SignatureMismatchError: What it gave does not verify against the certificate.
            EdgeSignerError: What it failed with.
        """
        signature = self.signer.sign(self.credential, tbs)
        self.certificate_chain.verify(self.signer.algorithm, tbs, signature)
        return self.credential.key_id, signature


class ReplicatedSigner:
    """Signs with a multi-Region key: at home, and once more with its replica where that fails.

    A throttle at home is a reason too: each region has a quota of its own. A replica signs only for
    the chain that certifies it; under a policy with another key the home region's failure stands.

    Args:
        home: The key in its home region.
        replica: The same key elsewhere; None where there is none.
    """

    def __init__(self, home: Signer, replica: Signer | None) -> None:
        self._home = home
        self._replica = replica

    @property
    def algorithm(self) -> Algorithm:
        """What both sign with."""
        return self._home.algorithm

    def key(self) -> RegionalKey:
        """Give the key at home, or its replica where the home region fails.

        Raises:
            EdgeSignerError: What the home region failed with.
        """
        try:
            return RegionalKey(self._home, self._home.credential())
        except _REGION_FAILED as failure:
            return self._replica_key(failure)

    def sign(self, key: RegionalKey, tbs: bytes, counts: Counter[str]) -> tuple[str, bytes]:
        """Give the ARN of the key that signed, and its signature as COSE has it, which verifies.

        Args:
            key: As `key` gave it.
            tbs: The COSE Sig_structure, which names the key's chain.
            counts: Learns how many signatures were rejected.

        Raises:
            EdgeSignerError: What the first region that was asked failed with.
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
        return key.sign(tbs)
    except SignatureMismatchError as mismatch:
        counts["signature_rejected"] += 1
        raise KmsUnavailableError(
            "The signature that KMS gave does not verify against the certificate.", retry_after_s=5
        ) from mismatch
