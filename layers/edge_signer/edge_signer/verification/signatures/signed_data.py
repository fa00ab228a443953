"""Time-stamp tokens, and their signatures (RFC 3161 §2.4.2, RFC 5652 §5).

Real tokens are in BER where DER would be asked for: most have their certificates in another order.
Nothing here depends on that order. The signature covers the signed attributes as they stand.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from edge_signer.signing.credentials.certificate import UNREADABLE
from edge_signer.signing.credentials.time_stamp_response import (
    SEQUENCE,
    SET,
    DerError,
    Element,
    children,
    content,
    only_element,
)

# Contents of OIDs.
TST_INFO = bytes.fromhex("2a864886f70d0109100104")
_CONTENT_TYPE = bytes.fromhex("2a864886f70d010903")
_MESSAGE_DIGEST = bytes.fromhex("2a864886f70d010904")
_RSASSA_PSS = bytes.fromhex("2a864886f70d01010a")
#: The hash algorithms that the standard allows (C2PA 2.2 §13.1).
DIGESTS: Mapping[bytes, hashes.HashAlgorithm] = {
    bytes.fromhex("608648016503040201"): hashes.SHA256(),
    bytes.fromhex("608648016503040202"): hashes.SHA384(),
    bytes.fromhex("608648016503040203"): hashes.SHA512(),
}


class UnsupportedTokenError(ValueError):
    """The token uses an algorithm that the standard does not allow, or that is unknown here."""


@dataclass(frozen=True)
class TimeStampToken:
    """A token; nothing in it is verified.

    Attributes:
        info: The TSTInfo, encoded.
        imprint_algorithm: Content of the OID of the hash algorithm of what was stamped.
        imprint: The hash of what was stamped.
        time: What the authority says, with the fraction of a second.
        certificates: Certificates in DER, in any order.
        issuer: The signer's issuer, encoded; empty if the signer is named by its key.
        serial_number: The signer's.
        key_identifier: The signer's; empty if it is named by issuer and serial number.
        digest_algorithm: Content of the OID of the signature's hash algorithm.
        signature_algorithm: Content of the OID of the signature algorithm.
        attributes: The signed attributes, encoded as a SET; empty if there are none.
        signature: The signature.
    """

    info: bytes
    imprint_algorithm: bytes
    imprint: bytes
    time: datetime
    certificates: tuple[bytes, ...]
    issuer: bytes
    serial_number: int
    key_identifier: bytes
    digest_algorithm: bytes
    signature_algorithm: bytes
    attributes: bytes
    signature: bytes

    def covers(self, payload: bytes) -> bool:
        """Tell whether the time-stamp was made for these bytes.

        Raises:
            UnsupportedTokenError: The hash algorithm is not allowed.
        """
        return _digest(self.imprint_algorithm, payload) == self.imprint

    def is_signed_by(self, certificate: x509.Certificate) -> bool:
        """Tell whether a certificate's key made the signature.

        Raises:
            UnsupportedTokenError: The algorithm is not allowed or unknown.
            DerError: The signed attributes cannot be read.
        """
        if self.attributes:
            found = _attributes(self.attributes)
            if found.get(_CONTENT_TYPE) != TST_INFO:
                return False
            if found.get(_MESSAGE_DIGEST) != _digest(self.digest_algorithm, self.info):
                return False
        return self._is_made_by(certificate, self.attributes or self.info)

    def names(self, certificate: x509.Certificate) -> bool:
        """Tell whether the token says that this is its signer."""
        if self.key_identifier:
            try:
                found = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
            except (x509.ExtensionNotFound, *UNREADABLE):
                return False
            return found.value.digest == self.key_identifier
        return (certificate.issuer.public_bytes(), certificate.serial_number) == (
            self.issuer,
            self.serial_number,
        )

    def _is_made_by(self, certificate: x509.Certificate, signed: bytes) -> bool:
        digest = DIGESTS.get(self.digest_algorithm)
        if digest is None:
            raise UnsupportedTokenError("its signature is over a digest that is not allowed")
        try:
            key = certificate.public_key()
            if isinstance(key, rsa.RSAPublicKey):
                key.verify(self.signature, signed, self._rsa_padding(digest), digest)
            elif isinstance(key, ec.EllipticCurvePublicKey):
                key.verify(self.signature, signed, ec.ECDSA(digest))
            elif isinstance(key, ed25519.Ed25519PublicKey):
                key.verify(self.signature, signed)
            else:
                raise UnsupportedTokenError("its key is of a kind that is not allowed")
        except UNREADABLE as failure:
            if isinstance(failure, UnsupportedTokenError):
                raise
            return False
        return True

    def _rsa_padding(self, digest: hashes.HashAlgorithm) -> padding.AsymmetricPadding:
        if self.signature_algorithm == _RSASSA_PSS:
            return padding.PSS(padding.MGF1(digest), padding.PSS.AUTO)
        return padding.PKCS1v15()


def _attributes(attributes: bytes) -> dict[bytes, bytes]:
    """Return the contents of the single values of attributes, by OID; each may occur once."""
    found: dict[bytes, bytes] = {}
    for one in parts_of(attributes, only_element(attributes), SET, 1):
        kind, values = parts_of(attributes, one, SEQUENCE, 2)[:2]
        name, listed = content(attributes, kind), parts_of(attributes, values, SET, 1)
        if name in found:
            raise DerError("it has an attribute twice")
        found[name] = content(attributes, listed[0]) if len(listed) == 1 else b""
    return found


def _digest(algorithm: bytes, signed: bytes) -> bytes:
    digest = DIGESTS.get(algorithm)
    if digest is None:
        raise UnsupportedTokenError("it uses a hash algorithm that is not allowed")
    return hashlib.new(digest.name, signed).digest()


def parts_of(der: bytes, parent: Element, tag: int, at_least: int) -> list[Element]:
    """Return the parts of an element.

    Raises:
        DerError: It is of another type, or has too few.
    """
    if parent.tag != tag:
        raise DerError("an element is of another type")
    found = children(der, parent)
    if len(found) < at_least:
        raise DerError("an element has less in it than it must")
    return found
