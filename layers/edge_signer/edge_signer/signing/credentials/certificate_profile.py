"""The certificate profile that verifiers require for signing claims.

Follows "Certificate Profiles" of the standard (C2PA 2.2 §14.5.1), as far as engines enforce it.
Whether a trust list has the root is not checked here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
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


def extension(certificate: x509.Certificate, kind: type[Extension]) -> Extension | None:
    """Return the value of a certificate's extension; None if it has none of that kind.

    Raises:
        ValueError: An extension cannot be read.
    """
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def has_common_key_form(certificate: x509.Certificate) -> bool:
    """Tell whether the certificate encodes the public key in the common form.

    Explicit curve parameters and RSA keys tied to one use are possible, but engines reject them.
    """
    usual = certificate.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return usual in certificate.tbs_certificate_bytes


@dataclass(frozen=True)
class Fault:
    """A rule that a certificate breaks.

    Attributes:
        code: Names the rule.
        demand: What the rule demands, as the end of a sentence about the certificate.
    """

    code: str
    demand: str

    def __str__(self) -> str:
        return self.demand


@dataclass(frozen=True)
class Rule(Fault):
    """A rule of the profile.

    Attributes:
        holds: Tells whether a certificate obeys it.
    """

    holds: Callable[[x509.Certificate], bool]


def _is_ca(certificate: x509.Certificate) -> bool:
    constraints = extension(certificate, x509.BasicConstraints)
    return constraints is not None and constraints.ca


def _may(certificate: x509.Certificate, usage: str) -> bool:
    key_usage = extension(certificate, x509.KeyUsage)
    return key_usage is not None and bool(getattr(key_usage, usage))


def _uses(certificate: x509.Certificate) -> set[ObjectIdentifier]:
    return set(extension(certificate, x509.ExtendedKeyUsage) or ())


_AUTHORITY_KEY = Rule(
    "authority-key-missing",
    "must have an authority key identifier",
    lambda one: extension(one, x509.AuthorityKeyIdentifier) is not None,
)
_LEAF_RULES = (
    Rule("version", "must be of version 3", lambda one: one.version is x509.Version.v3),
    Rule("leaf-is-ca", "must not be a CA", lambda one: not _is_ca(one)),
    Rule(
        "digital-signature-missing",
        "must have the key usage digitalSignature",
        lambda one: _may(one, "digital_signature"),
    ),
    Rule(
        "leaf-signs-certificates",
        "must not have the key usage keyCertSign",
        lambda one: not _may(one, "key_cert_sign"),
    ),
    Rule(
        "extended-key-usage-missing",
        "must have an extended key usage for claims, e-mail or documents",
        lambda one: bool(_uses(one) & _ALLOWED_USES),
    ),
    Rule(
        "extended-key-usage-forbidden",
        "must not have an extended key usage for anything, OCSP or time-stamps",
        lambda one: not _uses(one) & _FORBIDDEN_USES,
    ),
    _AUTHORITY_KEY,
    Rule(
        "organisation-missing",
        "must name an organisation",
        lambda one: bool(one.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)),
    ),
)
_ISSUER_RULES = (
    Rule("issuer-is-no-ca", "must be a CA", _is_ca),
    Rule(
        "issuer-signs-no-certificates",
        "must have the key usage keyCertSign",
        lambda one: _may(one, "key_cert_sign"),
    ),
    Rule(
        "issuer-key",
        "must have a key of a kind that verifiers take",
        lambda one: _is_issuing_key(one.public_key()),
    ),
    _AUTHORITY_KEY,
)
_COMMON_RULES = (
    Rule(
        "signature-algorithm",
        "must be signed with ECDSA, RSA (PKCS #1) or Ed25519 over SHA-256, SHA-384 or SHA-512",
        lambda one: one.signature_algorithm_oid in SIGNATURES,
    ),
    Rule(
        "key-form",
        "must have its public key in the common form",
        has_common_key_form,
    ),
)
PATH_LENGTH = "path-length"
CRITICAL_EXTENSION = "critical-extension"
#: The codes of all rules that engines enforce.
CODES = {
    *(one.code for one in (*_LEAF_RULES, *_ISSUER_RULES, *_COMMON_RULES)),
    PATH_LENGTH,
    CRITICAL_EXTENSION,
}


def profile_faults(leaf: x509.Certificate) -> list[Fault]:
    """List what keeps a certificate from signing claims; empty if nothing does.

    Raises:
        ValueError: An extension cannot be read.
    """
    return _faults(leaf, _LEAF_RULES)


def issuer_faults(issuers: Sequence[x509.Certificate]) -> list[Fault]:
    """List what keeps certificates from issuing a signing certificate.

    Args:
        issuers: The chain without its leaf, the leaf's issuer first.

    Raises:
        ValueError: An extension cannot be read.
    """
    faults = []
    for below, issuer in enumerate(issuers):
        faults += _faults(issuer, _ISSUER_RULES)
        constraints = extension(issuer, x509.BasicConstraints)
        longest = None if constraints is None else constraints.path_length
        if longest is not None and longest < below:
            faults.append(Fault(PATH_LENGTH, "must admit a path of this length"))
    return faults


def _faults(certificate: x509.Certificate, rules: Sequence[Rule]) -> list[Fault]:
    return [
        *(
            Fault(rule.code, rule.demand)
            for rule in (*rules, *_COMMON_RULES)
            if not rule.holds(certificate)
        ),
        *(Fault(CRITICAL_EXTENSION, one) for one in critical_extension_faults(certificate)),
    ]


def critical_extension_faults(certificate: x509.Certificate) -> list[str]:
    """List critical extensions that some engine does not process."""
    return [
        f"must not have the critical extension {one.oid._name} ({one.oid.dotted_string}), which "
        "some verifiers do not process"
        for one in certificate.extensions
        if one.critical and one.oid not in _PROCESSED
    ]


def _is_issuing_key(public_key: object) -> bool:
    if isinstance(public_key, ec.EllipticCurvePublicKey):
        return isinstance(public_key.curve, _ISSUING_CURVES)
    if isinstance(public_key, rsa.RSAPublicKey):
        return public_key.key_size >= 2048
    return isinstance(public_key, ed25519.Ed25519PublicKey)
