"""A client that embeds: it lays a file out, sends a digest, and writes the store into the hole."""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass

BMFF_STORE_UUID = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
_SEGMENT = 65517


@dataclass(frozen=True)
class Laid:
    """A file with a hole.

    Attributes:
        digest: SHA-256 of what the hard binding covers.
        offset: Where the hole begins; None for BMFF.
        fill: Gives the whole file with a store in it.
    """

    digest: bytes
    offset: int | None
    fill: Callable[[bytes], bytes]


def jpeg(asset: bytes, _store_bytes: int) -> Laid:
    at = 2
    if asset[2:4] == b"\xff\xe0":
        at = 4 + struct.unpack(">H", asset[4:6])[0]

    def fill(store: bytes) -> bytes:
        head, body = store[:8], store[8:]
        segments = b"".join(
            b"\xff\xeb"
            + struct.pack(">H", 18 + len(part))
            + b"JP"
            + struct.pack(">HI", 0x0211, number)
            + head
            + part
            for number, start in enumerate(range(0, len(body), _SEGMENT), 1)
            for part in (body[start : start + _SEGMENT],)
        )
        return asset[:at] + segments + asset[at:]

    return Laid(hashlib.sha256(asset).digest(), at, fill)


def png(asset: bytes, _store_bytes: int) -> Laid:
    def fill(store: bytes) -> bytes:
        chunk = b"caBX" + store
        framed = struct.pack(">I", len(store)) + chunk + struct.pack(">I", zlib.crc32(chunk))
        return asset[:33] + framed + asset[33:]

    return Laid(hashlib.sha256(asset).digest(), 33, fill)


def gif(asset: bytes, _store_bytes: int) -> Laid:
    asset = b"GIF89a" + asset[6:]
    packed = asset[10]
    at = 13 + (3 * 2 ** ((packed & 7) + 1) if packed & 0x80 else 0)

    def fill(store: bytes) -> bytes:
        blocks = b"".join(
            bytes([len(part)]) + part
            for start in range(0, len(store), 255)
            for part in (store[start : start + 255],)
        )
        return asset[:at] + b"!\xff\x0bC2PA_GIF\x01\x00\x00" + blocks + b"\0" + asset[at:]

    return Laid(hashlib.sha256(asset).digest(), at, fill)


def riff(asset: bytes, store_bytes: int) -> Laid:
    asset += b"\0" * (len(asset) & 1)
    pad = b"\0" * (store_bytes & 1)
    size = struct.pack("<I", len(asset) - 8 + 8 + store_bytes + len(pad))
    asset = asset[:4] + size + asset[8:]

    def fill(store: bytes) -> bytes:
        return asset + b"C2PA" + struct.pack("<I", len(store)) + store + pad

    return Laid(hashlib.sha256(asset + pad).digest(), len(asset), fill)


def bmff(asset: bytes, store_bytes: int) -> Laid:
    """Put the store after `ftyp`, and move the offsets that the sample assets have."""
    extra = 45 + store_bytes
    boxes, at = [], 0
    while at < len(asset):
        size = struct.unpack(">I", asset[at : at + 4])[0]
        boxes.append(asset[at : at + size])
        at += size
    ftyp, *rest = [_moved(box, extra) for box in boxes]
    hashed, at = hashlib.sha256(), len(ftyp) + extra
    for box in rest:
        hashed.update(struct.pack(">Q", at) + box)
        at += len(box)

    def fill(store: bytes) -> bytes:
        header = struct.pack(">I", extra) + b"uuid" + BMFF_STORE_UUID
        purpose = b"\0\0\0\0manifest\0" + struct.pack(">Q", 0)
        return ftyp + header + purpose + store + b"".join(rest)

    return Laid(hashed.digest(), None, fill)


def _moved(box: bytes, extra: int) -> bytes:
    """Move what `stco` in a movie, or `iloc` in an image, says of places in the file."""
    moved = bytearray(box)
    if box[4:8] == b"moov":
        at = box.find(b"stco")
        while at >= 0:
            (count,) = struct.unpack_from(">I", box, at + 8)
            for place in range(at + 12, at + 12 + 4 * count, 4):
                _move(moved, place, extra)
            at = box.find(b"stco", at + 1)
    if box[4:8] == b"meta":
        at = box.index(b"iloc") + 4
        # Version 0, offsets and lengths of four bytes, no base offset; items of one extent.
        assert box[at : at + 6] == bytes([0, 0, 0, 0, 0x44, 0])
        (count,) = struct.unpack_from(">H", box, at + 6)
        for item in range(at + 8, at + 8 + 14 * count, 14):
            assert box[item + 4 : item + 6] == b"\0\1"
            _move(moved, item + 6, extra)
    return bytes(moved)


def _move(box: bytearray, place: int, extra: int) -> None:
    (offset,) = struct.unpack_from(">I", box, place)
    struct.pack_into(">I", box, place, offset + extra)


LAYOUTS: dict[str, Callable[[bytes, int], Laid]] = {
    "image/jpeg": jpeg,
    "image/png": png,
    "image/gif": gif,
    "image/webp": riff,
    "audio/wav": riff,
    "video/avi": riff,
    "image/avif": bmff,
    "image/heic": bmff,
    "audio/mp4": bmff,
    "video/mp4": bmff,
    "video/quicktime": bmff,
}
