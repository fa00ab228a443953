"""A strict reader of the CBOR in manifests (RFC 8949).

It accepts what C2PA signers write: definite lengths, shortest integers, unique keys, and the tags
of dates and COSE signatures. Keys may come in any order, since engines differ in it.
"""

from __future__ import annotations

import math
import struct
from typing import Any, NamedTuple

MAX_DEPTH = 32
#: Tag of a date and time in text form (RFC 8949 §3.4.1).
DATE_TIME_TAG = 0
#: Tag of COSE_Sign1 (RFC 9052 §4.2).
COSE_SIGN1_TAG = 18
_SIMPLE = {20: False, 21: True, 22: None}
_FLOATS = {25: ">e", 26: ">f", 27: ">d"}


class CborError(Exception):
    """The bytes are not CBOR, or readers could understand them differently."""


class Tagged(NamedTuple):
    """A value under a tag."""

    tag: int
    value: Any


def read_cbor(encoded: bytes) -> Any:
    """Decode one value.

    Raises:
        CborError: The bytes are not CBOR, or other bytes follow the value.
    """
    reader = _Reader(encoded)
    value = reader.item(0)
    if reader.position != len(encoded):
        raise CborError("something follows the value")
    return value


def cbor_head(major: int, argument: int) -> bytes:
    """Encode the head of a data item: its major type, and its length or number."""
    if argument < 24:
        return bytes([major << 5 | argument])
    for information, width in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if argument < 1 << 8 * width:
            return bytes([major << 5 | information]) + argument.to_bytes(width)
    raise CborError("a number of more than 64 bits")


def cbor_bytes(content: bytes) -> bytes:
    """Encode a byte string."""
    return cbor_head(2, len(content)) + content


def cbor_text(text: str) -> bytes:
    """Encode a text."""
    encoded = text.encode()
    return cbor_head(3, len(encoded)) + encoded


def sig_structure(context: str, protected: bytes, payload: bytes) -> bytes:
    """Return the COSE Sig_structure of a payload (RFC 9052 §4.4).

    Args:
        context: `Signature1`, or `CounterSignature` for time-stamps (C2PA 2.2 §10.3.2.5).
        protected: The protected header, encoded.
        payload: What is signed or stamped.
    """
    head = cbor_head(4, 4) + cbor_text(context) + cbor_bytes(protected)
    return head + cbor_bytes(b"") + cbor_bytes(payload)


class _Reader:
    def __init__(self, encoded: bytes) -> None:
        self._encoded = encoded
        self.position = 0

    def item(self, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise CborError("nested too deeply")
        initial = self._take(1)[0]
        major, information = initial >> 5, initial & 31
        if major == 7:
            return self._simple_or_float(information)
        argument = self._argument(information)
        if major < 2:
            return argument if major == 0 else -1 - argument
        if major < 4:
            content = self._take(argument)
            return content if major == 2 else _text(content)
        return self._holding(major, argument, depth + 1)

    def _holding(self, major: int, argument: int, depth: int) -> Any:
        if major == 4:
            return [self.item(depth) for _ in range(self._count(argument))]
        if major == 5:
            return self._map(self._count(argument), depth)
        if argument not in (DATE_TIME_TAG, COSE_SIGN1_TAG):
            raise CborError(f"tag {argument}")
        return Tagged(argument, self.item(depth))

    def _take(self, length: int) -> bytes:
        begin, self.position = self.position, self.position + length
        if self.position > len(self._encoded):
            raise CborError("it ends too early")
        return self._encoded[begin : self.position]

    def _count(self, claimed: int) -> int:
        if claimed > len(self._encoded) - self.position:
            raise CborError("it ends too early")
        return claimed

    def _argument(self, information: int) -> int:
        if information < 24:
            return information
        if information > 27:
            raise CborError("an indefinite length")
        width = 1 << information - 24
        argument = int.from_bytes(self._take(width))
        shortest = 24 if width == 1 else 1 << 4 * width
        if argument < shortest:
            raise CborError("a number that is not in its shortest form")
        return argument

    def _map(self, length: int, depth: int) -> dict[Any, Any]:
        content: dict[Any, Any] = {}
        for _ in range(length):
            key = self.item(depth)
            if not isinstance(key, int | str) or isinstance(key, bool) or key in content:
                raise CborError("an invalid or duplicate key")
            content[key] = self.item(depth)
        return content

    def _simple_or_float(self, information: int) -> Any:
        if information in _SIMPLE:
            return _SIMPLE[information]
        if information not in _FLOATS:
            raise CborError("a simple value that no manifest has")
        layout = _FLOATS[information]
        (number,) = struct.unpack(layout, self._take(struct.calcsize(layout)))
        if not math.isfinite(number):
            raise CborError("a number that JSON does not have")
        return number


def _text(encoded: bytes) -> str:
    try:
        return encoded.decode()
    except UnicodeDecodeError:
        raise CborError("a text that is not UTF-8") from None
