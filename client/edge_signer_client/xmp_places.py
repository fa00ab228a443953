"""Where JPEG, PNG and WebP files carry their XMP packet, and what changes with it."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from edge_signer_client.errors import AssetLayoutError
from edge_signer_client.xmp_packet import unusable

# Of a packet with thumbnails and a long history.
_MOST_PACKET_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True)
class Change:
    """Bytes of an asset, and what takes their place.

    Attributes:
        at: Offset of the first.
        removed_bytes: How many.
        content: What is written instead.
    """

    at: int
    removed_bytes: int
    content: bytes


class XmpPlace(Protocol):
    """The place for the packet in one asset.

    Attributes:
        packet: The asset's own; None for none.
    """

    packet: bytes | None

    def changes(self, packet: bytes) -> list[Change]:
        """Return what changes if this is the packet, in the order of the asset.

        Raises:
            AssetLayoutError: The asset cannot carry it.
        """


class JpegXmp:
    """An APP1 segment (ISO 16684-3 §6.2): the asset's own, or a new one behind its Exif.

    Extended XMP, in segments of its own, stays as it is.
    """

    _HEAD = b"http://ns.adobe.com/xap/1.0/\0"
    _MOST_BYTES = 65535 - 2

    def __init__(self, asset: BinaryIO) -> None:
        self.packet: bytes | None = None
        self._removed_bytes = 0
        self._has_places_before = False
        self._at = at = 2
        while True:
            marker, length = struct.unpack(">xBH", _read(asset, at, 4))
            if marker == 0xFF:
                at += 1
                continue
            # The picture begins, or there is none.
            if marker in {0xD9, 0xDA}:
                break
            end = at + 2 + length
            head = _read(asset, at + 4, min(max(length - 2, 0), len(self._HEAD)))
            if marker == 0xE1 and head == self._HEAD:
                self.packet = _read(asset, at + 4 + len(head), end - at - 4 - len(head))
                self._at, self._removed_bytes = at, end - at
                return
            is_exif = marker == 0xE1 and head.startswith(b"Exif\0")
            if at == self._at and (marker == 0xE0 or is_exif):
                self._at = end
            # Its places of further pictures count from here.
            self._has_places_before |= marker == 0xE2 and head.startswith(b"MPF\0")
            at = end
        self._has_places_before = False

    def changes(self, packet: bytes) -> list[Change]:
        """Return the new segment."""
        content = self._HEAD + packet
        if len(content) > self._MOST_BYTES:
            raise _too_large("65,504 bytes")
        segment = b"\xff\xe1" + struct.pack(">H", len(content) + 2) + content
        if self._has_places_before and len(segment) != self._removed_bytes:
            raise unusable("XmpUnsupported", "lies between the index of its pictures and them")
        return [Change(self._at, self._removed_bytes, segment)]


class PngXmp:
    """An uncompressed `iTXt` chunk (ISO 16684-3 §6.7), the asset's own or a new one after IHDR."""

    _KEYWORD = b"XML:com.adobe.xmp\0"
    _AFTER_HEADER = 33

    def __init__(self, asset: BinaryIO) -> None:
        self.packet: bytes | None = None
        self._at, self._removed_bytes = self._AFTER_HEADER, 0
        # Not compressed, in no language, without a translation of the keyword.
        self._head = self._KEYWORD + bytes(4)
        at, kind = 8, b""
        while kind != b"IEND":
            length, kind = struct.unpack(">I4s", _read(asset, at, 8))
            head = _read(asset, at + 8, min(length, len(self._KEYWORD)))
            if kind == b"iTXt" and head == self._KEYWORD:
                self._at, self._removed_bytes = at, length + 12
                self._take(_read(asset, at + 4, length + 8))
                return
            at += length + 12

    def _take(self, chunk: bytes) -> None:
        content, crc = chunk[4:-4], chunk[-4:]
        if zlib.crc32(chunk[:-4]) != int.from_bytes(crc, "big"):
            raise unusable("XmpDamaged", "is in a damaged chunk")
        flags, texts = content[len(self._KEYWORD) :][:2], content[len(self._KEYWORD) + 2 :]
        if flags != bytes(2):
            raise unusable("XmpUnsupported", "is compressed")
        parts = texts.split(b"\0", 2)
        if len(parts) != 3:
            raise unusable("XmpDamaged", "is in a damaged chunk")
        self.packet = parts[2]
        self._head = content[: len(content) - len(self.packet)]

    def changes(self, packet: bytes) -> list[Change]:
        """Return the new chunk."""
        content = b"iTXt" + self._head + packet
        chunk = struct.pack(">I", len(content) - 4) + content
        chunk += struct.pack(">I", zlib.crc32(content))
        return [Change(self._at, self._removed_bytes, chunk)]


class WebpXmp:
    """A chunk `XMP `, and the flag in `VP8X` that announces it; a simple file gets a `VP8X`."""

    _FIRST_CHUNK = 12
    _FLAG = 0x04
    _ALPHA_FLAG = 0x10

    def __init__(self, asset: BinaryIO) -> None:
        self.packet: bytes | None = None
        (size,) = struct.unpack("<I", _read(asset, 4, 4))
        self._end = min(8 + size + (size & 1), asset.seek(0, os.SEEK_END))
        self._at, self._removed_bytes = self._end, 0
        # Some writers leave out the last pad byte.
        self._pad = bytes(self._end & 1)
        self._header = self._extended_header(asset)
        at = self._FIRST_CHUNK
        while at < self._end and self.packet is None:
            kind, length = struct.unpack("<4sI", _read(asset, at, 8))
            if kind == b"XMP ":
                self.packet = _read(asset, at + 8, length)
                self._at = at
                self._removed_bytes = min(8 + length + (length & 1), self._end - at)
                self._pad = b""
            at += 8 + length + (length & 1)

    def _extended_header(self, asset: BinaryIO) -> Change:
        at = self._FIRST_CHUNK
        kind = _read(asset, at, 4)
        if kind == b"VP8X":
            (flags,) = _read(asset, at + 8, 1)
            return Change(at + 8, 1, bytes((flags | self._FLAG,)))
        flags = self._FLAG
        if kind == b"VP8 ":
            start, width, height = struct.unpack("<3x3sHH", _read(asset, at + 8, 10))
            is_known = start == b"\x9d\x01\x2a"
            width, height = width & 0x3FFF, height & 0x3FFF
        else:
            start, bits = struct.unpack("<cI", _read(asset, at + 8, 5))
            is_known = kind == b"VP8L" and start == b"\x2f"
            width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
            flags |= self._ALPHA_FLAG if bits >> 28 & 1 else 0
        if not is_known or not width or not height:
            raise AssetLayoutError("Malformed", "the file does not begin with a picture")
        canvas = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
        return Change(at, 0, b"VP8X" + struct.pack("<II", 10, flags) + canvas)

    def changes(self, packet: bytes) -> list[Change]:
        """Return the new size of the file, the header and the chunk."""
        chunk = self._pad + b"XMP " + struct.pack("<I", len(packet)) + packet
        chunk += bytes(len(packet) & 1)
        added = [self._header, Change(self._at, self._removed_bytes, chunk)]
        growth = sum(len(one.content) - one.removed_bytes for one in added)
        size = self._end - 8 + growth
        if size >= 1 << 32:
            raise AssetLayoutError("FileTooLarge", "the format has no room for a file of this size")
        return [Change(4, 4, struct.pack("<I", size)), *added]


#: By media type.
XMP_PLACES: Mapping[str, type[JpegXmp | PngXmp | WebpXmp]] = {
    "image/jpeg": JpegXmp,
    "image/png": PngXmp,
    "image/webp": WebpXmp,
}


def _read(asset: BinaryIO, at: int, length: int) -> bytes:
    if length > _MOST_PACKET_BYTES:
        raise _too_large("16 MiB")
    asset.seek(at)
    read = asset.read(length)
    if len(read) != length:
        raise AssetLayoutError("Truncated", "the file became shorter while it was read")
    return read


def _too_large(limit: str) -> AssetLayoutError:
    return unusable("XmpTooLarge", f"would be larger than {limit}")
