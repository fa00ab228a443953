"""Signed files of the formats that can carry a manifest, each of which a decoder can read."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.media.odd_assets import ODD_FILES
from tests.media.sample_assets import EXAMPLES, SAMPLE_ASSETS
from tests.signers.embedding import embedded
from tests.signers.software_signer import Workshop

MEDIA_TYPES = {
    **{"JPEG": "image/jpeg", "PNG": "image/png", "WebP": "image/webp", "GIF": "image/gif"},
    **{"TIFF": "image/tiff", "AVIF": "image/avif", "SVG": "image/svg+xml"},
    **{"MP4": "video/mp4", "M4A": "audio/mp4", "MP3": "audio/mpeg", "FLAC": "audio/flac"},
    **{"WAV": "audio/wav", "PDF": "application/pdf"},
}
_SUFFIXES = {"JPEG": ".jpg", "TIFF": ".tif"}
_PHOTOGRAPH = EXAMPLES / "rocket.jpg"
# Written by real encoders.
_ENCODED = {
    **{"MP4": "faststart.mp4", "M4A": "sound.m4a", "MP3": "tags.mp3", "FLAC": "sound.flac"},
}
#: The photograph in other formats: small, with room for optimisers, and with metadata to remove.
_CONVERT = """
import io, sys
import pypdf
from PIL import Image
picture = Image.open(sys.argv[1])
picture.thumbnail((240, 240))
exif = Image.Exif()
exif[315] = "Ada"
picture.save("photograph.png", compress_level=1, exif=exif)
picture.save("photograph.webp", quality=90, method=0, exif=exif)
picture.save("photograph.avif", speed=10, exif=exif)
picture.save("photograph.tif", exif=exif)
picture.quantize(64).save("photograph.gif", comment="Ada")
document = io.BytesIO()
picture.save(document, "PDF", author="Ada")
pypdf.PdfWriter(document).write("photograph.pdf")
"""


@dataclass(frozen=True)
class Subject:
    """A signed file.

    Attributes:
        format: A key of `MEDIA_TYPES`.
        path: Where it lies.
    """

    format: str
    path: Path


def suffix_of(name: str) -> str:
    """Give the ending of the names of a format's files."""
    return _SUFFIXES.get(name, f".{name.lower()}")


def format_of(path: Path) -> str:
    """Name the format of a file by its ending."""
    return next(name for name in MEDIA_TYPES if suffix_of(name) == path.suffix)


def sign_all(workshop: Workshop, folder: Path, python: Path) -> dict[str, Subject]:
    """Make and sign a file of each format.

    Args:
        workshop: Signs.
        folder: Gets the files.
        python: An interpreter that has Pillow and pypdf.
    """
    subprocess.run([python, "-c", _CONVERT, _PHOTOGRAPH], cwd=folder, check=True)
    subjects = {}
    for name, expected in MEDIA_TYPES.items():
        layout, asset = embedded(workshop, _unsigned(name, folder))
        assert layout.media_type == expected, (name, layout.media_type)
        path = folder / f"signed{suffix_of(name)}"
        path.write_bytes(asset)
        subjects[name] = Subject(name, path)
    return subjects


def _unsigned(name: str, folder: Path) -> bytes:
    if name == "JPEG":
        return _PHOTOGRAPH.read_bytes()
    if name in _ENCODED:
        return ODD_FILES[_ENCODED[name]].content
    converted = folder / f"photograph{suffix_of(name)}"
    return converted.read_bytes() if converted.exists() else SAMPLE_ASSETS[name].content
