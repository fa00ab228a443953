"""Checks that a signed file is the one that its manifest is bound to (C2PA 2.2 §18.5, §18.6)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from typing import Any

from edge_signer.signing.manifest.cbor_reader import read_cbor
from edge_signer.signing.manifest.manifest_reader import active_alone, read_manifest

_DATA_HASH, _BMFF_HASH = "c2pa.hash.data", "c2pa.hash.bmff.v3"
_STORE_UUID = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
_NOT_HASHED = (b"ftyp", b"mfra")


class HardBindingError(Exception):
    """The file is not the one that the manifest is bound to."""


def require_bound(signed: bytes, manifest_store: bytes) -> None:
    """Hash a signed file as verifiers do, and compare with its manifest.

    This reads what was written, without the plan by which it was written.

    Args:
        signed: The file with the store inside.
        manifest_store: The store, as this signer makes it.

    Raises:
        HardBindingError: The manifest is bound to something else.
        ManifestError, CborError, JumbfError: It is no store of this signer.
    """
    boxes = {box.label: box for box in read_manifest(active_alone(manifest_store)).assertions}
    digest = hashlib.sha256()
    if _BMFF_HASH in boxes:
        binding = read_cbor(boxes[_BMFF_HASH].only_content("cbor"))
        for part in _hashed_boxes(memoryview(signed)):
            digest.update(part)
    else:
        binding = read_cbor(boxes[_DATA_HASH].only_content("cbor"))
        [excluded] = binding["exclusions"]
        start, end = excluded["start"], excluded["start"] + excluded["length"]
        if end > len(signed):
            raise HardBindingError("the excluded range is not inside the file")
        digest.update(memoryview(signed)[:start])
        digest.update(memoryview(signed)[end:])
    if not hmac.compare_digest(binding["hash"], digest.digest()):
        raise HardBindingError("the signed file has another digest than its manifest says")


def _hashed_boxes(file: memoryview) -> Iterator[Any]:
    """Yield each root box that is not excluded, after its offset."""
    at = 0
    while at < len(file):
        size, kind = int.from_bytes(file[at : at + 4]), bytes(file[at + 4 : at + 8])
        if size == 1:
            size = int.from_bytes(file[at + 8 : at + 16])
        end = at + size if size else len(file)
        if not at + 8 <= end <= len(file):
            raise HardBindingError("a root box does not end where its length says")
        is_store = kind == b"uuid" and file[at + 8 : at + 24] == _STORE_UUID
        if kind not in _NOT_HASHED and not is_store:
            yield at.to_bytes(8)
            yield file[at:end]
        at = end
