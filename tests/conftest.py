from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest

from tests.software_signer import Workshop

ROOT = Path(__file__).resolve().parent.parent


def png_chunk(kind: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
    )


@pytest.fixture(scope="session")
def workshop() -> Workshop:
    return Workshop()


@pytest.fixture(scope="session")
def photograph() -> bytes:
    """A JPEG of 112 KB, from a camera."""
    return (ROOT / "examples/rocket.jpg").read_bytes()


@pytest.fixture(scope="session")
def drawing() -> bytes:
    """A small PNG, made here."""
    header = struct.pack(">IIBBBBB", 16, 16, 8, 2, 0, 0, 0)
    rows = b"".join(b"\0" + bytes((x * 16, y * 16, 128)) * 16 for y in range(16) for x in (y,))
    return (
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", header)
        + png_chunk(b"IDAT", zlib.compress(rows))
        + png_chunk(b"IEND", b"")
    )
