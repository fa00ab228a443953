"""The certificate chain of a KMS key: checked, installed in SSM, and used to verify signatures."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.x509 import (
    Certificate,
    DuplicateExtension,
    InvalidVersion,
    UnsupportedGeneralNameType,
    load_pem_x509_certificates,
)

from edge_signer.configuration.parameters import SsmParameter
from edge_signer.platform.errors import StoreUnavailableError
from edge_signer.signing.credentials.algorithm import Algorithm
from edge_signer.signing.credentials.certificate_profile import issuer_faults, profile_faults
from edge_signer.signing.credentials.name_constraints import name_constraint_faults
from edge_signer.signing.errors import CredentialUnavailableError

#: The builder's limit; real chains have two or three.
MAX_CERTIFICATES = 8

#: The exceptions of `cryptography` for malformed certificates.
UNREADABLE = (
    DuplicateExtension,
    InvalidSignature,
    InvalidVersion,
    TypeError,
    UnsupportedAlgorithm,
    UnsupportedGeneralNameType,
    ValueError,
)


@dataclass(frozen=True)
class CertificateChain:
    """Certificates in the order of `x5chain`: leaf first, without the root (RFC 9360)."""

    certificates: tuple[Certificate, ...]

    @classmethod
    def from_pem(cls, pem: str) -> CertificateChain:
        """Read a chain.

        Args:
            pem: One or more certificates, leaf first.

        Raises:
            CredentialUnavailableError: It has no certificate, an unreadable one, one that the next
                did not issue, the root, too many, a name that an issuer does not allow, or a leaf
                or issuer that verifiers would reject.
        """
        try:
            certificates = tuple(load_pem_x509_certificates(pem.encode()))
            for issued, issuer in pairwise(certificates):
                issued.verify_directly_issued_by(issuer)
            faults = [
                *(f"The signing certificate {one}." for one in profile_faults(certificates[0])),
                *(f"An issuer's certificate {one}." for one in issuer_faults(certificates[1:])),
                *(f"A certificate {one}." for one in name_constraint_faults(certificates)),
            ]
        except UNREADABLE as broken:
            raise CredentialUnavailableError(
                "The certificate chain cannot be read, or is not in the order leaf to issuer."
            ) from broken
        if len(certificates) > MAX_CERTIFICATES:
            raise CredentialUnavailableError("The certificate chain is too long.")
        if certificates[-1].subject == certificates[-1].issuer:
            raise CredentialUnavailableError("The certificate chain must leave its root out.")
        if faults:
            raise CredentialUnavailableError(faults[0])
        return cls(certificates)

    @property
    def expires_at(self) -> datetime:
        """When the first certificate expires."""
        return min(one.not_valid_after_utc for one in self.certificates)

    @property
    def leaf(self) -> Certificate:
        """The signing certificate."""
        return self.certificates[0]

    @cached_property
    def serial_number(self) -> str:
        """Serial number of the leaf, in hexadecimal."""
        return f"{self.leaf.serial_number:x}"

    @cached_property
    def x5chain(self) -> tuple[bytes, ...]:
        """The certificates in DER."""
        return tuple(one.public_bytes(serialization.Encoding.DER) for one in self.certificates)

    def public_key_der(self) -> bytes:
        """The leaf's SubjectPublicKeyInfo, the form of public keys in KMS."""
        return self.leaf.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def require_valid(self, now: datetime | None = None) -> None:
        """Require that every certificate is valid at `now`, by default this moment.

        Raises:
            CredentialUnavailableError: One has expired, or is not valid yet.
        """
        moment = now or datetime.now(UTC)
        for one in self.certificates:
            if moment < one.not_valid_before_utc:
                begin = one.not_valid_before_utc.isoformat()
                raise CredentialUnavailableError(f"A certificate is valid only from {begin}.")
            if moment > one.not_valid_after_utc:
                end = one.not_valid_after_utc.isoformat()
                raise CredentialUnavailableError(f"A certificate expired at {end}.")

    def signature_bytes(self, algorithm: Algorithm) -> int:
        """Return the length of a signature by the leaf's key, in COSE form."""
        return algorithm.signature_bytes(self.leaf.public_key())

    def verify(self, algorithm: Algorithm, tbs: bytes, signature: bytes) -> None:
        """Verify a signature, in COSE form, over a COSE Sig_structure with the leaf's key.

        Raises:
            SignatureMismatchError: It does not verify.
        """
        algorithm.verify(self.leaf.public_key(), tbs, signature)


class InstalledChain:
    """A chain in an SSM parameter; needs `ssm:GetParameter` on it.

    Args:
        ssm: Client in the function's region.
        parameter: Name of the parameter: certificates in PEM, leaf first.
        tell_days_left: Reports the remaining days of each fetched chain; negative if expired.
    """

    LOOK_AGAIN_S = 2.0

    def __init__(
        self, ssm: Any, parameter: str, tell_days_left: Callable[[float], None] = lambda _: None
    ) -> None:
        self._parameter = SsmParameter(ssm, parameter)
        self._tell_days_left = tell_days_left
        self._latest: CertificateChain | None = None
        self._before: CertificateChain | None = None
        self._look_again_at_s = 0.0
        self.was_taken_away = False

    def fetch(self) -> CertificateChain:
        """Fetch the chain from SSM, whether it is valid now or not.

        Raises:
            CredentialUnavailableError: It is missing or unreadable, or SSM fails.
        """
        self._look_again_at_s = time.monotonic() + self.LOOK_AGAIN_S
        try:
            pem = self._parameter.read()
        except StoreUnavailableError as failure:
            raise CredentialUnavailableError(
                "The certificate chain cannot be fetched.", retry_after_s=10
            ) from failure
        self.was_taken_away = pem is None
        if pem is None:
            self._latest = self._before = None
            raise CredentialUnavailableError(
                "The signing key has no certificate chain yet.", retry_after_s=10
            )
        chain = CertificateChain.from_pem(pem)
        self._tell_days_left((chain.expires_at - datetime.now(UTC)) / timedelta(days=1))
        if chain != self._latest:
            self._latest, self._before = chain, self._latest
        return chain

    def latest(self) -> CertificateChain:
        """Return the chain that was fetched last; fetch it again if it has expired.

        Raises:
            CredentialUnavailableError: The chain is missing, or not valid now.
        """
        chain = self._latest
        if chain is None or chain.expires_at <= datetime.now(UTC):
            chain = self.fetch()
        chain.require_valid()
        return chain

    def others(self) -> Iterator[CertificateChain]:
        """Return the chains besides `latest` that other workers may still or already use.

        Workers load a renewed chain minutes apart. So these are the previous chain, and the one
        that SSM has by now; SSM is asked at most once in `LOOK_AGAIN_S` seconds.

        Raises:
            CredentialUnavailableError: As `fetch`.
        """
        if self._before is not None:
            yield self._before
        if time.monotonic() >= self._look_again_at_s:
            yield self.fetch()
