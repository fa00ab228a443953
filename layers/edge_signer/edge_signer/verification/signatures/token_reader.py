"""Reads time-stamp tokens, or responses with one (RFC 3161 §2.4.2, RFC 5652 §5)."""

from __future__ import annotations

from datetime import UTC, datetime

from edge_signer.signing.credentials.time_stamp_response import (
    OBJECT_IDENTIFIER,
    OCTET_STRING,
    SEQUENCE,
    SET,
    DerError,
    Element,
    children,
    content,
    encoded,
    only_element,
)
from edge_signer.verification.signatures.signed_data import TST_INFO, TimeStampToken, parts_of

#: PKIStatus: granted, and granted with modifications (RFC 3161 §2.4.2).
_GRANTED = {b"\0", b"\1"}
_ZERO, _KEY_IDENTIFIER = 0xA0, 0x80
_INTEGER, _GENERALIZED_TIME = 0x02, 0x18
_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")


def read_token(der: bytes) -> TimeStampToken:
    """Read a TimeStampToken, or the one in a TimeStampResp that grants it.

    Raises:
        DerError: It is neither.
    """
    outer = only_element(der)
    parts = parts_of(der, outer, SEQUENCE, 1)
    if parts[0].tag == SEQUENCE:
        status = parts_of(der, parts[0], SEQUENCE, 1)[0]
        if content(der, status) not in _GRANTED or len(parts) != 2:
            raise DerError("the response does not grant a time-stamp")
        outer = parts[1]
    kind, explicit = parts_of(der, outer, SEQUENCE, 2)[:2]
    if kind.tag != OBJECT_IDENTIFIER or content(der, kind) != _SIGNED_DATA:
        raise DerError("it is no SignedData")
    fields = parts_of(der, parts_of(der, explicit, _ZERO, 1)[0], SEQUENCE, 4)
    info = _info(der, fields[2])
    certificates = [one for one in fields[3:-1] if one.tag == _ZERO]
    signers = parts_of(der, fields[-1], SET, 1)
    if len(signers) != 1:
        raise DerError("it has several signers")
    return _token(der, info, certificates, signers[0])


def _token(
    der: bytes, info: bytes, certificates: list[Element], signer_info: Element
) -> TimeStampToken:
    fields = parts_of(der, signer_info, SEQUENCE, 5)
    identifier, digest = fields[1], fields[2]
    attributes = fields[3] if fields[3].tag == _ZERO else None
    rest = fields[4:] if attributes else fields[3:]
    if len(rest) < 2 or rest[1].tag != OCTET_STRING:
        raise DerError("its signer has no signature")
    issuer, serial_number, key_identifier = b"", 0, b""
    if identifier.tag == _KEY_IDENTIFIER:
        key_identifier = content(der, identifier)
    else:
        name, serial = parts_of(der, identifier, SEQUENCE, 2)[:2]
        if serial.tag != _INTEGER:
            raise DerError("its signer has no serial number")
        issuer = encoded(der, name)
        serial_number = int.from_bytes(content(der, serial), signed=True)
    algorithm, imprint, time = _imprint_and_time(info)
    return TimeStampToken(
        info=info,
        imprint_algorithm=algorithm,
        imprint=imprint,
        time=time,
        certificates=tuple(
            encoded(der, one)
            for each in certificates
            for one in children(der, each)
            if one.tag == SEQUENCE
        ),
        issuer=issuer,
        serial_number=serial_number,
        key_identifier=key_identifier,
        digest_algorithm=_algorithm(der, digest),
        signature_algorithm=_algorithm(der, rest[0]),
        # They are signed as a SET, and stand there as [0] (RFC 5652 §5.4).
        attributes=b"\x31" + encoded(der, attributes)[1:] if attributes else b"",
        signature=content(der, rest[1]),
    )


def _info(der: bytes, encapsulated: Element) -> bytes:
    kind, explicit = parts_of(der, encapsulated, SEQUENCE, 2)[:2]
    if kind.tag != OBJECT_IDENTIFIER or content(der, kind) != TST_INFO:
        raise DerError("it holds no TSTInfo")
    octets = parts_of(der, explicit, _ZERO, 1)[0]
    if octets.tag != OCTET_STRING:
        raise DerError("its TSTInfo is no string")
    return content(der, octets)


def _imprint_and_time(info: bytes) -> tuple[bytes, bytes, datetime]:
    fields = parts_of(info, only_element(info), SEQUENCE, 5)
    imprint = parts_of(info, fields[2], SEQUENCE, 2)
    if imprint[1].tag != OCTET_STRING or fields[4].tag != _GENERALIZED_TIME:
        raise DerError("its TSTInfo lacks the imprint or the time")
    algorithm = _algorithm(info, imprint[0])
    return algorithm, content(info, imprint[1]), _time(content(info, fields[4]))


def _time(said: bytes) -> datetime:
    """Read a GeneralizedTime in UTC; RFC 3161 §2.4.2 allows a fraction of any length."""
    whole, _, fraction = said.removesuffix(b"Z").partition(b".")
    try:
        moment = datetime.strptime(whole.decode("ascii"), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        microseconds = int(fraction[:6].ljust(6, b"0")) if fraction else 0
    except ValueError:
        raise DerError("its time cannot be read") from None
    if not said.endswith(b"Z") or microseconds < 0 or len(whole) != 14:
        raise DerError("its time is not in UTC")
    return moment.replace(microsecond=microseconds)


def _algorithm(der: bytes, identifier: Element) -> bytes:
    name = parts_of(der, identifier, SEQUENCE, 1)[0]
    if name.tag != OBJECT_IDENTIFIER:
        raise DerError("an algorithm has no name")
    return content(der, name)
