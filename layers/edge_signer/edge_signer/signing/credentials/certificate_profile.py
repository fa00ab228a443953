"""The certificate profile that verifiers require for signing claims.

Follows "Certificate Profiles" of the standard (C2PA 2.2 §14.5.1), as far as engines enforce it.
Whether a trust list has the root is not checked here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import (
    ExtendedKeyUsageOID,
    ExtensionOID,
    NameOID,
    ObjectIdentifier,
    SignatureAlgorithmOID,
)

_CLAIM_SIGNING = ObjectIdentifier("1.3.6.1.4.1.62558.2.1")
_DOCUMENT_SIGNING = ObjectIdentifier("1.3.6.1.5.5.7.3.36")
_ALLOWED_USES = {_CLAIM_SIGNING, _DOCUMENT_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION}
_FORBIDDEN_USES = {
    ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,
    ExtendedKeyUsageOID.OCSP_SIGNING,
    ExtendedKeyUsageOID.TIME_STAMPING,
}

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
_ISSUING_CURVES = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)

Extension = TypeVar("Extension", bound=x509.ExtensionType)


def profile_faults(leaf: x509.Certificate) -> list[str]:
    """List what keeps a certificate from signing claims; empty if nothing does.

    Raises:
        ValueError: An extension cannot be read.
    """
    constraints = extension(leaf, x509.BasicConstraints)
    key_usage = extension(leaf, x509.KeyUsage)
    uses = set(extension(leaf, x509.ExtendedKeyUsage) or ())
    demands = {
        "must be of version 3": leaf.version is x509.Version.v3,
        "must not be a CA": constraints is None or not constraints.ca,
        "must have the key usage digitalSignature": key_usage is not None
        and key_usage.digital_signature,
        "must not have the key usage keyCertSign": key_usage is None or not key_usage.key_cert_sign,
        "must have an extended key usage for claims, e-mail or documents": bool(
            uses & _ALLOWED_USES
        ),
        "must not have an extended key usage for anything, OCSP or time-stamps": not (
            uses & _FORBIDDEN_USES
        ),
        "must have an authority key identifier": extension(leaf, x509.AuthorityKeyIdentifier)
        is not None,
        **_common_demands(leaf),
        "must name an organisation": bool(
            leaf.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
        ),
    }
    return [demand for demand, is_met in demands.items() if not is_met]


def issuer_faults(issuers: Sequence[x509.Certificate]) -> list[str]:
    """List what keeps certificates from issuing a signing certificate.

    Args:
        issuers: The chain without its leaf, the leaf's issuer first.

    Raises:
        ValueError: An extension cannot be read.
    """
    faults = []
    for below, issuer in enumerate(issuers):
        constraints = extension(issuer, x509.BasicConstraints)
        key_usage = extension(issuer, x509.KeyUsage)
        demands = {
            "must be a CA": constraints is not None and constraints.ca,
            "must admit a path of this length": constraints is None
            or constraints.path_length is None
            or constraints.path_length >= below,
            "must have the key usage keyCertSign": key_usage is not None
            and key_usage.key_cert_sign,
            "must have a key of a kind that verifiers take": _is_issuing_key(issuer.public_key()),
            "must have an authority key identifier": extension(issuer, x509.AuthorityKeyIdentifier)
            is not None,
            **_common_demands(issuer),
        }
        faults += [demand for demand, is_met in demands.items() if not is_met]
    return faults


def has_common_key_form(certificate: x509.Certificate) -> bool:
    """Tell whether the certificate encodes the public key in the common form.

    Explicit curve parameters and RSA keys tied to one use are possible, but engines reject them.
    """
    usual = certificate.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return usual in certificate.tbs_certificate_bytes


def critical_extension_faults(certificate: x509.Certificate) -> list[str]:
    """List critical extensions that some engine does not process."""
    return [
        f"must not have the critical extension {one.oid._name} ({one.oid.dotted_string}), which "
        "some verifiers do not process"
        for one in certificate.extensions
        if one.critical and one.oid not in _PROCESSED
    ]


def _common_demands(certificate: x509.Certificate) -> dict[str, bool]:
    return {
        **dict.fromkeys(critical_extension_faults(certificate), False),
        "must be signed with ECDSA, RSA (PKCS #1) or Ed25519 over SHA-256, SHA-384 or SHA-512": (
            certificate.signature_algorithm_oid in SIGNATURES
        ),
        "must have its public key in the common form": has_common_key_form(certificate),
    }


def _is_issuing_key(public_key: object) -> bool:
    if isinstance(public_key, ec.EllipticCurvePublicKey):
        return isinstance(public_key.curve, _ISSUING_CURVES)
    if isinstance(public_key, rsa.RSAPublicKey):
        return public_key.key_size >= 2048
    return isinstance(public_key, ed25519.Ed25519PublicKey)


def extension(certificate: x509.Certificate, kind: type[Extension]) -> Extension | None:
    """Return the value of a certificate's extension; None if it has none of that kind.

    Raises:
        ValueError: An extension cannot be read.
    """
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
