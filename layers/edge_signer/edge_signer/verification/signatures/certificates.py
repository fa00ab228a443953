"""Certificates that came with a signature: reading them, their profile and their validity."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from edge_signer.signing.credentials.certificate import UNREADABLE
from edge_signer.signing.credentials.certificate_profile import profile_faults

#: OpenSSL's own limits: verifying takes very long with a huge key or a huge public exponent.
_MAX_EXPONENT_BITS = 64
_MAX_KEY_BITS = 16_384


def load_certificates(encoded: Sequence[bytes]) -> tuple[x509.Certificate, ...]:
    """Load certificates from DER.

    Raises:
        ValueError: One cannot be read.
    """
    try:
        certificates = tuple(x509.load_der_x509_certificate(one) for one in encoded)
        for one in certificates:
            # These parts are parsed when they are first asked for.
            _ = one.extensions, one.subject, one.issuer, one.not_valid_after_utc, one.public_key()
    except UNREADABLE as broken:
        raise ValueError(f"A certificate cannot be read: {broken}") from broken
    return certificates


def credential_faults(leaf: x509.Certificate) -> list[str]:
    """List what keeps a certificate from signing claims, in sentences."""
    try:
        return [f"The certificate {one}." for one in profile_faults(leaf)]
    except UNREADABLE as broken:
        return [f"The certificate cannot be read: {broken}."]


def outside_validity(
    certificates: Sequence[x509.Certificate], moment: datetime
) -> x509.Certificate | None:
    """Return the first certificate that is not valid at a time; None if all are."""
    for one in certificates:
        if not one.not_valid_before_utc <= moment <= one.not_valid_after_utc:
            return one
    return None


def has_usual_key(certificate: x509.Certificate) -> bool:
    """Tell whether verifying with a certificate's key takes no longer than usual."""
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        return True
    exponent_bits = key.public_numbers().e.bit_length()
    return key.key_size <= _MAX_KEY_BITS and exponent_bits <= _MAX_EXPONENT_BITS


def common_name(certificate: x509.Certificate) -> str:
    """Return the subject's common name; empty if it has none."""
    return name_part(certificate.subject, NameOID.COMMON_NAME)


def name_part(name: x509.Name, oid: x509.ObjectIdentifier) -> str:
    """Return the first value of an attribute of a name; empty if it has none."""
    found = name.get_attributes_for_oid(oid)
    return str(found[0].value) if found else ""
