"""The conditions on boxes in the exclusions of a BMFF hash (C2PA 2.2 §18.6.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from edge_signer.verification.hard_bindings.asset_content import AssetContent
from edge_signer.verification.hard_bindings.bmff_boxes import CONTAINERS, BmffBox

# Boxes with a version and flags (ISO 14496-12). Whether others have them is not known here.
_FULL = frozenset(
    [
        "mvhd",
        "tkhd",
        "mdhd",
        "hdlr",
        "nmhd",
        "elng",
        "stsd",
        "stdp",
        "stts",
        "ctts",
        "cslg",
        "stss",
        "stsh",
        "elst",
        "dref",
        "stsz",
        "stz2",
        "stsc",
        "stco",
        "co64",
        "padb",
        "subs",
        "saiz",
        "saio",
        "mehd",
        "trex",
        "mfhd",
        "tfhd",
        "trun",
        "tfra",
        "mfro",
        "tfdt",
        "leva",
        "trep",
        "sbgp",
        "sgpd",
        "csgp",
        "cprt",
        "tsel",
        "kind",
        "meta",
        "pdin",
        "iloc",
        "pitm",
        "ipro",
        "infe",
        "iinf",
        "iref",
        "ipma",
        "schm",
        "sidx",
        "ssix",
        "prft",
        "vmhd",
        "smhd",
        "hmhd",
        "sthd",
        "emsg",
        "pssh",
    ]
)
_NOT_FULL = CONTAINERS - {"meta"} | frozenset(
    ["ftyp", "styp", "mdat", "free", "skip", "wide", "idat", "imda", "pnot"]
)
C2PA_UUID = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")


class UnknownBoxError(Exception):
    """An exclusion cannot be decided, since the form of the box is not known here."""


def meets(asset: AssetContent, box: BmffBox, exclusion: Mapping[Any, Any]) -> bool:
    """Tell whether a box meets the conditions of an exclusion besides its path.

    Raises:
        UnknownBoxError: It depends on a version or flags, and whether the box has them is unknown.
        OSError: The stream fails.
    """
    length = exclusion.get("length")
    if length is not None and length != box.end - box.begin:
        return False
    if not all(_has_data(asset, box, one) for one in exclusion.get("data") or ()):
        return False
    version, flags = exclusion.get("version"), exclusion.get("flags")
    if version is None and flags is None:
        return True
    head = _version_and_flags(asset, box)
    if head is None or (version is not None and head[0] != version):
        return False
    return flags is None or _has_flags(head[1:], flags, exclusion.get("exact") is not False)


def _has_data(asset: AssetContent, box: BmffBox, said: Any) -> bool:
    match said:
        case {"offset": int(offset), "value": bytes(value)} if offset >= 0:
            # A pattern never reaches beyond its box.
            wanted = min(len(value), box.end - box.begin - offset)
            return asset.read(box.begin + offset, wanted) == value
    return False


def _has_flags(own: bytes, wanted: Any, is_exact: bool) -> bool:
    if not isinstance(wanted, bytes) or len(wanted) != 3:
        return False
    bits = int.from_bytes(wanted)
    return own == wanted if is_exact else int.from_bytes(own) & bits == bits


def _version_and_flags(asset: AssetContent, box: BmffBox) -> bytes | None:
    """Return the four bytes of a box's version and flags; None if it has none."""
    at = box.begin + box.header
    if box.kind == "uuid":
        return asset.read(at + 16, 4) if asset.read(at, 16) == C2PA_UUID else None
    if box.kind in _FULL:
        return asset.read(at, 4)
    if box.kind in _NOT_FULL:
        return None
    raise UnknownBoxError(box.kind)
