"""The manifest store in a file, byte for byte.

c2pa-rs returns an embedded store as it would write it itself, with corrected box labels. Our own
reader needs the original bytes, so it searches for the store's first box.
"""

from __future__ import annotations

import mmap
from pathlib import Path

#: The description box of a manifest store (C2PA 2.2 §11.1.4): its UUID, toggles and label.
_DESCRIPTION = b"jumdc2pa" + bytes.fromhex("00110010800000AA00389B7103") + b"c2pa\0"
#: Before it: the superbox's length and type, and the description's length.
_HEADS_BYTES = 12
_JPEG_BEGINS = b"\xff\xd8\xff"
_APP11, _START_OF_SCAN = 0xEB, 0xDA
#: Of a JPEG XT box segment (ISO 18477-3): "JP", box instance, sequence number; the box's own head.
_SEGMENT_HEAD_BYTES, _BOX_HEAD_BYTES = 8, 8


def has_store(asset: Path) -> bool:
    """Return whether a file of any format contains the first box of a manifest store.

    Raises:
        OSError: The file cannot be read.
    """
    with asset.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as file:
        return file.find(_DESCRIPTION) >= 0


def embedded_store(asset: Path) -> bytes:
    """Return the first manifest store in a file; empty if it is encoded, as in SVG, or absent.

    Args:
        asset: A file that is not empty.

    Raises:
        OSError: The file cannot be read.
    """
    with asset.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as file:
        if file[: len(_JPEG_BEGINS)] == _JPEG_BEGINS:
            return _store_in_segments(file)
        begin = file.find(_DESCRIPTION) - _HEADS_BYTES
        if begin < 0 or file[begin + 4 : begin + 8] != b"jumb":
            return b""
        return file[begin : begin + int.from_bytes(file[begin : begin + 4])]


def _store_in_segments(file: mmap.mmap) -> bytes:
    """Join the APP11 segments of a JPEG; one holds at most 64 KB of a box."""
    boxes: dict[bytes, bytes] = {}
    position = 2
    while file[position : position + 1] == b"\xff" and position + 4 <= len(file):
        marker, length = file[position + 1], int.from_bytes(file[position + 2 : position + 4])
        if marker == _START_OF_SCAN or length < 2:
            break
        segment = file[position + 4 : position + 2 + length]
        if marker == _APP11 and segment.startswith(b"JP"):
            instance, content = segment[2:4], segment[_SEGMENT_HEAD_BYTES:]
            # Each segment after the first repeats the head of the box.
            known = boxes.get(instance)
            boxes[instance] = content if known is None else known + content[_BOX_HEAD_BYTES:]
        position += 2 + length
    return next((box for box in boxes.values() if _DESCRIPTION in box[:100]), b"")
