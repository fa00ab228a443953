"""Finds the elements of DER (X.690): where each begins, and where its content begins and ends.

It decodes nothing. `cryptography` and `rfc3161_client` do that; they do not say where things are.
"""

from __future__ import annotations

from dataclasses import dataclass

BIT_STRING = 0x03
OCTET_STRING = 0x04
OBJECT_IDENTIFIER = 0x06
SEQUENCE = 0x30
SET = 0x31


class DerError(ValueError):
    """Bytes are not DER, or not the structure that was expected."""


@dataclass(frozen=True)
class Element:
    """A tag, a length and a content within some bytes.

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
    """Find the element that bytes consist of.

    Raises:
        DerError: There is none, or something follows it.
    """
    element = _element(der, 0, len(der))
    if element.end != len(der):
        raise DerError("bytes follow the element")
    return element


def children(der: bytes, parent: Element) -> list[Element]:
    """Find the elements in a constructed element, or in the DER that a string holds.

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
    """Give an element with its tag and length."""
    return der[element.start : element.end]


def content(der: bytes, element: Element) -> bytes:
    """Give an element without its tag and length."""
    return der[element.content : element.end]


def _element(der: bytes, start: int, limit: int) -> Element:
    if start + 2 > limit:
        raise DerError("an element is cut off")
    tag, length, at = der[start], der[start + 1], start + 2
    if tag & 0x1F == 0x1F:
        raise DerError("a tag has more than one byte")
    if length >= 0x80:
        octets = length - 0x80
        # None is BER's indefinite form. Four say more than anything that is read here can hold.
        if not 1 <= octets <= 4 or at + octets > limit:
            raise DerError("a length is not DER, or cut off")
        length = int.from_bytes(der[at : at + octets])
        if length < 0x80 or length >> 8 * (octets - 1) == 0:
            raise DerError("a length is not in its shortest form")
        at += octets
    if at + length > limit:
        raise DerError("an element is cut off")
    return Element(tag, start, at, at + length)
