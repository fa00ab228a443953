"""Revocation of the signer's certificate, from OCSP responses in the store (C2PA 2.2 §15.9.1).

Nothing is fetched. A response that is very large, cannot be read or does not hold counts as absent.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from edge_signer.signing.credentials.certificate import UNREADABLE
from edge_signer.signing.credentials.certificate_fields import extension
from edge_signer.verification.signatures.certificates import (
    has_usual_key,
    outside_validity,
)

if TYPE_CHECKING:
    from cryptography.x509 import ocsp

Revocation = Literal["good", "revoked", "not_checked"]
#: The first of those for one certificate are read.
MAX_RESPONSES = 8
#: Real responses are about one certificate, and have up to 3 KB.
_MAX_RESPONSE_BYTES = 64 * 1024
# Of one response; each is tried for its signature.
_MAX_RESPONDERS = 4
# Of one response, about one certificate; real responses have one.
_MAX_STATUSES = 8
_WITHOUT_NEXT_UPDATE = timedelta(hours=24)


def stapled_responses(unprotected: Any) -> list[bytes]:
    """Return the OCSP responses in the unprotected header of a signature."""
    match unprotected.get("rVals"):
        case {"ocspVals": list(listed)}:
            return [one for one in listed if isinstance(one, bytes)]
    return []


def revocation_of(
    leaf: x509.Certificate,
    issuers: Sequence[x509.Certificate],
    responses: Sequence[bytes],
    stamped: datetime | None,
    now: datetime,
) -> Revocation:
    """Tell whether a certificate was revoked when it signed.

    Args:
        leaf: The certificate.
        issuers: Certificates among which its issuer is.
        responses: OCSP responses in DER; the first eight of at most 64 KiB are read.
        stamped: The time of a trusted time-stamp; None if there is none.
        now: The present.
    """
    issuer = _issuer_of(leaf, issuers) if responses else None
    if issuer is None:
        return "not_checked"
    found: Revocation = "not_checked"
    usual = [one for one in responses if len(one) <= _MAX_RESPONSE_BYTES]
    for encoded in usual[:MAX_RESPONSES]:
        said = _statuses(encoded, leaf, issuer, stamped, now)
        if "good" in said:
            return "good"
        found = "revoked" if "revoked" in said else found
    return found


def _issuer_of(
    leaf: x509.Certificate, issuers: Sequence[x509.Certificate]
) -> x509.Certificate | None:
    for one in issuers:
        try:
            if one.subject == leaf.issuer and has_usual_key(one):
                leaf.verify_directly_issued_by(one)
                return one
        except UNREADABLE:
            continue
    return None


def _statuses(
    encoded: bytes,
    leaf: x509.Certificate,
    issuer: x509.Certificate,
    stamped: datetime | None,
    now: datetime,
) -> list[Revocation]:
    """Return what a response says about a certificate, if it may be relied on."""
    # Imported here, since few signatures have responses.
    from cryptography.x509 import ocsp

    try:
        response = ocsp.load_der_ocsp_response(encoded)
        if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            return []
        # Before any signature is checked, which takes longest.
        named = [one for one in response.responses if one.serial_number == leaf.serial_number]
        if not named or not _is_authorized(response, issuer):
            return []
        return [
            _status(one, response.produced_at_utc, stamped, now)
            for one in named[:_MAX_STATUSES]
            if _is_about(one, issuer)
        ]
    except UNREADABLE:
        return []


def _is_about(single: ocsp.OCSPSingleResponse, issuer: x509.Certificate) -> bool:
    """Tell whether a part is about a certificate of this issuer (RFC 6960 §4.1.1)."""
    key = x509.SubjectKeyIdentifier.from_public_key(issuer.public_key()).digest
    name = issuer.subject.public_bytes()
    hash_name = single.hash_algorithm.name
    # The identifier of a key is its SHA-1, which is what nearly all responses use.
    is_usual = hash_name == "sha1"
    key_hash = key if is_usual else hashlib.new(hash_name, _key_bits(issuer)).digest()
    name_hash = hashlib.new(hash_name, name, usedforsecurity=False).digest()
    return single.issuer_name_hash == name_hash and single.issuer_key_hash == key_hash


def _key_bits(certificate: x509.Certificate) -> bytes:
    """Return the content of the BIT STRING with a certificate's key."""
    from cryptography.hazmat.primitives import serialization

    from edge_signer.signing.credentials.time_stamp_response import (
        children,
        content,
        only_element,
    )

    der = certificate.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return content(der, children(der, only_element(der))[1])[1:]


def _is_authorized(response: ocsp.OCSPResponse, issuer: x509.Certificate) -> bool:
    """Tell whether the issuer signed, or whom it authorized to (RFC 6960 §4.2.2.2)."""
    for one in (issuer, *response.certificates[:_MAX_RESPONDERS]):
        if not has_usual_key(one) or not _has_signed(response, one):
            continue
        if one == issuer:
            return True
        uses = extension(one, x509.ExtendedKeyUsage) or ()
        if ExtendedKeyUsageOID.OCSP_SIGNING in uses and one.issuer == issuer.subject:
            one.verify_directly_issued_by(issuer)
            return outside_validity([one], response.produced_at_utc) is None
    return False


def _has_signed(response: ocsp.OCSPResponse, certificate: x509.Certificate) -> bool:
    key = certificate.public_key()
    digest = response.signature_hash_algorithm
    signature, signed = response.signature, response.tbs_response_bytes
    try:
        if isinstance(key, rsa.RSAPublicKey) and digest:
            key.verify(signature, signed, padding.PKCS1v15(), digest)
        elif isinstance(key, ec.EllipticCurvePublicKey) and digest:
            key.verify(signature, signed, ec.ECDSA(digest))
        elif isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, signed)
        else:
            return False
    except UNREADABLE:
        return False
    return True


def _status(
    single: ocsp.OCSPSingleResponse, produced: datetime, stamped: datetime | None, now: datetime
) -> Revocation:
    from cryptography.x509 import ocsp

    end = single.next_update_utc or produced + _WITHOUT_NEXT_UPDATE
    if now < single.this_update_utc:
        return "not_checked"
    # The standard wants a time-stamp; without one, the response must hold now (§15.9.2).
    in_time = (stamped or now) <= end
    status = single.certificate_status
    is_revoked = (
        status is ocsp.OCSPCertStatus.REVOKED
        and single.revocation_reason is not x509.ReasonFlags.remove_from_crl
    )
    if is_revoked:
        revoked_at = single.revocation_time_utc
        was_later = stamped is not None and revoked_at is not None and stamped < revoked_at
        return "good" if was_later and in_time else "revoked"
    if status is ocsp.OCSPCertStatus.UNKNOWN or not in_time:
        return "not_checked"
    return "good"
