"""Parses a TimeStampResp for what `rfc3161_client` neither reads nor reports.

RFC 3161 §2.4.2 puts a SignedData (RFC 5652 §5.1) into it. Several authorities, DigiCert among them,
send its certificates leaf first. As a SET in BER that is correct, and openssl and C2PA engines
accept it; `rfc3161_client` expects them in DER order. The certificates are not signed, so the
library gets a copy of the same length with the SET sorted. Nothing that is signed moves, and the
response is stored and embedded exactly as the authority sent it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

BIT_STRING = 0x03
OCTET_STRING = 0x04
OBJECT_IDENTIFIER = 0x06
SEQUENCE = 0x30
SET = 0x31


class DerError(ValueError):
    """The bytes are not DER, or not of the expected structure."""


class Element(NamedTuple):
    """The position of an element.

    Attributes:
        tag: The identifier octet, such as `SEQUENCE` or 0xA0 for a constructed [0].
        start: Offset of the identifier octet.
        content: Offset of the content.
        end: Offset of the first byte after it.
    """

    tag: int
    start: int
    content: int
    end: int


def only_element(der: bytes) -> Element:
    """Find the only element of some bytes.

    Raises:
        DerError: The bytes are not one element.
    """
    element = _element(der, 0, len(der))
    if element.end != len(der):
        raise DerError("bytes follow the element")
    return element


def children(der: bytes, parent: Element) -> list[Element]:
    """Find the elements of a constructed element, or of a string that contains DER.

    Raises:
        DerError: Its content is not a series of DER elements.
    """
    found = []
    at = parent.content
    while at < parent.end:
        found.append(_element(der, at, parent.end))
        at = found[-1].end
    return found


def encoded(der: bytes, element: Element) -> bytes:
    """Return an element with tag and length."""
    return der[element.start : element.end]


def content(der: bytes, element: Element) -> bytes:
    """Return an element without tag and length."""
    return der[element.content : element.end]


def _element(der: bytes, start: int, limit: int) -> Element:
    if start + 2 > limit:
        raise DerError("an element is cut off")
    tag, length, at = der[start], der[start + 1], start + 2
    if tag & 0x1F == 0x1F:
        raise DerError("a tag has more than one byte")
    if length >= 0x80:
        octets = length - 0x80
        # Zero is BER's indefinite form. Four octets are enough for everything read here.
        if not 1 <= octets <= 4 or at + octets > limit:
            raise DerError("a length is not DER, or cut off")
        length = int.from_bytes(der[at : at + octets])
        if length < 0x80 or length >> 8 * (octets - 1) == 0:
            raise DerError("a length is not in its shortest form")
        at += octets
    if at + length > limit:
        raise DerError("an element is cut off")
    return Element(tag, start, at, at + length)


#: PKIStatus: a token is there, as asked for.
GRANTED = 0
# Content of the OID signedData (RFC 5652 §5.1).
_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
# [0], constructed.
_ZERO = 0xA0


@dataclass(frozen=True)
class TimeStampResponse:
    """A parsed TimeStampResp; nothing in it is verified.

    Attributes:
        status: PKIStatus.
        failures: Bits that are set in PKIFailureInfo.
        token: The TimeStampToken, unchanged; empty if there is none.
        sorted_response: The response with its certificates in DER order.
        signers: Number of SignerInfos. The rest describes the first.
        signer_is_named_by_key: Whether it is named by key identifier, not by issuer and serial.
        signed_attributes: The encoded values of each attribute, by the OID's content.
        attributes_are_sorted: Whether the signed attributes are in DER order.
        digest_algorithm: Content of the OID; empty if there is no signer.
        signature_algorithm: The same.
    """

    status: int
    failures: frozenset[int]
    token: bytes
    sorted_response: bytes
    signers: int = 0
    signer_is_named_by_key: bool = False
    signed_attributes: tuple[tuple[bytes, tuple[bytes, ...]], ...] = ()
    attributes_are_sorted: bool = True
    digest_algorithm: bytes = b""
    signature_algorithm: bytes = b""

    def attribute_values(self, oid: bytes) -> list[bytes]:
        """Return the encoded values of the signed attributes of one OID."""
        return [value for name, values in self.signed_attributes if name == oid for value in values]


def read_response(response: bytes) -> TimeStampResponse:
    """Parse a TimeStampResp.

    Args:
        response: In DER, except that its SETs may have any order.

    Raises:
        DerError: It is not a TimeStampResp.
    """
    parts = _children(response, only_element(response), SEQUENCE)
    if not 1 <= len(parts) <= 2:
        raise DerError("a response has a status and a token")
    status, failures = _status(response, parts[0])
    if len(parts) == 1:
        return TimeStampResponse(status, failures, b"", response)

    content_info = _children(response, parts[1], SEQUENCE)
    if len(content_info) != 2 or content(response, content_info[0]) != _SIGNED_DATA:
        raise DerError("a token is a SignedData")
    (signed_data,) = _children(response, content_info[1], _ZERO, expected=1)
    fields = _children(response, signed_data, SEQUENCE)
    if len(fields) < 4 or fields[-1].tag != SET:
        raise DerError("a SignedData ends with its signers")
    signers = children(response, fields[-1])
    certificates = [one for one in fields[3:-1] if one.tag == _ZERO]
    attributes = _signed_attributes(response, signers[0]) if signers else None
    algorithms = _algorithms(response, signers[0]) if signers else (b"", b"")
    encodings = [encoded(response, one) for one in attributes or ()]
    return TimeStampResponse(
        status=status,
        failures=failures,
        token=encoded(response, parts[1]),
        sorted_response=_with_sorted(response, certificates),
        signers=len(signers),
        signer_is_named_by_key=bool(signers) and _is_named_by_key(response, signers[0]),
        signed_attributes=tuple(_attribute(response, one) for one in attributes or ()),
        attributes_are_sorted=encodings == sorted(encodings),
        digest_algorithm=algorithms[0],
        signature_algorithm=algorithms[1],
    )


def _children(
    der: bytes, parent: Element, tag: int, *, expected: int | None = None
) -> list[Element]:
    if parent.tag != tag:
        raise DerError("an element is of another type")
    found = children(der, parent)
    if expected is not None and len(found) != expected:
        raise DerError("an element has more in it, or less")
    return found


def _status(der: bytes, status_info: Element) -> tuple[int, frozenset[int]]:
    fields = _children(der, status_info, SEQUENCE)
    if not fields or len(content(der, fields[0])) != 1:
        raise DerError("a status is a small number")
    failures: set[int] = set()
    for field in fields[1:]:
        if field.tag == BIT_STRING:
            bits = content(der, field)[1:]
            failures = {
                8 * at + bit
                for at, octet in enumerate(bits)
                for bit in range(8)
                if octet & (0x80 >> bit)
            }
    return content(der, fields[0])[0], frozenset(failures)


def _with_sorted(der: bytes, sets: list[Element]) -> bytes:
    """Sort the elements of SETs in a copy; DER orders them as byte strings (X.690 §11.6)."""
    copy = bytearray(der)
    for one in sets:
        copy[one.content : one.end] = b"".join(
            sorted(encoded(der, member) for member in children(der, one))
        )
    return bytes(copy)


def _is_named_by_key(der: bytes, signer: Element) -> bool:
    fields = _children(der, signer, SEQUENCE)
    return len(fields) > 1 and fields[1].tag == 0x80


def _signed_attributes(der: bytes, signer: Element) -> list[Element] | None:
    """Find the signed attributes: after version, identifier and digest algorithm."""
    fields = _children(der, signer, SEQUENCE)
    if len(fields) < 4 or fields[3].tag != _ZERO:
        return None
    return children(der, fields[3])


def _algorithms(der: bytes, signer: Element) -> tuple[bytes, bytes]:
    """Return the OIDs of digest and signature: the SEQUENCEs after the signer's identifier."""
    fields = [one for one in _children(der, signer, SEQUENCE)[2:] if one.tag == SEQUENCE]
    names = [children(der, one)[:1] for one in fields]
    if len(names) < 2 or not names[0] or not names[1]:
        raise DerError("a signer has two algorithms")
    return content(der, names[0][0]), content(der, names[1][0])


def _attribute(der: bytes, attribute: Element) -> tuple[bytes, tuple[bytes, ...]]:
    name, values = _children(der, attribute, SEQUENCE, expected=2)
    if name.tag != OBJECT_IDENTIFIER or values.tag != SET:
        raise DerError("an attribute has a name and values")
    return content(der, name), tuple(encoded(der, one) for one in children(der, values))
