"""What a manifest store takes in a file: the store with what its format puts around it.

C2PA 2.2 annex A. The format is known from the bytes themselves, not from the file's name.
"""

from __future__ import annotations

import binascii
from dataclasses import dataclass

from edge_signer.verification.hard_bindings.asset_content import PIECE_BYTES, AssetContent
from edge_signer.verification.store_reader import MAX_STORE_BYTES

#: The description box of a manifest store (C2PA 2.2 §11.1.4), without its length.
_DESCRIPTION = b"jumdc2pa" + bytes.fromhex("00110010800000AA00389B7103") + b"c2pa\0"
_APP11 = b"\xff\xeb"
#: Of a JPEG XT box segment (ISO 18477-3): marker, length, "JP", box instance, sequence number.
_SEGMENT_HEAD_BYTES = 12
_BOX_HEAD_BYTES = 8
_GIF_EXTENSION = b"\x21\xff\x0bC2PA_GIF\x01\0\0"
_GIF_HEAD_BYTES = 14


@dataclass(frozen=True)
class EmbeddedSpan:
    """A store in a file.

    Attributes:
        length: What it takes in the file, in bytes.
        store: The store.
    """

    length: int
    store: bytes


def embedded_span(asset: AssetContent, begin: int) -> EmbeddedSpan | None:
    """Return the store at a place of a file; None if there is none in a form that is known.

    Args:
        asset: With a stream.
        begin: The first byte of what is excluded.

    Raises:
        OSError: The stream fails.
    """
    head = asset.read(begin, 16)
    if head[:2] == _APP11 and head[4:6] == b"JP":
        return _jpeg(asset, begin)
    if head[4:8] == b"caBX":
        return _whole(asset, begin, 8, int.from_bytes(head[:4]), 4)
    if head.startswith(_GIF_EXTENSION):
        return _gif(asset, begin)
    if head[:4] == b"C2PA":
        return _whole(asset, begin, 8, int.from_bytes(head[4:8], "little"), 0)
    if head[4:8] == b"jumb":
        return _whole(asset, begin, 0, int.from_bytes(head[:4]), 0)
    return _base64(asset, begin, head)


def store_within(asset: AssetContent, begin: int, end: int) -> tuple[int, EmbeddedSpan] | None:
    """Find a store inside a range that does not begin with one.

    Returns:
        Where what it takes begins, and the store; None if there is none in a form that is known.

    Raises:
        OSError: The stream fails.
    """
    overlap = len(_DESCRIPTION) - 1
    for at in range(begin, min(end, asset.size_bytes), PIECE_BYTES):
        window = asset.read(at, min(PIECE_BYTES + overlap, end - at))
        found = window.find(_DESCRIPTION)
        if found >= 0:
            # Before the description stand its length, and the head of the store's box.
            store = at + found - 4 - _BOX_HEAD_BYTES
            for before in (_SEGMENT_HEAD_BYTES, 8, _GIF_HEAD_BYTES + 1, 0):
                span = embedded_span(asset, store - before) if store >= before else None
                if span is not None:
                    return store - before, span
            return None
    return None


def _whole(
    asset: AssetContent, begin: int, before: int, length: int, after: int
) -> EmbeddedSpan | None:
    begins = asset.read(begin + before, min(length, _BOX_HEAD_BYTES))
    if length > MAX_STORE_BYTES or begins[4:] != b"jumb":
        return None
    return EmbeddedSpan(before + length + after, asset.read(begin + before, length))


def _jpeg(asset: AssetContent, begin: int) -> EmbeddedSpan | None:
    """Join the segments of one box; each after the first repeats the box's head."""
    store = bytearray()
    at, instance = begin, b""
    while len(store) <= MAX_STORE_BYTES:
        head = asset.read(at, _SEGMENT_HEAD_BYTES)
        length = int.from_bytes(head[2:4]) + 2
        if head[:2] != _APP11 or head[4:6] != b"JP" or length < _SEGMENT_HEAD_BYTES:
            return None
        if instance and head[6:8] != instance:
            return None
        content = asset.read(at + _SEGMENT_HEAD_BYTES, length - _SEGMENT_HEAD_BYTES)
        store += content[_BOX_HEAD_BYTES:] if instance else content
        instance = head[6:8]
        at += length
        whole = int.from_bytes(store[:4])
        if store[4:8] != b"jumb" or len(store) > whole:
            return None
        if len(store) == whole:
            return EmbeddedSpan(at - begin, bytes(store))
        if len(content) <= _BOX_HEAD_BYTES:
            return None
    return None


def _gif(asset: AssetContent, begin: int) -> EmbeddedSpan | None:
    """Join the sub-blocks of an application extension."""
    store = bytearray()
    at = begin + _GIF_HEAD_BYTES
    while len(store) <= MAX_STORE_BYTES:
        window = asset.read(at, 256 * 1024)
        position = 0
        while position < len(window):
            length = window[position]
            if length == 0:
                return EmbeddedSpan(at + position + 1 - begin, bytes(store))
            if position + 1 + length > len(window):
                break
            store += window[position + 1 : position + 1 + length]
            position += 1 + length
        if position == 0:
            return None
        at += position
    return None


def _base64(asset: AssetContent, begin: int, head: bytes) -> EmbeddedSpan | None:
    try:
        box = binascii.a2b_base64(head, strict_mode=True)
        length = int.from_bytes(box[:4])
        if box[4:8] != b"jumb" or length > MAX_STORE_BYTES:
            return None
        encoded_bytes = -(-length // 3) * 4
        store = binascii.a2b_base64(asset.read(begin, encoded_bytes), strict_mode=True)
    except binascii.Error:
        return None
    return EmbeddedSpan(encoded_bytes, store)
