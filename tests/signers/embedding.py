"""Embeds as a client does, with a workshop in place of the server."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any, BinaryIO

from edge_signer.signing.manifest.embedding import LAYOUTS, Embedding
from edge_signer_client.embedding import AssetLayout
from tests.signers.software_signer import ACTIONS, Workshop

STORE_BYTES = 4096


def embed(
    workshop: Workshop,
    asset: BinaryIO,
    signed: BinaryIO,
    store_bytes: int = STORE_BYTES,
    *,
    assertions: Mapping[str, Any] = ACTIONS,
    **parts: Any,
) -> AssetLayout:
    """Write an asset with its manifest inside; gives its layout.

    Raises:
        AssetLayoutError: It has no place for a store.
    """
    layout = AssetLayout(asset, store_bytes)
    digest = bytes.fromhex(layout.write(signed))
    offset = layout.hole_offset if LAYOUTS[layout.media_type].hole_bytes else None
    place = Embedding(layout.media_type, offset, store_bytes)
    layout.fill(signed, workshop.sign(digest, assertions, embedding=place, **parts))
    return layout


def embedded(
    workshop: Workshop, content: bytes, store_bytes: int = STORE_BYTES, **parts: Any
) -> tuple[AssetLayout, bytes]:
    """Give an asset's layout, and the asset with its manifest inside.

    Raises:
        AssetLayoutError: It has no place for a store.
    """
    signed = io.BytesIO()
    layout = embed(workshop, io.BytesIO(content), signed, store_bytes, **parts)
    return layout, signed.getvalue()
