"""The general box hash assertion `c2pa.hash.boxes`, for JPEG and PNG (C2PA 2.2 §15.12.3, §18.7)."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from edge_signer.verification.findings import FindingLog
from edge_signer.verification.hard_bindings.asset_content import PIECE_BYTES, AssetContent
from edge_signer.verification.hard_bindings.data_hash import Binding
from edge_signer.verification.hard_bindings.embedded_span import embedded_span

_MISMATCH, _MALFORMED = "assertion.boxesHash.mismatch", "assertion.boxesHash.malformed"
_UNKNOWN = "assertion.boxesHash.unknownBox"
_ADDITIONAL = "assertion.boxesHash.additionalExclusionsPresent"
_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8"
#: How files begin, by the name of their first box.
_FIRST = {"PNGh": _PNG, "IHDR": _PNG, "SOI": _JPEG}
_CREDENTIALS, _AFTER = "C2PA", "c2pa.after"
_MAX_BOXES = 100_000
_MARKERS = {
    **{0xE0 + number: f"APP{number}" for number in range(16)},
    **{0xF0 + number: f"JPG{number}" for number in range(14)},
    **{0xC0 + number: f"SOF{number}" for number in (0, 1, 2)},
    **{0xC4: "DHT", 0xDB: "DQT", 0xDD: "DRI", 0xDA: "SOS", 0xFE: "COM"},
}
_MARKER = re.compile(rb"\xff[^\x00]", re.DOTALL)
_APP11, _SOI, _EOI, _SOS = 0xEB, 0xD8, 0xD9, 0xDA
#: Of a segment with a box: marker, length, "JP", instance, sequence number; the box's own head.
_SEGMENT_HEAD_BYTES = 20


class _NotCheckedError(Exception):
    """The file has something whose name or extent is not known here."""


@dataclass(frozen=True)
class _Part:
    """A box of the file, from its first byte to the first byte after it."""

    name: str
    begin: int
    end: int


def check_box_hash(binding: Binding, log: FindingLog) -> None:
    """Check that an asset has the boxes of its binding, and each its hash.

    Raises:
        OSError: The asset's stream fails.
    """
    boxes = binding.said.get("boxes")
    if not isinstance(boxes, list) or not boxes or not all(map(_is_sound, boxes)):
        log.failure(_MALFORMED, binding.url)
        return
    if binding.asset.stream is None:
        log.skip("Whether this is the signed file: its boxes are hashed one by one.")
        return
    begins = _FIRST.get(boxes[0]["names"][0])
    if begins is not None and not binding.asset.read(0, 8).startswith(begins):
        log.failure(_MISMATCH, binding.url, "The file is of another format.")
        return
    try:
        parts = _parts(binding.asset)
    except _NotCheckedError as unknown:
        log.skip(f"Whether this is the signed file: {unknown}.")
        return
    _compare(binding, boxes, parts, log)


def _is_sound(said: Any) -> bool:
    match said:
        case {"names": [str(), *_] as names, "hash": bytes()}:
            return all(isinstance(one, str) for one in names)
    return False


def _compare(
    binding: Binding, boxes: Sequence[Mapping[Any, Any]], parts: Sequence[_Part], log: FindingLog
) -> None:
    at = 0
    if parts[0].name == "PNGh" and boxes[0]["names"][0] != "PNGh":
        at = 1
    for said in boxes:
        found = parts[at : at + len(said["names"])]
        if said["names"] == [_AFTER]:
            found = [_Part(_AFTER, parts[-1].end, binding.asset.size_bytes)]
        is_store = said["names"] == [_CREDENTIALS]
        if is_store and not binding.asset.is_embedded and not any(map(_is_store, found)):
            continue  # The binding has a place for them, but the credentials are beside the file.
        if [one.name for one in found] != said["names"]:
            log.failure(
                _UNKNOWN, binding.url, f"Instead of {said['names'][0][:40]} is another box."
            )
            return
        at += len(found)
        if is_store or said.get("excluded") is True:
            continue
        algorithm = binding.allowed_algorithm({**binding.said, **said}, log)
        if not algorithm:
            return
        digest = binding.asset.digest(algorithm, [(found[0].begin, found[-1].end)])
        if not hmac.compare_digest(digest, said["hash"]):
            log.failure(_MISMATCH, binding.url, f"At the box {said['names'][0][:40]}.")
            return
    if at < len(parts) and boxes[-1]["names"] != [_AFTER]:
        log.failure(_UNKNOWN, binding.url, f"The box {parts[at].name} was not signed.")
        return
    log.success("assertion.boxesHash.match", binding.url)
    after = binding.asset.size_bytes - parts[-1].end
    if after and boxes[-1]["names"] != [_AFTER]:
        reason = f"{after} bytes after the end of the file's format are not covered."
        log.informational(_ADDITIONAL, binding.url, reason)
    if any(one.get("excluded") is True and one["names"] != [_CREDENTIALS] for one in boxes):
        log.informational(_ADDITIONAL, binding.url, "Some boxes are not covered.")


def _is_store(part: _Part) -> bool:
    return part.name == _CREDENTIALS


def _parts(asset: AssetContent) -> list[_Part]:
    head = asset.read(0, 8)
    if head == _PNG:
        return _of_png(asset)
    if head.startswith(_JPEG):
        return _of_jpeg(asset)
    raise _NotCheckedError("boxes of this format are not known here")


def _of_png(asset: AssetContent) -> list[_Part]:
    found = [_Part("PNGh", 0, 8)]
    at = 8
    while at + 12 <= asset.size_bytes and len(found) <= _MAX_BOXES:
        head = asset.read(at, 8)
        end = at + 12 + int.from_bytes(head[:4])
        name = head[4:8].decode("latin-1")
        found.append(_Part(_CREDENTIALS if name == "caBX" else name, at, end))
        at = end
        if name == "IEND":
            break
    if len(found) > _MAX_BOXES or at > asset.size_bytes:
        raise _NotCheckedError("its chunks cannot be told apart")
    return found


def _of_jpeg(asset: AssetContent) -> list[_Part]:
    found: list[_Part] = []
    # Boxes in APP11 that are no store. A store's segments are joined from its first one only:
    # joining them again from each of the others would read a file as often as it has segments.
    others: set[bytes] = set()
    at = 0
    while at < asset.size_bytes and len(found) <= _MAX_BOXES:
        head = asset.read(at, _SEGMENT_HEAD_BYTES)
        if len(head) < 2 or head[0] != 0xFF:
            break
        marker, end = head[1], at + 2
        name = {_SOI: "SOI", _EOI: "EOI"}.get(marker) or _MARKERS.get(marker, "")
        if not name:
            raise _NotCheckedError(f"the marker {marker:02X} has no name here")
        if marker not in (_SOI, _EOI):
            end += int.from_bytes(head[2:4])
        if marker == _APP11 and (one := _form_and_box(head)) not in others:
            span = embedded_span(asset, at)
            if span is None:
                others.add(one)
            else:
                name, end = _CREDENTIALS, at + span.length
        if marker == _SOS:
            end = _end_of_scan(asset, end)
        found.append(_Part(name, at, end))
        at = end
        if marker == _EOI:
            break
    if not found or len(found) > _MAX_BOXES or at > asset.size_bytes:
        raise _NotCheckedError("its segments cannot be told apart")
    return found


def _form_and_box(head: bytes) -> bytes:
    """Return what the segments of one box of JPEG XT have in common: "JP", instance and type."""
    return head[4:8] + head[16:20]


def _end_of_scan(asset: AssetContent, begin: int) -> int:
    """Return where the entropy-coded data ends: at the next marker that is not FF00."""
    at = begin
    while window := asset.read(at, PIECE_BYTES):
        marker = _MARKER.search(window)
        if marker and 0xD0 <= marker[0][1] <= 0xD7:
            raise _NotCheckedError("it has restart markers")
        if marker:
            return at + marker.start()
        # A marker may begin with the last byte.
        at += max(len(window) - 1, 1)
    return asset.size_bytes
