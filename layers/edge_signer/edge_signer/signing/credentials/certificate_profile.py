"""The certificate profile that verifiers require for signing claims.

Follows "Certificate Profiles" of the standard (C2PA 2.2 and 2.4 §14.5.1), and adds the demands of
single engines. Whether a trust list has the root is not checked here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from edge_signer.signing.credentials.certificate_fields import (
    SIGNATURES,
    critical_extension_faults,
    extension,
    has_common_key_form,
    has_unique_identifier,
    is_ca,
    is_signed_with_p521_over_sha256,
    may,
    purposes,
)

#: The extended key usages of claims and of documents (RFC 9336); `cryptography` knows neither.
CLAIM_SIGNING = ObjectIdentifier("1.3.6.1.4.1.62558.2.1")
DOCUMENT_SIGNING = ObjectIdentifier("1.3.6.1.5.5.7.3.36")
_ALLOWED_USES = {CLAIM_SIGNING, DOCUMENT_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION}
_FORBIDDEN_USES = {
    ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,
    ExtendedKeyUsageOID.OCSP_SIGNING,
    ExtendedKeyUsageOID.TIME_STAMPING,
}

_ISSUING_CURVES = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)


@dataclass(frozen=True)
class Fault:
    """A rule that a certificate breaks.

    Attributes:
        code: Names the rule.
        demand: What the rule demands, as the end of a sentence about the certificate.
        of_the_standard: Whether the standard makes the rule; otherwise some engine does.
    """

    code: str
    demand: str
    of_the_standard: bool

    def __str__(self) -> str:
        return self.demand


@dataclass(frozen=True)
class Rule:
    """A rule of the profile.

    Attributes:
        code: Its name, for people and programs.
        demand: As in `Fault`.
        holds: Tells whether a certificate obeys it.
        of_the_standard: As in `Fault`.
    """

    code: str
    demand: str
    holds: Callable[[x509.Certificate], bool]
    of_the_standard: bool = True

    @property
    def fault(self) -> Fault:
        """What is wrong with a certificate that breaks it."""
        return Fault(self.code, self.demand, self.of_the_standard)


def _has(kind: type[x509.ExtensionType]) -> Callable[[x509.Certificate], bool]:
    return lambda certificate: extension(certificate, kind) is not None


def _is_issuing_key(public_key: object) -> bool:
    if isinstance(public_key, ec.EllipticCurvePublicKey):
        return isinstance(public_key.curve, _ISSUING_CURVES)
    if isinstance(public_key, rsa.RSAPublicKey):
        return public_key.key_size >= 2048
    return isinstance(public_key, ed25519.Ed25519PublicKey)


_RULES = (
    Rule("version", "must be of version 3", lambda one: one.version is x509.Version.v3),
    Rule(
        "unique-identifier",
        "must not have a unique identifier of its issuer or subject",
        lambda one: not has_unique_identifier(one),
    ),
    Rule(
        "authority-key-missing",
        "must have an authority key identifier",
        _has(x509.AuthorityKeyIdentifier),
    ),
    Rule(
        "signature-algorithm",
        "must be signed with ECDSA, RSA (PKCS #1) or Ed25519 over SHA-256, SHA-384 or SHA-512",
        lambda one: one.signature_algorithm_oid in SIGNATURES,
        of_the_standard=False,
    ),
    Rule(
        "signature-digest",
        "must not be signed with a key on P-521 over SHA-256",
        lambda one: not is_signed_with_p521_over_sha256(one),
        of_the_standard=False,
    ),
    Rule(
        "key-form",
        "must have its public key in the common form",
        has_common_key_form,
        of_the_standard=False,
    ),
)
_LEAF_RULES = (
    Rule("leaf-is-ca", "must not be a CA", lambda one: not is_ca(one)),
    Rule(
        "digital-signature-missing",
        "must have the key usage digitalSignature",
        lambda one: may(one, "digital_signature"),
    ),
    Rule(
        "leaf-signs-certificates",
        "must not have the key usage keyCertSign",
        lambda one: not may(one, "key_cert_sign"),
    ),
    Rule(
        "extended-key-usage-missing",
        "must have an extended key usage for claims, e-mail or documents",
        lambda one: bool(purposes(one) & _ALLOWED_USES),
    ),
    Rule(
        "extended-key-usage-forbidden",
        "must not have an extended key usage for anything, OCSP or time-stamps",
        lambda one: not purposes(one) & _FORBIDDEN_USES,
    ),
    Rule(
        "organisation-missing",
        "must name an organisation",
        lambda one: bool(one.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)),
        of_the_standard=False,
    ),
    Rule(
        "self-issued",
        "must have a name that is not its issuer's",
        lambda one: one.subject != one.issuer,
        of_the_standard=False,
    ),
    *_RULES,
)
_ISSUER_RULES = (
    Rule("issuer-is-no-ca", "must be a CA", is_ca),
    Rule(
        "issuer-signs-no-certificates",
        "must have the key usage keyCertSign",
        lambda one: may(one, "key_cert_sign"),
    ),
    Rule(
        "issuer-key",
        "must have a key of a kind that verifiers take",
        lambda one: _is_issuing_key(one.public_key()),
    ),
    Rule(
        "issuer-subject-key-missing",
        "must have a subject key identifier",
        _has(x509.SubjectKeyIdentifier),
    ),
    Rule(
        "policy-constraints",
        "must not have policy constraints, which only some verifiers process",
        lambda one: not _has(x509.PolicyConstraints)(one),
        of_the_standard=False,
    ),
    *_RULES,
)
_PATH_LENGTH = Fault("path-length", "must admit a path of this length", of_the_standard=True)
_CRITICAL_EXTENSION = Fault(
    "critical-extension",
    "must not have a critical extension that some verifier does not process",
    of_the_standard=False,
)
#: What breaks each rule, by its code.
FAULTS = {
    one.code: one
    for one in (
        *(rule.fault for rule in (*_LEAF_RULES, *_ISSUER_RULES)),
        _PATH_LENGTH,
        _CRITICAL_EXTENSION,
    )
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
    return [fault for below, one in enumerate(issuers) for fault in faults_of_issuer(one, below)]


def faults_of_issuer(issuer: x509.Certificate, below: int) -> list[Fault]:
    """List what keeps a certificate from issuing in a chain.

    Args:
        issuer: The certificate.
        below: How many issuers are between it and the leaf.

    Raises:
        ValueError: An extension cannot be read.
    """
    faults = _faults(issuer, _ISSUER_RULES)
    constraints = extension(issuer, x509.BasicConstraints)
    longest = None if constraints is None else constraints.path_length
    return [*faults, _PATH_LENGTH] if longest is not None and longest < below else faults


def _faults(certificate: x509.Certificate, rules: Sequence[Rule]) -> list[Fault]:
    return [
        *(rule.fault for rule in rules if not rule.holds(certificate)),
        *(
            replace(_CRITICAL_EXTENSION, demand=demand)
            for demand in critical_extension_faults(certificate)
        ),
    ]
