"""Writes the address of a remote manifest into a file, and hashes the file with it."""

from __future__ import annotations

import hashlib
import os
from itertools import chain
from typing import BinaryIO

from edge_signer_client.embedding import AssetLayout, Progress, read_parts, write_all
from edge_signer_client.errors import AssetLayoutError
from edge_signer_client.xmp_packet import XmpPacket, manifest_named_in
from edge_signer_client.xmp_places import XMP_PLACES, Change, XmpPlace

_BUFFER_BYTES = 1024 * 1024
# Of any size: the layout is asked only what the file is, and whether it is sound.
_SOME_STORE_BYTES = 4096


def manifest_address(asset: BinaryIO, media_type: str) -> str | None:
    """Return the address of the manifest that a file's XMP names; None for none.

    Args:
        asset: The file, readable and seekable.
        media_type: What it is, judged by its content.

    Raises:
        OSError: The file cannot be read.
    """
    place = XMP_PLACES.get(media_type)
    if place is None:
        return None
    try:
        packet = place(asset).packet
    except AssetLayoutError:
        # In a form that writers of addresses do not use.
        return None
    return manifest_named_in(packet) if packet is not None else None


class Reference:
    """The place for a reference to an external manifest in one asset.

    Args:
        asset: The file, readable and seekable.

    Attributes:
        media_type: What the asset is, judged by its content.

    Raises:
        AssetLayoutError: The file is damaged, already signed, or of a format whose XMP is not
            supported.
        OSError: The file cannot be read.
    """

    def __init__(self, asset: BinaryIO) -> None:
        self._asset = asset
        self.media_type = AssetLayout(asset, _SOME_STORE_BYTES).media_type
        place = XMP_PLACES.get(self.media_type)
        if place is None:
            raise AssetLayoutError(
                "RemoteUnsupported",
                f"an address cannot be written into {self.media_type} files; embed the manifest, "
                "or keep it in a sidecar",
            )
        self._place: XmpPlace = place(asset)
        # A packet that cannot be used is refused before anything is written.
        self._packet = XmpPacket(self._place.packet)

    def write(self, signed: BinaryIO, url: str, progress: Progress | None = None) -> str:
        """Write the asset with the address in its XMP; everything else is copied.

        Args:
            signed: The new file, empty.
            url: The address of its manifest.
            progress: Is told how far it is; None for nothing.

        Returns:
            SHA-256 of the new file, as hexadecimal digits: its hard binding covers all of it.

        Raises:
            AssetLayoutError: The packet has no room for the address, or the asset became shorter.
            OSError: A file cannot be read or written.
        """
        changes = self._place.changes(self._packet.naming(url))
        digest = hashlib.sha256()
        buffer = memoryview(bytearray(_BUFFER_BYTES))
        at, end = 0, self._asset.seek(0, os.SEEK_END)
        for change in (*changes, Change(end, 0, b"")):
            kept = read_parts(self._asset, at, change.at - at, buffer)
            for part in chain(kept, (memoryview(change.content),)):
                digest.update(part)
                write_all(signed, part)
                if progress is not None:
                    progress(signed.tell(), end)
            at = change.at + change.removed_bytes
        return digest.hexdigest()
