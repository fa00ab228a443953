"""The credentials of a file: in it, beside it, or where its XMP says."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from edge_signer_client.embedded_store import embedded_store
from edge_signer_client.errors import AssetLayoutError
from edge_signer_client.reference import manifest_address

# More than any file needs; a store is held in memory.
_MOST_SIDECAR_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True)
class FileCredentials:
    """Where a file has credentials; nothing of them is validated.

    Attributes:
        media_type: What the file is, by its content, or by its name if its format is not
            supported; None if neither says.
        sidecar: The manifest store beside it; None for none.
        embedded: The manifest store in it; None for none.
        manifest_url: Where its XMP says that its manifest is; None for nowhere.
        unreadable: Why nobody could look into the file; None if somebody could.
    """

    media_type: str | None
    sidecar: bytes | None = field(default=None, repr=False)
    embedded: bytes | None = field(default=None, repr=False)
    manifest_url: str | None = None
    unreadable: AssetLayoutError | None = None


def credentials_of(path: Path) -> FileCredentials:
    """Find the credentials of a file.

    Args:
        path: The file; it is only read.

    Raises:
        AssetLayoutError: What is beside it as its sidecar (`photo.jpg.c2pa`) is none.
        OSError: A file cannot be read.
    """
    sidecar = _sidecar(path)
    with path.open("rb") as asset:
        found = credentials_in(asset)
    by_name = mimetypes.guess_type(path.name)[0] if found.unreadable else found.media_type
    return replace(found, media_type=by_name, sidecar=sidecar)


def credentials_in(asset: BinaryIO) -> FileCredentials:
    """Find the credentials that a file carries, or names in its XMP.

    Args:
        asset: The file, readable and seekable.

    Raises:
        OSError: The file cannot be read.
    """
    try:
        found = embedded_store(asset)
    except AssetLayoutError as unreadable:
        return FileCredentials(None, unreadable=unreadable)
    url = manifest_address(asset, found.media_type)
    return FileCredentials(found.media_type, None, found.manifest_store, url)


def _sidecar(path: Path) -> bytes | None:
    sidecar = path.with_name(path.name + ".c2pa")
    if not sidecar.is_file():
        return None
    with sidecar.open("rb") as content:
        store = content.read(_MOST_SIDECAR_BYTES + 1)
    if len(store) > _MOST_SIDECAR_BYTES or store[4:8] != b"jumb":
        raise AssetLayoutError(
            "SidecarDamaged", f"{sidecar} is not a manifest store; remove or rename it"
        )
    return store
