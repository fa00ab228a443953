"""What a file is, judged by its first bytes: a name may have no extension, or the wrong one."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import BinaryIO

#: As much of a file as is looked at.
HEAD_BYTES = 4096
_BEGINS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"II+\0", "image/tiff"),
    (b"MM\0+", "image/tiff"),
    (b"%PDF-", "application/pdf"),
    (b"fLaC", "audio/flac"),
    (b"\xff\x0a", "image/jxl"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "image/jxl"),
)
_RIFF = {b"WAVE": "audio/wav", b"WEBP": "image/webp", b"AVI ": "video/avi"}
# Brands of ISO BMFF (ISO/IEC 14496-12 §4.3); every other one is taken for a movie.
_BRANDS = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"), "image/heic"),
    **dict.fromkeys((b"mif1", b"msf1"), "image/heif"),
    **dict.fromkeys((b"avif", b"avis"), "image/avif"),
    **dict.fromkeys((b"M4A ", b"M4B "), "audio/mp4"),
    b"qt  ": "video/quicktime",
}
# The root element, after a declaration, comments and a document type. Atomic groups keep it linear.
_SVG = re.compile(
    rb"(?:\xef\xbb\xbf)?+(?>\s*(?:<!--.*?-->|<\?xml[^>]*>|<!DOCTYPE[^>]*>))*+\s*<svg[\s>]",
    re.S | re.I,
)
_MOVIES = ("video/mp4", "video/quicktime", "audio/mp4")
#: What files with an extension may be. Raw photographs are TIFF; movies go by all three names.
_BY_EXTENSION: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("jpg", "jpeg"), ("image/jpeg",)),
    **dict.fromkeys(("tif", "tiff", "dng", "nef", "arw"), ("image/tiff",)),
    **dict.fromkeys(("mp4", "m4v", "mov", "m4a"), _MOVIES),
    **dict.fromkeys(("heic", "heif"), ("image/heic", "image/heif")),
    "avif": ("image/avif", "image/heif"),
    "png": ("image/png",),
    "gif": ("image/gif",),
    "svg": ("image/svg+xml",),
    "webp": ("image/webp",),
    "wav": ("audio/wav",),
    "avi": ("video/avi",),
    "mp3": ("audio/mpeg",),
    "flac": ("audio/flac", "audio/mpeg"),
    "pdf": ("application/pdf",),
    "jxl": ("image/jxl",),
}


def media_type_of(stream: BinaryIO) -> str:
    """Return what a file is, judged by its content; empty if it is none of the formats known here.

    Raises:
        OSError: It cannot be read.
    """
    stream.seek(0)
    head = stream.read(HEAD_BYTES)
    for begin, media_type in _BEGINS:
        if head.startswith(begin):
            return media_type
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12], "")
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "video/mp4")
    if head[:3] == b"ID3":
        return _after_tag(stream, head)
    if len(head) > 2 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2:
        return "audio/mpeg"
    return "image/svg+xml" if _SVG.match(head) else ""


def is_named_wrongly(name: str, media_type: str) -> bool:
    """Tell whether a name's extension promises another format than the content has.

    Args:
        name: The file's name.
        media_type: By its content; empty if unknown.
    """
    usual = _BY_EXTENSION.get(PurePath(name).suffix.removeprefix(".").lower())
    return bool(media_type and usual) and media_type not in (usual or ())


def _after_tag(stream: BinaryIO, head: bytes) -> str:
    """Look behind an ID3v2 tag, which FLAC files may have too; its length has 7 bits a byte."""
    length = 0
    for byte in head[6:10]:
        length = length << 7 | byte & 0x7F
    stream.seek(10 + length)
    return "audio/flac" if stream.read(4) == b"fLaC" else "audio/mpeg"
