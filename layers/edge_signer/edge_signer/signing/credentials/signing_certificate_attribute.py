"""The certificate that a time-stamp's signed attributes name (RFC 5035, RFC 5816).

Without these attributes, another certificate of the same key could replace the authority's.
`openssl ts -verify` rejects such tokens, so this signer does too; C2PA engines do not check.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from edge_signer.signing.credentials.time_stamp_response import (
    OCTET_STRING,
    SEQUENCE,
    DerError,
    Element,
    TimeStampResponse,
    children,
    content,
    only_element,
)

# Contents of the OIDs signingCertificate and signingCertificateV2, with their default hashes.
_DEFAULT_HASHES = {
    bytes.fromhex("2a864886f70d010910020c"): "sha1",
    bytes.fromhex("2a864886f70d010910022f"): "sha256",
}
_HASHES = {
    bytes.fromhex("608648016503040201"): "sha256",
    bytes.fromhex("608648016503040202"): "sha384",
    bytes.fromhex("608648016503040203"): "sha512",
}
# The GeneralName directoryName (RFC 5280 §4.2.1.6).
_DIRECTORY_NAME = 0xA4


@dataclass(frozen=True)
class _CertificateId:
    """An ESSCertID or ESSCertIDv2; issuer and serial number may be left out."""

    hash_name: str
    hashed: bytes
    issuer_serial: tuple[bytes, int] | None

    def names(self, certificate_der: bytes) -> bool:
        digest = hashlib.new(self.hash_name, certificate_der, usedforsecurity=False).digest()
        return digest == self.hashed


def signing_certificate_faults(
    response: TimeStampResponse, signer: x509.Certificate, chain: Collection[bytes]
) -> list[str]:
    """List the faults of the attributes signingCertificate and signingCertificateV2.

    Args:
        response: A response whose signature was verified.
        signer: The authority's certificate.
        chain: The other certificates that the attributes may name, in DER.
    """
    values = [
        (value, default)
        for oid, default in _DEFAULT_HASHES.items()
        for value in response.attribute_values(oid)
    ]
    if not values:
        return ["it does not sign which certificate it was made with (no ESSCertID)"]
    expected = (signer.issuer.public_bytes(), signer.serial_number)
    signer_der = signer.public_bytes(Encoding.DER)
    try:
        for value, default in values:
            first, *others = _certificate_ids(value, default)
            if not first.names(signer_der) or first.issuer_serial not in (None, expected):
                return ["it signs that it was made with another certificate (ESSCertID)"]
            if not all(any(one.names(der) for der in chain) for one in others):
                return ["it signs a chain that it does not have (ESSCertID)"]
    except DerError:
        return ["it has an ESSCertID that cannot be read"]
    return []


def _certificate_ids(value: bytes, default_hash: str) -> list[_CertificateId]:
    """Read a SigningCertificate or SigningCertificateV2; the signer comes first."""
    fields = children(value, only_element(value))
    found = children(value, fields[0]) if fields else []
    if not found:
        raise DerError("it names no certificate")
    return [_certificate_id(value, one, default_hash) for one in found]


def _certificate_id(der: bytes, element: Element, default_hash: str) -> _CertificateId:
    fields = children(der, element)
    hash_name: str | None = default_hash
    if fields and fields[0].tag == SEQUENCE:
        algorithm = children(der, fields.pop(0))
        hash_name = _HASHES.get(content(der, algorithm[0])) if algorithm else None
    if hash_name is None or not fields or fields[0].tag != OCTET_STRING:
        raise DerError("it has no hash of a known kind")
    issuer_serial = _issuer_serial(der, fields[1]) if len(fields) > 1 else None
    return _CertificateId(hash_name, content(der, fields[0]), issuer_serial)


def _issuer_serial(der: bytes, element: Element) -> tuple[bytes, int]:
    fields = children(der, element)
    names = children(der, fields[0]) if fields else []
    if len(fields) < 2 or len(names) != 1 or names[0].tag != _DIRECTORY_NAME:
        raise DerError("it names an issuer by other than one name")
    return content(der, names[0]), int.from_bytes(content(der, fields[1]), signed=True)
