"""Certificates that came with a signature: reading them, their profile and their validity."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID, SignatureAlgorithmOID

from edge_signer.signing.credentials.certificate import UNREADABLE
from edge_signer.signing.credentials.certificate_fields import SIGNATURES
from edge_signer.signing.credentials.certificate_profile import (
    Fault,
    faults_of_issuer,
    profile_faults,
)
from edge_signer.signing.credentials.time_stamp_response import (
    SEQUENCE,
    children,
    encoded,
    only_element,
)

# RFC 5280 §4.2 makes this rule, not C2PA's standard.
_CRITICAL_EXTENSION = "critical-extension"
_KEY_FORM = "key-form"
#: OpenSSL's own limits: verifying takes very long with a huge key or a huge public exponent.
_MAX_EXPONENT_BITS = 64
_MAX_KEY_BITS = 16_384


# The same signers come again and again. What is kept of them is bounded: strangers send these.
_MOST_KEPT = 256
_MOST_KEPT_BYTES = 8 * 1024


def load_certificate(der: bytes) -> x509.Certificate:
    """Load a certificate from DER.

    Raises:
        ValueError: It cannot be read.
    """
    return _kept(der) if len(der) <= _MOST_KEPT_BYTES else _loaded(der)


def _loaded(der: bytes) -> x509.Certificate:
    try:
        one = x509.load_der_x509_certificate(der)
        # These parts are parsed when they are first asked for.
        _ = one.extensions, one.subject, one.issuer, one.not_valid_after_utc, one.public_key()
        _ = one.signature_hash_algorithm
    except UNREADABLE as broken:
        raise ValueError(f"The certificate cannot be read: {broken}"[:300]) from broken
    return one


_kept = lru_cache(_MOST_KEPT)(_loaded)


def readable_certificates(ders: Iterable[bytes]) -> tuple[x509.Certificate, ...]:
    """Load certificates from DER, leaving out what cannot be read: a chain may do without."""
    found = []
    for one in ders:
        try:
            found.append(load_certificate(one))
        except ValueError:
            continue
    return tuple(found)


def unreadable(ders: Iterable[bytes]) -> str:
    """Return why the first certificate that other readers do not read either cannot be read.

    Others take any character in a name, such as the underscore in names of Adobe's authority.
    """
    for one in ders:
        try:
            load_certificate(one)
        except ValueError as broken:
            if "AttributeValue::" not in str(broken):
                return str(broken)
    return ""


def credential_faults(leaf: x509.Certificate) -> list[str]:
    """List what keeps a certificate from signing claims, in sentences."""
    return [*(_known_credential_faults if _is_small(leaf) else _credential_faults)(leaf)]


def _credential_faults(leaf: x509.Certificate) -> tuple[str, ...]:
    try:
        demands = _demands(leaf, profile_faults(leaf))
    except UNREADABLE as broken:
        return (f"The certificate cannot be read: {broken}.",)
    return tuple(f"The certificate {one}." for one in demands)


_known_credential_faults = lru_cache(_MOST_KEPT)(_credential_faults)


def _is_small(certificate: x509.Certificate) -> bool:
    return len(certificate.tbs_certificate_bytes) <= _MOST_KEPT_BYTES


def chain_faults(issuers: Sequence[x509.Certificate]) -> list[str]:
    """List what keeps certificates from issuing, as the rest of a sentence.

    Args:
        issuers: The leaf's issuer first.

    Raises:
        ValueError: An extension cannot be read.
    """
    return [
        demand
        for below, one in enumerate(issuers)
        for demand in (_known_issuer_faults if _is_small(one) else _issuer_faults)(one, below)
    ]


def algorithm_faults(certificate: x509.Certificate) -> list[str]:
    """List faults of the algorithms of a certificate, as the rest of a sentence."""
    return _demands(certificate, ())


def _issuer_faults(issuer: x509.Certificate, below: int) -> tuple[str, ...]:
    return tuple(_demands(issuer, faults_of_issuer(issuer, below)))


_known_issuer_faults = lru_cache(_MOST_KEPT)(_issuer_faults)


def _demands(certificate: x509.Certificate, faults: Sequence[Fault]) -> list[str]:
    """List what the standard demands of a certificate in vain.

    Of the profile's faults, those are left out that a signer must avoid because some engine
    refuses them, and that the standard allows. It has rules on algorithms beside the profile
    (C2PA 2.2 §14.5.1.1).
    """
    has_common_key_form = all(one.code != _KEY_FORM for one in faults)
    is_rsa = isinstance(certificate.public_key(), rsa.RSAPublicKey)
    is_pss = certificate.signature_algorithm_oid == SignatureAlgorithmOID.RSASSA_PSS
    digest = certificate.signature_hash_algorithm
    is_allowed = certificate.signature_algorithm_oid in SIGNATURES or (
        is_pss
        and isinstance(digest, hashes.SHA256 | hashes.SHA384 | hashes.SHA512)
        # This fails for parameters that are not those of PSS with MGF1.
        and certificate.signature_algorithm_parameters is not None
    )
    demands = {
        "must be signed with an algorithm that the standard allows": is_allowed,
        # RSA keys may be tied to RSASSA-PSS.
        "must name one signature algorithm": _names_one_algorithm(certificate),
        "must name the curve of its key": is_rsa or has_common_key_form,
    }
    return [
        *(one.demand for one in faults if one.of_the_standard or one.code == _CRITICAL_EXTENSION),
        *(demand for demand, is_met in demands.items() if not is_met),
    ]


def _names_one_algorithm(certificate: x509.Certificate) -> bool:
    """Tell whether what is signed names the signature's algorithm (RFC 5280 §4.1.1.2)."""
    der = certificate.public_bytes(Encoding.DER)
    signed, algorithm, _ = children(der, only_element(der))
    named = next(one for one in children(der, signed) if one.tag == SEQUENCE)
    return encoded(der, named) == encoded(der, algorithm)


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
