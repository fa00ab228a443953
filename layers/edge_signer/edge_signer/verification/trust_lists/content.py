"""What a trust list's file says, before it is decided what the list is trusted for."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sized
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from edge_signer.signing.credentials.certificate import UNREADABLE
from edge_signer.verification.trust import Purpose, TrustAnchor, TrustedDigest

#: The largest file of a list. C2PA's own have less than 100 KB.
MAX_LIST_BYTES = 8 * 1024 * 1024
#: The most certificates and digests in a list.
MAX_ENTRIES = 10_000


class TrustListError(Exception):
    """A file is no trust list that can be used; the message is one sentence that names the field.

    The sentence does not name the file, and has no full stop.
    """


@dataclass(frozen=True)
class ListEntry:
    """Something that a list trusts.

    Attributes:
        trusted: A certificate, or the digest of one.
        purposes: What for, according to its service type; empty if the list does not say.
    """

    trusted: TrustAnchor | TrustedDigest
    purposes: frozenset[Purpose] = frozenset()


@dataclass(frozen=True)
class ListContent:
    """What a file says.

    Attributes:
        entries: Whom it trusts, or did once.
        title: Its name; empty if it has none.
        purposes: What the whole list is for; empty if it does not say.
        issued: When it was published, if it says so.
        next_update: When a newer list should replace it, if it says so.
        notes: What of it cannot be used and was left out, in sentences.
    """

    entries: tuple[ListEntry, ...]
    title: str = ""
    purposes: frozenset[Purpose] = frozenset()
    issued: datetime | None = None
    next_update: datetime | None = None
    notes: tuple[str, ...] = ()


def require_few(entries: Sized) -> None:
    """Refuse a list that is too long.

    Raises:
        TrustListError: It has more than `MAX_ENTRIES` entries.
    """
    if len(entries) > MAX_ENTRIES:
        raise TrustListError(f"it has more than {MAX_ENTRIES:,} entries")


def read_certificate(der: bytes, field: str) -> x509.Certificate:
    """Read a certificate.

    Args:
        der: The certificate.
        field: Where it stands, for the message.

    Raises:
        TrustListError: It is not a certificate.
    """
    try:
        certificate = x509.load_der_x509_certificate(der)
        # These parts are parsed when they are first asked for.
        is_issuer(certificate)
        name_of(certificate)
    except UNREADABLE:
        raise TrustListError(f"{field} is not a certificate that can be read") from None
    return certificate


def is_issuer(certificate: x509.Certificate) -> bool:
    """Tell whether a certificate may issue others: its basic constraints say that it is a CA's."""
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def is_usable(certificate: x509.Certificate) -> bool:
    """Tell whether `cryptography` knows the certificate's kind of key."""
    try:
        certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except UNREADABLE:
        return False
    return True


def read_base64(text: str) -> bytes:
    """Decode base64 (RFC 4648 §4), in which lines may be broken.

    Raises:
        ValueError: It is not base64.
    """
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except binascii.Error:
        raise ValueError("not base64") from None


def read_base64url(text: str) -> bytes:
    """Decode base64url without padding (RFC 7515 §2).

    Raises:
        ValueError: It is not base64url.
    """
    padded = text + "=" * (-len(text) % 4)
    try:
        return base64.b64decode(padded, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("not base64url") from None


def name_of(certificate: x509.Certificate) -> str:
    """Return the organisation of a certificate's subject, or else its common name."""
    for kind in (x509.NameOID.ORGANIZATION_NAME, x509.NameOID.COMMON_NAME):
        for attribute in certificate.subject.get_attributes_for_oid(kind):
            return str(attribute.value)
    return ""
