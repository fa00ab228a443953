"""The manifest store in an ISO base media file, in one box or in two (C2PA 2.2 §A.5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from edge_signer.verification.hard_bindings.asset_content import AssetContent
from edge_signer.verification.hard_bindings.bmff_boxes import BmffBox
from edge_signer.verification.hard_bindings.bmff_conditions import C2PA_UUID
from edge_signer.verification.store_reader import MAX_STORE_BYTES

#: What a box with a store is for; the two last are together.
PURPOSES = (b"manifest", b"original", b"update")
_HEAD_BYTES = 8
_UUID_BYTES, _VERSION_BYTES, _MERKLE_OFFSET_BYTES = 16, 4, 8


@dataclass(frozen=True)
class HeldStore:
    """The store in a file.

    Attributes:
        store: The store; if it was updated, with the updates.
        is_alone: Whether nothing but zeros is with it in its box.
    """

    store: bytes
    is_alone: bool


def held_store(asset: AssetContent, roots: Sequence[BmffBox]) -> HeldStore | None:
    """Return the store in the boxes for it; None if there is none.

    Raises:
        OSError: The stream fails.
    """
    found: dict[bytes, bytes] = {}
    is_alone = True
    for box in roots:
        begin = box.begin + box.header
        if box.kind != "uuid" or asset.read(begin, _UUID_BYTES) != C2PA_UUID:
            continue
        begin += _UUID_BYTES + _VERSION_BYTES
        purpose, terminator, _ = asset.read(begin, max(map(len, PURPOSES)) + 1).partition(b"\0")
        if not terminator or purpose not in PURPOSES or purpose in found:
            continue
        begin += len(purpose) + 1 + _MERKLE_OFFSET_BYTES
        head = asset.read(begin, _HEAD_BYTES)
        length = int.from_bytes(head[:4])
        if head[4:] == b"jumb" and length <= min(MAX_STORE_BYTES, box.end - begin):
            found[purpose] = asset.read(begin, length)
            is_alone = is_alone and asset.is_blank(begin + length, box.end)
    store = store_of(found)
    return HeldStore(store, is_alone) if store else None


def store_of(stores: Mapping[bytes, bytes]) -> bytes:
    """Return the one store that the boxes of a file make up (§A.5.3); empty if there is none.

    Args:
        stores: What the boxes hold, by their purpose.
    """
    original, update = stores.get(b"original", b""), stores.get(b"update", b"")
    if not original or not update:
        return stores.get(b"manifest", b"") or original
    # Of the update's box, what is behind its description is added to the original's.
    description_bytes = int.from_bytes(update[_HEAD_BYTES : _HEAD_BYTES + 4])
    content = original[_HEAD_BYTES:] + update[_HEAD_BYTES + description_bytes :]
    return (_HEAD_BYTES + len(content)).to_bytes(4) + b"jumb" + content
