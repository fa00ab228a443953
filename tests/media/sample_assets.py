"""Small assets of seventeen formats: one photograph, the others made here."""

from __future__ import annotations

import io
import struct
import wave
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@dataclass(frozen=True)
class SampleAsset:
    """An asset.

    Attributes:
        media_type: What it is.
        content: Its bytes.
    """

    media_type: str
    content: bytes


def jpeg() -> bytes:
    """A photograph; examples/README.md names its source and licence."""
    return (EXAMPLES / "rocket-small.jpg").read_bytes()


def png() -> bytes:
    """16 by 16 pixels, a gradient."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        checksum = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)

    header = struct.pack(">IIBBBBB", 16, 16, 8, 2, 0, 0, 0)
    rows = b"".join(b"\0" + bytes((y * 16, y * 16, 128)) * 16 for y in range(16))
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", header),
            chunk(b"IDAT", zlib.compress(rows)),
            chunk(b"IEND", b""),
        )
    )


def gif() -> bytes:
    """One white pixel."""
    screen = b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + b"\xff\xff\xff\0\0\0"
    image = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\0"
    return screen + image + b"\x3b"


def webp() -> bytes:
    """One transparent pixel, lossless."""
    bitstream = bytes.fromhex("2f00000010071011118888fe0700")
    return _riff(b"WEBP", b"VP8L" + _padded(bitstream))


def wav() -> bytes:
    """A tenth of a second of silence."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(1600))
    return buffer.getvalue()


def mp3() -> bytes:
    """Ten frames of MPEG-1 layer III silence, 32 kbit/s at 44.1 kHz, mono."""
    frame_bytes = 144 * 32_000 // 44_100
    return (b"\xff\xfb\x10\xc4" + bytes(frame_bytes - 4)) * 10


def avi() -> bytes:
    """One black frame, without compression."""
    width = height = 16
    frame = bytes(3 * width * height)
    size = struct.pack("<II", width, height)
    main = struct.pack("<8I", 40_000, 0, 0, 0, 1, 0, 1, 0) + size + bytes(16)
    stream = b"vidsDIB " + bytes(12) + struct.pack("<IIII", 1, 25, 0, 1) + bytes(20)
    bitmap = struct.pack("<I", 40) + size + struct.pack("<HHII", 1, 24, 0, len(frame)) + bytes(16)
    streams = _list(b"strl", b"strh" + _padded(stream) + b"strf" + _padded(bitmap))
    head = _list(b"hdrl", b"avih" + _padded(main) + streams)
    return _riff(b"AVI ", head + _list(b"movi", b"00db" + _padded(frame)))


def movie(brand: bytes) -> bytes:
    """A movie without tracks.

    Args:
        brand: Four bytes.
    """
    times = struct.pack(">IIII", 0, 0, 1000, 0)
    rate_and_volume = struct.pack(">IH", 0x10000, 0x100) + bytes(10)
    matrix = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
    header = bytes(4) + times + rate_and_volume + matrix + bytes(24) + struct.pack(">I", 1)
    return b"".join(
        (
            _box(b"ftyp", brand + struct.pack(">I", 512) + b"isomiso2mp41"),
            _box(b"moov", _box(b"mvhd", header)),
            _box(b"mdat", b"nothing to see"),
        )
    )


def still(brand: bytes, item_type: bytes) -> bytes:
    """An image of one item, which no decoder could show.

    Args:
        brand: Four bytes.
        item_type: Of its only item, four bytes.
    """
    data = b"nothing to see"
    ftyp = _box(b"ftyp", brand + bytes(4) + b"mif1" + brand)
    entry = struct.pack(">HH", 1, 0) + item_type + b"\0"
    others = (
        _box(b"hdlr", bytes(8) + b"pict" + bytes(13)),
        _box(b"pitm", bytes(4) + struct.pack(">H", 1)),
        _box(b"iinf", bytes(4) + struct.pack(">H", 1) + _box(b"infe", b"\2\0\0\0" + entry)),
    )

    def meta(offset: int) -> bytes:
        # One item of one extent; offsets and lengths have four bytes, and there is no base offset.
        located = struct.pack(">BBHHHHII", 0x44, 0, 1, 1, 0, 1, offset, len(data))
        return _box(b"meta", bytes(4) + b"".join(others) + _box(b"iloc", bytes(4) + located))

    return ftyp + meta(len(ftyp) + len(meta(0)) + 8) + _box(b"mdat", data)


def pdf() -> bytes:
    """One empty page."""
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 72 72] >>",
    )
    document, offsets = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(document))
        document += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % one for one in offsets)
    trailer = b"trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(document)
    return document + b"xref\n0 4\n" + table + trailer


def svg() -> bytes:
    """A circle."""
    return (
        b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 2">'
        b'<circle cx="1" cy="1" r="1"/></svg>\n'
    )


def tiff() -> bytes:
    """Two by two grey pixels, without compression."""
    pixels = bytes((0, 85, 170, 255))
    # Width, height, bits, compression, black is zero, strip, samples, rows, bytes of the strip.
    values = {256: 2, 257: 2, 258: 8, 259: 1, 262: 1, 273: 8, 277: 1, 278: 2, 279: 4}
    entries = b"".join(struct.pack("<HHII", tag, 3, 1, value) for tag, value in values.items())
    directory = struct.pack("<H", len(values)) + entries + struct.pack("<I", 0)
    return b"II*\0" + struct.pack("<I", 8 + len(pixels)) + pixels + directory


def flac() -> bytes:
    """Sixteen samples of silence: one frame of constant subframes."""
    block = struct.pack(">HH", 16, 16) + bytes(6)
    rate = (8000 << 44 | 15 << 36 | 16).to_bytes(8, "big")
    header = b"fLaC\x80\0\0\x22" + block + rate + bytes(16)
    # A block of 16 samples, 8 kHz, mono, 16 bits; then its checksums.
    frame = b"\xff\xf8\x64\x08\0\x0f"
    frame += bytes((_crc(frame, 8, 0x07),)) + b"\0\0\0"
    return header + frame + _crc(frame, 16, 0x8005).to_bytes(2, "big")


def text() -> bytes:
    """A sentence in UTF-8."""
    return "Zürich, Saturday: the bells ring.\n".encode()


def _crc(content: bytes, bits: int, polynomial: int) -> int:
    checksum = 0
    for byte in content:
        checksum ^= byte << bits - 8
        for _ in range(8):
            checksum <<= 1
            if checksum >> bits:
                checksum ^= 1 << bits | polynomial
    return checksum


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", 8 + len(content)) + kind + content


def _list(kind: bytes, chunks: bytes) -> bytes:
    return b"LIST" + _padded(kind + chunks)


def _riff(kind: bytes, chunks: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", len(kind) + len(chunks)) + kind + chunks


def _padded(content: bytes) -> bytes:
    return struct.pack("<I", len(content)) + content + bytes(len(content) % 2)


_FORMATS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "JPEG": ("image/jpeg", jpeg),
    "PNG": ("image/png", png),
    "WebP": ("image/webp", webp),
    "GIF": ("image/gif", gif),
    "AVI": ("video/avi", avi),
    "MP4": ("video/mp4", partial(movie, b"isom")),
    "MOV": ("video/quicktime", partial(movie, b"qt  ")),
    "M4A": ("audio/mp4", partial(movie, b"M4A ")),
    "HEIC": ("image/heic", partial(still, b"heic", b"hvc1")),
    "AVIF": ("image/avif", partial(still, b"avif", b"av01")),
    "PDF": ("application/pdf", pdf),
    "SVG": ("image/svg+xml", svg),
    "WAV": ("audio/wav", wav),
    "MP3": ("audio/mpeg", mp3),
    "FLAC": ("audio/flac", flac),
    "TIFF": ("image/tiff", tiff),
    "plain text": ("text/plain", text),
}
SAMPLE_ASSETS = {
    name: SampleAsset(media_type, make()) for name, (media_type, make) in _FORMATS.items()
}
