"""The certificate chain that vouches for a KMS key, and the check of each signature against it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from itertools import pairwise

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.x509 import (
    Certificate,
    DuplicateExtension,
    InvalidVersion,
    UnsupportedGeneralNameType,
    load_pem_x509_certificates,
)

from edge_signer.signing.credentials.algorithm import Algorithm
from edge_signer.signing.credentials.certificate_profile import issuer_faults, profile_faults
from edge_signer.signing.credentials.name_constraints import name_constraint_faults
from edge_signer.signing.errors import CredentialUnavailableError

#: As many as the builder takes; real chains have two or three.
MAX_CERTIFICATES = 8

#: What `cryptography` raises for certificates that are none.
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
    """Certificates as they go into `x5chain`: leaf first, root left out (RFC 9360)."""

    certificates: tuple[Certificate, ...]

    @classmethod
    def from_pem(cls, pem: str) -> CertificateChain:
        """Read a chain.

        Args:
            pem: One or more certificates, leaf first.

        Raises:
            CredentialUnavailableError: There is no certificate in it, or a broken one; one is not
                issued by the next; the root is there; there are too many; a name is not one that an
                issuer allows; or verifiers would not accept the leaf or an issuer.
        """
        try:
            certificates = tuple(load_pem_x509_certificates(pem.encode()))
            for issued, issuer in pairwise(certificates):
                issued.verify_directly_issued_by(issuer)
            faults = profile_faults(certificates[0])
            issuers_faults = issuer_faults(certificates[1:])
            names_faults = name_constraint_faults(certificates)
        except UNREADABLE as broken:
            raise CredentialUnavailableError(
                "The certificate chain cannot be read, or is not in the order leaf to issuer."
            ) from broken
        if len(certificates) > MAX_CERTIFICATES:
            raise CredentialUnavailableError("The certificate chain is too long.")
        if certificates[-1].subject == certificates[-1].issuer:
            raise CredentialUnavailableError("The certificate chain must leave its root out.")
        if faults:
            raise CredentialUnavailableError(f"The signing certificate {faults[0]}.")
        if issuers_faults:
            raise CredentialUnavailableError(f"An issuer's certificate {issuers_faults[0]}.")
        if names_faults:
            raise CredentialUnavailableError(f"A certificate {names_faults[0]}.")
        return cls(certificates)

    @property
    def expires_at(self) -> datetime:
        """When the first of the certificates expires."""
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
        """The leaf's SubjectPublicKeyInfo, the form in which KMS gives its public keys."""
        return self.leaf.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def require_valid(self, now: datetime | None = None) -> None:
        """Refuse a chain of which a certificate is not valid at `now`, by default this moment.

        Raises:
            CredentialUnavailableError: Says which end of the validity was passed.
        """
        moment = now or datetime.now(UTC)
        for one in self.certificates:
            if moment < one.not_valid_before_utc:
                begin = one.not_valid_before_utc.isoformat()
                raise CredentialUnavailableError(f"A certificate is valid only from {begin}.")
            if moment > one.not_valid_after_utc:
                end = one.not_valid_after_utc.isoformat()
                raise CredentialUnavailableError(f"A certificate expired at {end}.")

    def verify(self, algorithm: Algorithm, tbs: bytes, signature: bytes) -> None:
        """Check that the leaf's key signed the TBS bytes.

        Args:
            algorithm: What signed.
            tbs: The COSE Sig_structure.
            signature: As COSE has it.

        Raises:
            SignatureMismatchError: It did not.
        """
        algorithm.verify(self.leaf.public_key(), tbs, signature)
