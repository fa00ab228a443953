"""Manifest stores that hold nothing, and files that carry them."""

from __future__ import annotations

import io
import struct

from edge_signer_client.embedding import AssetLayout


def empty_store(length: int) -> bytes:
    """The head of a store, in as many bytes as wanted."""
    return struct.pack(">I4sI8s", length, b"jumb", 38, b"jumdc2pa").ljust(length, b"\1")


def carrying(asset: bytes, manifest_store: bytes, *, replace: bool = False) -> bytes:
    """A file with a store inside."""
    layout = AssetLayout(io.BytesIO(asset), len(manifest_store), replace=replace)
    signed = io.BytesIO()
    layout.write(signed)
    layout.fill(signed, manifest_store)
    return signed.getvalue()
