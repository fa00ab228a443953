"""The conformance programme's profile of certificates for claims (C2PA Certificate Policy 0.2)."""

from __future__ import annotations

import uuid
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import (
    AuthorityInformationAccessOID,
    ExtendedKeyUsageOID,
    NameOID,
    ObjectIdentifier,
)

from cli.certificates.certificate_request import ASSURANCE_LEVEL, ASSURANCE_LEVELS, CPL_RECORD
from edge_signer.signing.credentials.certificate_fields import extension
from edge_signer.signing.credentials.certificate_profile import CLAIM_SIGNING, DOCUMENT_SIGNING

CERTIFICATE_POLICY = ObjectIdentifier("1.3.6.1.4.1.62558.1.1")
_COMPANIONS = {ExtendedKeyUsageOID.EMAIL_PROTECTION, DOCUMENT_SIGNING}
_ISSUER_NAME = (NameOID.COUNTRY_NAME, NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME)
_LONGEST_ISSUER = timedelta(days=1827)


def leaf_codes(leaf: x509.Certificate, level: int, longest_days: int) -> list[str]:
    """Return the codes of the rules that a signing certificate breaks.

    Args:
        leaf: The certificate.
        level: Assurance level, 1 or 2.
        longest_days: The longest validity at that level.

    Raises:
        ValueError: An extension cannot be read.
    """
    uses = set(extension(leaf, x509.ExtendedKeyUsage) or ())
    key_usage = extension(leaf, x509.KeyUsage)
    assurance_level = asn1.encode_der(ASSURANCE_LEVELS[level])
    holds = {
        "country-missing": _names(leaf, NameOID.COUNTRY_NAME),
        "common-name-missing": _names(leaf, NameOID.COMMON_NAME),
        "non-repudiation-missing": key_usage is not None and key_usage.content_commitment,
        "basic-constraints-missing": _is_critical(leaf, x509.BasicConstraints),
        "claim-signing-missing": CLAIM_SIGNING in uses,
        "companion-usage-missing": bool(uses & _COMPANIONS),
        "extended-key-usage-critical": not _is_critical(leaf, x509.ExtendedKeyUsage),
        "policies-critical": not _is_critical(leaf, x509.CertificatePolicies),
        "policy-missing": _names_policy(leaf),
        "ocsp-address-missing": _has_responder(leaf),
        "assurance-level": _value(leaf, ASSURANCE_LEVEL) == assurance_level,
        "cpl-record": _is_record(_value(leaf, CPL_RECORD)),
        "validity-too-long": _life(leaf) <= timedelta(days=longest_days),
    }
    return [code for code, is_met in holds.items() if not is_met]


def issuer_codes(issuer: x509.Certificate) -> list[str]:
    """Return the codes of the rules that the issuer of signing certificates breaks.

    Raises:
        ValueError: An extension cannot be read.
    """
    constraints = extension(issuer, x509.BasicConstraints)
    key_usage = extension(issuer, x509.KeyUsage)
    uses = set(extension(issuer, x509.ExtendedKeyUsage) or ())
    lists = extension(issuer, x509.CRLDistributionPoints)
    holds = {
        "basic-constraints-missing": _is_critical(issuer, x509.BasicConstraints),
        "policies-critical": not _is_critical(issuer, x509.CertificatePolicies),
        "issuer-name-incomplete": all(_names(issuer, oid) for oid in _ISSUER_NAME),
        "issuer-key-weak": _is_strong(issuer.public_key()),
        "issuer-path-length": constraints is not None and constraints.path_length == 0,
        "issuer-lists-missing": key_usage is not None and key_usage.crl_sign,
        "issuer-usage-missing": CLAIM_SIGNING in uses and bool(uses & _COMPANIONS),
        "policy-missing": _names_policy(issuer),
        "issuer-revocation-missing": _has_responder(issuer) or lists is not None,
        "issuer-validity-too-long": _life(issuer) <= _LONGEST_ISSUER,
    }
    return [code for code, is_met in holds.items() if not is_met]


def _names(certificate: x509.Certificate, oid: ObjectIdentifier) -> bool:
    return bool(certificate.subject.get_attributes_for_oid(oid))


def _is_critical(certificate: x509.Certificate, kind: type[x509.ExtensionType]) -> bool:
    return any(one.critical for one in certificate.extensions if isinstance(one.value, kind))


def _names_policy(certificate: x509.Certificate) -> bool:
    policies = extension(certificate, x509.CertificatePolicies) or ()
    return any(one.policy_identifier == CERTIFICATE_POLICY for one in policies)


def _has_responder(certificate: x509.Certificate) -> bool:
    return any(
        one.access_method == AuthorityInformationAccessOID.OCSP
        and isinstance(one.access_location, x509.UniformResourceIdentifier)
        and one.access_location.value.startswith("http://")
        for one in extension(certificate, x509.AuthorityInformationAccess) or ()
    )


def _value(certificate: x509.Certificate, oid: ObjectIdentifier) -> bytes:
    """Return the content of an extension that `cryptography` does not know; empty if absent."""
    for one in certificate.extensions:
        if one.oid == oid and isinstance(one.value, x509.UnrecognizedExtension):
            return one.value.value
    return b""


def _is_record(encoded: bytes) -> bool:
    try:
        record = asn1.decode_der(str, encoded)
        return str(uuid.UUID(record)) == record.lower()
    except ValueError:
        return False


def _life(certificate: x509.Certificate) -> timedelta:
    return certificate.not_valid_after_utc - certificate.not_valid_before_utc


def _is_strong(public_key: object) -> bool:
    if isinstance(public_key, ec.EllipticCurvePublicKey):
        return isinstance(public_key.curve, ec.SECP384R1 | ec.SECP521R1)
    return isinstance(public_key, rsa.RSAPublicKey) and public_key.key_size >= 3072
