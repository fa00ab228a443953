"""Assets of forms that are rarer than the samples': real encoders' files, and turns of them."""

from __future__ import annotations

import struct
import zlib

from tests.media.odd_movies import (
    long_box,
    with_auxiliary_information,
    with_item_locations,
    with_long_boxes,
    with_long_places,
    with_open_end,
    with_quick_time_metadata,
)
from tests.media.sample_assets import EXAMPLES, SAMPLE_ASSETS, SampleAsset

FOLDER = EXAMPLES.parent / "tests/data/odd"
_MEDIA_TYPES = {
    **{"jpg": "image/jpeg", "mpo": "image/jpeg", "png": "image/png", "gif": "image/gif"},
    **{"webp": "image/webp", "tif": "image/tiff", "dng": "image/tiff", "heic": "image/heic"},
    **{"avif": "image/avif", "mp4": "video/mp4", "mov": "video/quicktime", "m4a": "audio/mp4"},
    **{"avi": "video/avi", "mp3": "audio/mpeg", "flac": "audio/flac"},
}


def segment(marker: int, content: bytes) -> bytes:
    """A segment of a JPEG."""
    return struct.pack(">BBH", 0xFF, marker, 2 + len(content)) + content


def jumbf_segment(instance: int, label: bytes) -> bytes:
    """A JUMBF box in a JPEG that has nothing to do with C2PA."""
    described = struct.pack(">I4s", 8 + 16 + 1 + len(label) + 1, b"jumd") + bytes(16)
    described += b"\x03" + label + b"\0"
    whole = struct.pack(">I4s", 8 + len(described), b"jumb") + described
    return segment(0xEB, b"JP" + struct.pack(">HI", instance, 1) + whole)


def jpeg_of_many_segments(jpeg: bytes) -> bytes:
    """A profile, other boxes of the usual instance and of the next two, comments, fill bytes."""
    end = 4 + int.from_bytes(jpeg[4:6])
    extension = segment(0xEB, b"JP" + struct.pack(">HII4s", 0x0213, 1, 12, b"LCHK") + bytes(4))
    others = (
        extension + jumbf_segment(0x0212, b"org.example") + jumbf_segment(0x0211, b"org.example")
    )
    profile = segment(0xE2, b"ICC_PROFILE\0\x01\x01" + bytes(40))
    comment = segment(0xFE, b"a comment") + b"\xff" * 7
    return jpeg[:end] + others + profile + comment + jpeg[end:]


def motion_photo(jpeg: bytes, movie: bytes) -> bytes:
    """A JPEG with a movie behind it, whose length XMP names, counted from the file's end."""
    xmp = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/'
        b'22-rdf-syntax-ns#"><rdf:Description xmlns:GCamera="http://ns.google.com/photos/1.0/'
        b'camera/" GCamera:MicroVideo="1" GCamera:MicroVideoOffset="%d"/></rdf:RDF></x:xmpmeta>'
    ) % len(movie)
    return jpeg[:2] + segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp) + jpeg[2:] + movie


def chunk(kind: bytes, content: bytes) -> bytes:
    """A chunk of a PNG."""
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)


def smallest_png() -> bytes:
    """One black pixel in 67 bytes."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 1, 0, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress(b"\0\0", 9))
    return b"\x89PNG\r\n\x1a\n" + header + data + chunk(b"IEND", b"")


def png_of_many_chunks(png: bytes) -> bytes:
    texts = b"".join(chunk(b"tEXt", b"Comment\0number %d" % number) for number in range(9))
    return png[:33] + chunk(b"gAMA", struct.pack(">I", 45455)) + texts + png[33:]


def odd_wav(samples: int, *, is_padded: bool) -> bytes:
    """8-bit silence."""
    fmt = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 8000, 8000, 1, 8)
    data = struct.pack("<4sI", b"data", samples) + b"\x80" * samples
    whole = b"WAVE" + fmt + data + bytes(samples % 2 if is_padded else 0)
    return b"RIFF" + struct.pack("<I", len(whole)) + whole


def tagged(audio: bytes, version: int, padding: int) -> bytes:
    """Audio behind an ID3v2 tag of two frames."""
    frames = b"".join(
        kind + (len(text) + 1).to_bytes(4) + b"\0\0\0" + text
        for kind, text in ((b"TIT2", b"Tone"), (b"TPE1", b"Edge"))
    )
    length = len(frames) + padding
    size = bytes(length >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3" + bytes((version, 0, 0)) + size + frames + bytes(padding) + audio


def declared_svg() -> bytes:
    """With a declaration, a document type with a comment, and a style sheet's instruction."""
    return (
        b'<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n'
        b"<!-- It's > and < and ]> here -->\n"
        b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/'
        b'svg11.dtd" [\n<!-- don\'t -->\n<!ENTITY colour "red">\n<?note it\'s "?>\n]>\n'
        b'<?xml-stylesheet href="style.css"?>\n'
        b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 2 2' aria-label='a > b'>"
        b'<g fill="&colour;"><svg><circle cx="1" cy="1" r="1"/></svg></g></svg>\n'
    )


def described_svg() -> bytes:
    """With metadata behind other elements, as drawing programs write it, and looks of it."""
    return (
        b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 2"><title>A circle</title>'
        b"<metadata/><g><metadata>of a group</metadata></g><!-- <metadata> -->"
        b"<style><![CDATA[ g > circle {} /* </svg><metadata> */ ]]></style>"
        b"<metadata id='a>b'>\n<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'/>"
        b'</metadata><circle cx="1" cy="1" r="1"/></svg>\n<!-- </svg> -->\n'
    )


def _files() -> dict[str, SampleAsset]:
    return {
        path.name: SampleAsset(_MEDIA_TYPES[path.suffix[1:]], path.read_bytes())
        for path in sorted(FOLDER.iterdir())
        if path.suffix != ".md"
    }


def _turned(files: dict[str, SampleAsset]) -> dict[str, tuple[str, bytes]]:
    jpeg, png = SAMPLE_ASSETS["JPEG"].content, SAMPLE_ASSETS["PNG"].content
    flac, mov = files["sound.flac"].content, files["samples-first.mov"].content
    m4a = files["sound.m4a"].content
    tones, mp4 = files["tags.mp3"].content, files["faststart.mp4"].content
    images = {
        f"{media_type[6:]} with item locations of version {version}, base of {width} bytes": (
            media_type,
            with_item_locations(files[name].content, version, width),
        )
        for name, media_type in (
            ("one-picture.heic", "image/heic"),
            ("one-picture.avif", "image/avif"),
        )
        for version in (0, 1, 2)
        for width in (0, 4, 8)
    }
    return images | {
        "JPEG of many segments": ("image/jpeg", jpeg_of_many_segments(jpeg)),
        "JPEG with bytes behind its end": ("image/jpeg", jpeg + b"junk" * 9),
        "motion photo": ("image/jpeg", motion_photo(files["oriented.jpg"].content, mp4)),
        "smallest PNG": ("image/png", smallest_png()),
        "PNG of many chunks": ("image/png", png_of_many_chunks(png)),
        "PNG with bytes behind its end": ("image/png", png + b"junk"),
        "GIF with bytes behind its end": ("image/gif", files["plain.gif"].content + b"junk"),
        "odd WAV with its pad byte": ("audio/wav", odd_wav(101, is_padded=True)),
        "odd WAV without its pad byte": ("audio/wav", odd_wav(101, is_padded=False)),
        "WAV with bytes behind its end": ("audio/wav", odd_wav(100, is_padded=True) + b"junk"),
        "MP3 with an ID3v2.3 tag and padding": (
            "audio/mpeg",
            tagged(tones[tones.index(b"\xff\xe3") :], 3, 100),
        ),
        "FLAC behind an ID3v2.4 tag": ("audio/flac", tagged(flac, 4, 0)),
        "declared SVG": ("image/svg+xml", declared_svg()),
        "SVG with metadata": ("image/svg+xml", described_svg()),
        "MOV with co64": ("video/quicktime", with_long_places(mov)),
        "MOV with 64-bit boxes": ("video/quicktime", with_long_boxes(mov)),
        "M4A with 64-bit boxes": ("audio/mp4", with_long_boxes(m4a)),
        "MOV with saio": ("video/quicktime", with_auxiliary_information(mov, 0)),
        "MOV with 64-bit saio": ("video/quicktime", with_auxiliary_information(mov, 1)),
        "MOV with QuickTime's metadata": ("video/quicktime", with_quick_time_metadata(mov)),
        "MP4 whose last box has no size": ("video/mp4", with_open_end(mp4)),
        "TIFF of an odd size": ("image/tiff", SAMPLE_ASSETS["TIFF"].content + bytes(1)),
        "SVG behind a byte order mark": ("image/svg+xml", b"\xef\xbb\xbf" + declared_svg()),
        "MP4 with a 64-bit box at its end": ("video/mp4", mp4 + long_box(b"free", b"at the end")),
    }


ODD_FILES = _files()
ODD_ASSETS = ODD_FILES | {name: SampleAsset(*one) for name, one in _turned(ODD_FILES).items()}
