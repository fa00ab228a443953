"""The manifest store in a file, byte for byte.

c2pa-rs returns an embedded store as it would write it itself, with corrected box labels. Our own
reader needs the original bytes, so it searches for the store's first box.
"""

from __future__ import annotations

import binascii
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import BinaryIO

from edge_signer.verification.hard_bindings.bmff_store import PURPOSES, store_of
from edge_signer.verification.store_reader import MAX_STORE_BYTES

#: The description box of a manifest store (C2PA 2.2 §11.1.4): its UUID, toggles and label.
_DESCRIPTION = b"jumdc2pa" + bytes.fromhex("00110010800000AA00389B7103") + b"c2pa\0"
#: Before it: the superbox's length and type, and the description's length.
_HEADS_BYTES = 12
_JPEG_BEGINS, _GIF_BEGINS = b"\xff\xd8\xff", b"GIF8"
_APP11, _START_OF_SCAN = 0xEB, 0xDA
#: Of a JPEG XT box segment (ISO 18477-3): "JP", box instance, sequence number; the box's own head.
_SEGMENT_HEAD_BYTES, _BOX_HEAD_BYTES = 8, 8
#: The type of the box of ISO BMFF that holds a store (C2PA 2.2 §A.5.1).
_UUID_BOX = b"uuid" + bytes.fromhex("D8FEC3D61B0E483C92975828877EC481")
#: Before the purpose of such a box: its length, its type, version and flags.
_UUID_BOX_HEAD_BYTES = 4 + len(_UUID_BOX) + 4
#: A film has a few thousand root boxes; the store stands before most of them.
_MOST_ROOT_BOXES = 100_000
_WINDOW_BYTES = 1024 * 1024
# Of a store that is too large to be judged, just too much is read.
_MOST_BYTES = MAX_STORE_BYTES + 1
#: An SVG holds a store in base64 (C2PA 2.2 §A.3.4), whatever the prefix of the namespace.
_SVG_MANIFEST = re.compile(rb"<(?:[\w.-]+:)?manifest(?:\s[^<>]*)?>([A-Za-z0-9+/=\s]*)<")
_BLANKS = b"\xef\xbb\xbf \t\r\n"
_LARGEST_SVG_BYTES = 64 * 1024 * 1024


def has_store(asset: BinaryIO) -> bool:
    """Return whether a file of any format contains the first box of a manifest store.

    Args:
        asset: A seekable stream.

    Raises:
        OSError: It cannot be read.
    """
    return _position_of(_DESCRIPTION, asset, 0, asset.seek(0, os.SEEK_END)) >= 0


def embedded_store(asset: BinaryIO) -> bytes:
    """Return the first manifest store in a file; empty if there is none, or none that is found.

    In a movie, it may be in two boxes since it was updated.

    Args:
        asset: A seekable stream.

    Raises:
        OSError: It cannot be read.
    """
    size = asset.seek(0, os.SEEK_END)
    asset.seek(0)
    head = asset.read(12)
    if head.startswith(_JPEG_BEGINS):
        return _store_in_segments(asset)
    if head.lstrip(_BLANKS)[:1] == b"<" and size <= _LARGEST_SVG_BYTES:
        return _store_in_svg(asset)
    if head[4:8] == b"ftyp":
        return store_of(_stores_in_movie(asset, size))
    found = _position_of(_DESCRIPTION, asset, 0, size) - _HEADS_BYTES
    if found < 0:
        return b""
    in_blocks = head.startswith(_GIF_BEGINS)
    return _box_in_sub_blocks(asset, found) if in_blocks else _box_at(asset, found)


def _position_of(sought: bytes, asset: BinaryIO, begin: int, end: int) -> int:
    asset.seek(begin)
    kept = b""
    while begin < end and (window := asset.read(min(_WINDOW_BYTES, end - begin))):
        found = (kept + window).find(sought)
        if found >= 0:
            return begin - len(kept) + found
        begin += len(window)
        kept = (kept + window)[1 - len(sought) :]
    return -1


def _box_at(asset: BinaryIO, begin: int) -> bytes:
    asset.seek(begin)
    head = asset.read(_BOX_HEAD_BYTES)
    if head[4:] != b"jumb":
        return b""
    return head + asset.read(max(min(int.from_bytes(head[:4]), _MOST_BYTES) - len(head), 0))


def _box_in_sub_blocks(asset: BinaryIO, begin: int) -> bytes:
    """Join the sub-blocks of a GIF's application extension; the box begins in the first."""
    asset.seek(max(begin - 1, 0))
    store = bytearray()
    while len(store) < _MOST_BYTES and (length := asset.read(1)) and length != b"\0":
        store += asset.read(length[0])
    return bytes(store[: int.from_bytes(store[:4])])


def _stores_in_movie(asset: BinaryIO, size: int) -> dict[bytes, bytes]:
    """Return what the boxes for stores hold, by their purpose; the first of each purpose."""
    stores: dict[bytes, bytes] = {}
    for begin, end in _uuid_boxes(asset, size):
        found = _position_of(_DESCRIPTION, asset, begin, end) - _HEADS_BYTES
        asset.seek(begin + _UUID_BOX_HEAD_BYTES)
        purpose, _, _ = asset.read(max(map(len, PURPOSES)) + 1).partition(b"\0")
        if found >= 0:
            stores.setdefault(purpose, _box_at(asset, found))
    return stores


def _uuid_boxes(asset: BinaryIO, size: int) -> Iterator[tuple[int, int]]:
    """Give where the root boxes that may hold a store begin and end."""
    begin = 0
    for _ in range(_MOST_ROOT_BOXES):
        asset.seek(begin)
        head = asset.read(24)
        length = int.from_bytes(head[:4])
        if length == 1:
            length = int.from_bytes(head[8:16])
        end = min(begin + length, size) if length else size
        if len(head) < 8 or end < begin + 8:
            return
        if head[4:] == _UUID_BOX:
            yield begin, end
        begin = end


def _store_in_svg(asset: BinaryIO) -> bytes:
    asset.seek(0)
    for found in _SVG_MANIFEST.finditer(asset.read(_LARGEST_SVG_BYTES)):
        with suppress(binascii.Error):
            store = binascii.a2b_base64(found[1])
            if _DESCRIPTION in store[: _HEADS_BYTES + len(_DESCRIPTION)]:
                return store
    return b""


def _store_in_segments(asset: BinaryIO) -> bytes:
    """Join the APP11 segments of a JPEG; one holds at most 64 KB of a box.

    Only the first box that is a store is kept, and no more of it than is judged.
    """
    store = bytearray()
    of_store, others = b"", set[bytes]()
    asset.seek(2)
    while len(head := asset.read(4)) == 4 and head[0] == 0xFF and len(store) < _MOST_BYTES:
        marker, length = head[1], int.from_bytes(head[2:])
        if marker == _START_OF_SCAN or length < 2:
            break
        if marker != _APP11:
            asset.seek(length - 2, os.SEEK_CUR)
            continue
        segment = asset.read(length - 2)
        instance, content = segment[2:4], segment[_SEGMENT_HEAD_BYTES:]
        if not segment.startswith(b"JP") or instance in others:
            continue
        if instance == of_store:
            # Each segment after the first repeats the head of the box.
            store += content[_BOX_HEAD_BYTES:]
        elif not store and _DESCRIPTION in content[:100]:
            of_store = instance
            store += content
        else:
            others.add(instance)
    return bytes(store)
