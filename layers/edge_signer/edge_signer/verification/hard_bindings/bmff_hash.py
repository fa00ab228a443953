"""The BMFF hash assertions `c2pa.hash.bmff.v2` and `.v3` (C2PA 2.2 §15.12.2, §18.6)."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from edge_signer.verification.findings import FindingLog
from edge_signer.verification.hard_bindings.asset_content import AssetContent, Part, complement
from edge_signer.verification.hard_bindings.bmff_boxes import (
    MAX_BOXES,
    BmffBox,
    BmffError,
    boxes_at,
    root_boxes,
)
from edge_signer.verification.hard_bindings.bmff_conditions import UnknownBoxError, meets
from edge_signer.verification.hard_bindings.data_hash import Binding

_MISMATCH, _MALFORMED = "assertion.bmffHash.mismatch", "assertion.bmffHash.malformed"
_MAX_EXCLUSIONS = 1_000
#: What every binding leaves out (§A.5.6), beside the boxes with the credentials.
_USUAL = {"/ftyp", "/mfra"}
_C2PA_DATA = [{"offset": 8, "value": bytes.fromhex("d8fec3d61b0e483c92975828877ec481")}]


def check_bmff_hash(binding: Binding, log: FindingLog) -> None:
    """Check that an asset has the hash of its binding.

    Raises:
        OSError: The asset's stream fails.
    """
    said, asset = binding.said, binding.asset
    algorithm = binding.allowed_algorithm(said, log)
    listed = said.get("exclusions")
    if not isinstance(listed, list) or not listed or not all(map(_is_sound, listed)):
        log.failure(_MALFORMED, binding.url)
        return
    if asset.stream is None:
        log.skip("Whether this is the signed file: its hash leaves out boxes of the file.")
        return
    digest = said.get("hash")
    has_trees = said.get("merkle") is not None
    if has_trees:
        log.skip("Whether the media data is as it was signed: it is hashed in a Merkle tree.")
    if not isinstance(digest, bytes):
        if not has_trees:
            log.failure(_MISMATCH, binding.url, "It has no hash.")
        return
    if not algorithm:
        return
    try:
        roots = root_boxes(asset)
        excluded, whole = _excluded(asset, roots, listed[:_MAX_EXCLUSIONS])
    except BmffError as broken:
        log.failure(_MISMATCH, binding.url, f"The file cannot be taken apart: {broken}.")
        return
    except UnknownBoxError as unknown:
        log.skip(f"Whether this is the signed file: the form of its {unknown} box is not known.")
        return
    marked = [one.begin for one in roots if one.begin not in whole]
    found = asset.digest(algorithm, _parts(marked, _merged(excluded), asset.size_bytes))
    if not hmac.compare_digest(found, digest):
        log.failure(_MISMATCH, binding.url)
    elif not has_trees:
        log.success("assertion.bmffHash.match", binding.url)
        _tell_additional(listed, binding.url, log)


def _is_sound(exclusion: Any) -> bool:
    """Tell whether an exclusion is well-formed: subsets in order, and none over another."""
    if not isinstance(exclusion, dict) or not isinstance(exclusion.get("xpath"), str):
        return False
    subsets = exclusion.get("subset")
    if subsets is None:
        return True
    end = 0
    for one in subsets if isinstance(subsets, list) else [None]:
        match one:
            case {"offset": int(offset), "length": int(length)} if offset >= end and length >= 0:
                end = offset + length
            case _:
                return False
    return True


def _excluded(
    asset: AssetContent, roots: Sequence[BmffBox], exclusions: Iterable[Mapping[Any, Any]]
) -> tuple[list[tuple[int, int]], set[int]]:
    """Return the ranges left out, and the first bytes of the boxes left out as a whole."""
    ranges: list[tuple[int, int]] = []
    whole: set[int] = set()
    for exclusion in exclusions:
        for box in boxes_at(asset, roots, exclusion["xpath"]):
            if not meets(asset, box, exclusion):
                continue
            subsets = exclusion.get("subset")
            if subsets is None:
                ranges.append((box.begin, box.end))
                whole.add(box.begin)
            for one in subsets or ():
                begin = box.begin + one["offset"]
                # A length of zero means the rest of the box.
                end = begin + one["length"] if one["length"] else box.end
                if begin < box.end:
                    ranges.append((begin, min(end, box.end)))
            if len(ranges) > MAX_BOXES:
                raise BmffError(f"its hash leaves out more than {MAX_BOXES:,} ranges")
    return ranges, whole


def _merged(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for begin, end in sorted(ranges):
        if merged and begin <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        else:
            merged.append((begin, end))
    return merged


def _parts(
    marked: Sequence[int], excluded: Sequence[tuple[int, int]], size_bytes: int
) -> Iterator[Part]:
    """Return what is hashed: before each root box that is not left out stands its offset."""
    edges = [*marked, size_bytes]
    at = 0
    if not marked or marked[0] > 0:
        yield from complement(excluded, 0, edges[0])
    for begin, end in zip(marked, edges[1:], strict=True):
        yield begin.to_bytes(8)
        while at < len(excluded) and excluded[at][1] <= begin:
            at += 1
        last = at
        while last < len(excluded) and excluded[last][0] < end:
            last += 1
        yield from complement(excluded[at:last], begin, end)


def _tell_additional(exclusions: Sequence[Mapping[Any, Any]], url: str, log: FindingLog) -> None:
    others = sorted(
        {
            one["xpath"][:60]
            for one in exclusions
            if one["xpath"] not in _USUAL
            and (one["xpath"] != "/uuid" or one.get("data") != _C2PA_DATA)
        }
    )
    if others:
        said = f"Boxes besides those of the credentials are not covered: {', '.join(others[:10])}."
        log.informational("assertion.bmffHash.additionalExclusionsPresent", url, said)
