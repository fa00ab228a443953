"""The manifest store that a file carries inside."""

from __future__ import annotations

import base64
import os
import struct
from dataclasses import dataclass
from typing import BinaryIO

from edge_signer_client.errors import AssetLayoutError
from edge_signer_client.layout_module import LayoutModule, advance

_EXTENT = struct.Struct("<QQ")
# More than any file needs; a store is held in memory.
_MOST_STORE_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True)
class EmbeddedStore:
    """What a file carries.

    Attributes:
        media_type: What the file is, judged by its content.
        manifest_store: The manifest store in it; None for none.
    """

    media_type: str
    manifest_store: bytes | None


def embedded_store(asset: BinaryIO) -> EmbeddedStore:
    """Read the manifest store that a file carries; nothing is validated.

    Args:
        asset: The file, readable and seekable.

    Raises:
        AssetLayoutError: The file is damaged, or of a format that is not supported.
        OSError: The file cannot be read.
    """
    module = LayoutModule()
    module.call("begin_seeking", asset.seek(0, os.SEEK_END))
    state = advance(module, asset)
    at, count, is_base64 = state[14:17]
    extents = [*_EXTENT.iter_unpack(module.read(at, count * _EXTENT.size))]
    if sum(length for _, length in extents) > _MOST_STORE_BYTES:
        raise AssetLayoutError("StoreTooLarge", "the manifest store in the file is too large")
    parts = []
    for offset, length in extents:
        asset.seek(offset)
        parts.append(asset.read(length))
    content = b"".join(parts)
    if is_base64:
        try:
            content = base64.b64decode(b"".join(content.split()), validate=True)
        except ValueError:
            raise _unreadable() from None
    store = _without_padding(content) if count else None
    return EmbeddedStore(module.text(*state[4:6]), store)


def _without_padding(content: bytes) -> bytes:
    """Return the box at the beginning: some writers leave room behind it."""
    length = int.from_bytes(content[:4], "big")
    if not 8 < length <= len(content) or content[4:8] != b"jumb":
        raise _unreadable()
    return content[:length]


def _unreadable() -> AssetLayoutError:
    return AssetLayoutError("Malformed", "the manifest store in the file is damaged")
