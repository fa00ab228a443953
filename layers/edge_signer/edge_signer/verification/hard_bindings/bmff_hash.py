"""The BMFF hash assertions `c2pa.hash.bmff.v2` and `.v3` (C2PA 2.2 §15.12.2, §18.6)."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from edge_signer.verification.findings import FindingLog
from edge_signer.verification.hard_bindings.asset_content import AssetContent, Part, complement
from edge_signer.verification.hard_bindings.bmff_boxes import (
    BeyondLimitsError,
    BmffBox,
    BmffError,
    BoxTree,
)
from edge_signer.verification.hard_bindings.bmff_conditions import (
    C2PA_UUID,
    UnknownBoxError,
    meets,
)
from edge_signer.verification.hard_bindings.bmff_store import held_store
from edge_signer.verification.hard_bindings.data_hash import Binding

_MISMATCH, _MALFORMED = "assertion.bmffHash.mismatch", "assertion.bmffHash.malformed"
# What is left out, and what is compared to decide on it.
_MAX_STEPS = 500_000
#: What every binding leaves out (§A.5.6), beside the boxes with the credentials.
_USUAL = {"/ftyp", "/mfra"}
_C2PA_DATA = [{"offset": 8, "value": C2PA_UUID}]


def check_bmff_hash(binding: Binding, log: FindingLog) -> None:
    """Check that an asset has the hash of its binding.

    Raises:
        OSError: The asset's stream fails.
    """
    said = binding.said
    algorithm = binding.allowed_algorithm(said, log)
    listed = said.get("exclusions")
    has_trees = said.get("merkle") is not None
    if not isinstance(listed, list) or not listed or not all(map(_is_sound, listed)):
        log.failure(_MALFORMED, binding.url)
    elif binding.asset.stream is None:
        _compare_digest(binding, listed, algorithm, log)
    elif not isinstance(said.get("hash"), bytes) and not has_trees:
        log.failure(_MISMATCH, binding.url, "It has no hash.")
    elif algorithm:
        if has_trees:
            log.skip("Whether the media data is as it was signed: it is hashed in a Merkle tree.")
        if isinstance(said.get("hash"), bytes):
            _compare(binding, listed, algorithm, log)


def _compare_digest(
    binding: Binding, exclusions: Sequence[Mapping[Any, Any]], algorithm: str, log: FindingLog
) -> None:
    """Compare a digest that was made as §18.6 says, without the boxes of `_USUAL` and the store."""
    asset, said = binding.asset, binding.said
    is_usual = all(map(_is_usual, exclusions)) and len(exclusions) == len(_USUAL) + 1
    has_digest = asset.sha256 is not None and asset.store_range is not None
    if not has_digest or not is_usual or algorithm != "sha256" or said.get("merkle") is not None:
        log.skip("Whether this is the signed file: its hash leaves out boxes of the file.")
    elif hmac.compare_digest(asset.sha256 or b"", said.get("hash") or b""):
        log.success("assertion.bmffHash.match", binding.url)
    else:
        log.failure(_MISMATCH, binding.url)


def _is_usual(exclusion: Mapping[Any, Any]) -> bool:
    """Tell whether an exclusion is one that every file with credentials needs, and no more."""
    told = {name: value for name, value in exclusion.items() if value is not None}
    if told.get("xpath") == "/uuid":
        return told == {"xpath": "/uuid", "data": _C2PA_DATA}
    return told.keys() == {"xpath"} and told["xpath"] in _USUAL


def _compare(
    binding: Binding, exclusions: Sequence[Mapping[Any, Any]], algorithm: str, log: FindingLog
) -> None:
    asset, url = binding.asset, binding.url
    try:
        boxes = BoxTree(asset)
        excluded, whole = _excluded(asset, boxes, exclusions)
    except BmffError as broken:
        log.failure(_MISMATCH, url, f"The file cannot be taken apart: {broken}.")
        return
    except UnknownBoxError as unknown:
        log.skip(f"Whether this is the signed file: the form of its {unknown} box is not known.")
        return
    except BeyondLimitsError:
        log.skip("Whether this is the signed file: its hash leaves out more boxes than are read.")
        return
    if asset.is_embedded and not _holds_store(binding, boxes.roots, log):
        log.failure(_MISMATCH, url, "The file has no box with the credentials.")
        return
    marked = [one.begin for one in boxes.roots if one.begin not in whole]
    found = asset.digest(algorithm, _parts(marked, _merged(excluded), asset.size_bytes))
    if not hmac.compare_digest(found, binding.said["hash"]):
        log.failure(_MISMATCH, url)
    elif binding.said.get("merkle") is None:
        log.success("assertion.bmffHash.match", url)
        _tell_additional(exclusions, url, log)


def _is_sound(exclusion: Any) -> bool:
    """Tell whether an exclusion is well-formed; its subsets are in order, and none over another."""
    if not isinstance(exclusion, dict) or not isinstance(exclusion.get("xpath"), str):
        return False
    subsets, data = exclusion.get("subset"), exclusion.get("data")
    if data is not None and not isinstance(data, list):
        return False
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
    asset: AssetContent, boxes: BoxTree, exclusions: Iterable[Mapping[Any, Any]]
) -> tuple[list[tuple[int, int]], set[int]]:
    """Return the ranges left out, and the first bytes of the boxes left out as a whole."""
    ranges: list[tuple[int, int]] = []
    whole: set[int] = set()
    steps = 0
    for exclusion in exclusions:
        subsets = exclusion.get("subset")
        for box in boxes.at(exclusion["xpath"]):
            steps += 1 + len(exclusion.get("data") or ()) + len(subsets or ())
            if steps > _MAX_STEPS:
                raise BeyondLimitsError
            if not meets(asset, box, exclusion):
                continue
            if subsets is None:
                ranges.append((box.begin, box.end))
                whole.add(box.begin)
            for one in subsets or ():
                begin = box.begin + one["offset"]
                # A length of zero means the rest of the box.
                end = begin + one["length"] if one["length"] else box.end
                if begin < box.end:
                    ranges.append((begin, min(end, box.end)))
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


def _holds_store(binding: Binding, roots: Sequence[BmffBox], log: FindingLog) -> bool:
    """Tell whether the file has the credentials where such files have them."""
    held = held_store(binding.asset, roots)
    if held is None:
        return False
    if not held.is_alone or held.store.rstrip(b"\0") != binding.store.rstrip(b"\0"):
        log.skip("Whether the box that the hash leaves out has the manifest store alone.")
    return True


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
