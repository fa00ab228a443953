"""The manifest store that an inline asset carries."""

from __future__ import annotations

import base64
import struct

from edge_signer.signing.layout.layout_calls import LayoutCalls
from edge_signer.signing.manifest.wasmtime_instance import I64

_EXTENT = struct.Struct("<QQ")


def earlier_store(asset: bytes) -> bytes | None:
    """Return the manifest store in a file, not validated; None if there is none.

    Args:
        asset: The file.

    Raises:
        AssetNotEmbeddableError: The file is damaged or too complex, or its format is not supported.
    """
    calls = LayoutCalls(asset)
    calls.call(b"begin_seeking", I64(len(asset)), gives=None)
    at, count, is_base64 = calls.advanced()[14:17]
    table = calls.instance.read(at, count * _EXTENT.size)
    content = b"".join(
        asset[offset : offset + length] for offset, length in _EXTENT.iter_unpack(table)
    )
    if is_base64:
        try:
            content = base64.b64decode(b"".join(content.split()), validate=True)
        except ValueError:
            return b""
    # Some writers leave room behind the store.
    length = int.from_bytes(content[:4])
    return content[:length] if count else None
