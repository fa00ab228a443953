"""Reads what certificates say, and where `cryptography` does not, their bytes."""

from __future__ import annotations

from typing import TypeVar

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import ExtensionOID, ObjectIdentifier, SignatureAlgorithmOID

from edge_signer.signing.credentials.time_stamp_response import children, only_element

#: Accepted signatures of certificates: engines reject SHA-1, SHA-224, SHA-3, DSA and Ed448, and
#: some reject RSASSA-PSS.
SIGNATURES = {
    SignatureAlgorithmOID.ECDSA_WITH_SHA256,
    SignatureAlgorithmOID.ECDSA_WITH_SHA384,
    SignatureAlgorithmOID.ECDSA_WITH_SHA512,
    SignatureAlgorithmOID.RSA_WITH_SHA256,
    SignatureAlgorithmOID.RSA_WITH_SHA384,
    SignatureAlgorithmOID.RSA_WITH_SHA512,
    SignatureAlgorithmOID.ED25519,
}
# Extensions that all engines process; verifiers must reject other critical ones (RFC 5280 §4.2).
_PROCESSED = {
    ExtensionOID.BASIC_CONSTRAINTS,
    ExtensionOID.CERTIFICATE_POLICIES,
    ExtensionOID.EXTENDED_KEY_USAGE,
    ExtensionOID.KEY_USAGE,
    ExtensionOID.NAME_CONSTRAINTS,
    ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
}
# Tags of issuerUniqueID and subjectUniqueID (RFC 5280 §4.1).
_UNIQUE_IDENTIFIERS = {0x81, 0x82}
# Two integers of 49 bytes at most, each with two bytes before it, and two for both.
_LONGEST_P384_SIGNATURE = 104

Extension = TypeVar("Extension", bound=x509.ExtensionType)


def extension(certificate: x509.Certificate, kind: type[Extension]) -> Extension | None:
    """Return the value of a certificate's extension; None if it has none of that kind.

    Raises:
        ValueError: An extension cannot be read.
    """
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def is_ca(certificate: x509.Certificate) -> bool:
    """Tell whether a certificate says that its key issues certificates."""
    constraints = extension(certificate, x509.BasicConstraints)
    return constraints is not None and constraints.ca


def may(certificate: x509.Certificate, usage: str) -> bool:
    """Tell whether a certificate has a key usage, such as `digital_signature`."""
    key_usage = extension(certificate, x509.KeyUsage)
    return key_usage is not None and bool(getattr(key_usage, usage))


def purposes(certificate: x509.Certificate) -> set[ObjectIdentifier]:
    """Return the extended key usages of a certificate."""
    return set(extension(certificate, x509.ExtendedKeyUsage) or ())


def has_common_key_form(certificate: x509.Certificate) -> bool:
    """Tell whether the certificate encodes the public key in the common form.

    Explicit curve parameters and RSA keys tied to one use are possible, but engines reject them.
    """
    key = certificate.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return key in certificate.tbs_certificate_bytes


def has_unique_identifier(certificate: x509.Certificate) -> bool:
    """Tell whether a certificate has a unique identifier of its issuer or subject."""
    signed = certificate.tbs_certificate_bytes
    return any(one.tag in _UNIQUE_IDENTIFIERS for one in children(signed, only_element(signed)))


def is_signed_with_p521_over_sha256(certificate: x509.Certificate) -> bool:
    """Tell whether a key on P-521 signed a certificate over SHA-256.

    The length of the signature shows the curve, so the issuer's certificate is not needed.
    """
    return (
        certificate.signature_algorithm_oid == SignatureAlgorithmOID.ECDSA_WITH_SHA256
        and len(certificate.signature) > _LONGEST_P384_SIGNATURE
    )


def critical_extension_faults(certificate: x509.Certificate) -> list[str]:
    """List critical extensions that some engine does not process."""
    return [
        f"must not have the critical extension {one.oid._name} ({one.oid.dotted_string}), which "
        "some verifiers do not process"
        for one in certificate.extensions
        if one.critical and one.oid not in _PROCESSED
    ]
