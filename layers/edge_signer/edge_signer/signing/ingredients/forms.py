"""The forms of manifests that all engines read alike.

A stranger may sign anything, and no signature covers the headers of the boxes around assertions.
What is refused here is sound or harmless to one engine, and makes another refuse the whole store:
c2pa-rs hashes boxes as it would write them, and knows fewer forms of JSON and CBOR.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from edge_signer.signing.manifest.cbor_reader import COSE_SIGN1_TAG
from edge_signer.verification.cbor_values import read_cbor
from edge_signer.verification.claims.assertion_checks import ACTIONS
from edge_signer.verification.claims.manifest_reading import base_label
from edge_signer.verification.store_reader import Box
from edge_signer.verification.validation import ManifestValidation

#: The kind of boxes that hold a file, such as a thumbnail.
EMBEDDED_FILE = "40cb0c32bb8a489da70b2ad6f47f4369"
# What the boxes of assertions hold, by their kind.
_CONTENTS = {
    "cbor": ["cbor"],
    "json": ["json"],
    "uuid": ["uuid"],
    EMBEDDED_FILE: ["bfdb", "bidb"],
}
# The parts of a manifest, and what each holds besides superboxes.
_PARTS: Mapping[str, list[str]] = {"c2as": [], "c2cl": ["cbor"], "c2cs": ["cbor"]}
_DATA_BOXES, _CREDENTIALS = "c2db", "c2vc"
# Bytes of a description's header, UUID and toggles; then comes the label.
_BEFORE_LABEL_BYTES = 8 + 16 + 1
# What the toggles say if a description has a label, and perhaps private content.
_LABELLED, _PRIVATE = 0x03, 0x10
# c2pa-rs aborts on a label beyond ASCII.
_LABEL = re.compile(r"(?!.*__0)[!-.0-~]+")
_UNKNOWN_VERSION = re.compile(r"c2pa\.(ingredient\.v(?![23](__|$))|actions\.v(?!2(__|$)))")
# Toggles without a file name, and the media type, which a zero ends (ISO 19566-5 B.4).
_FILE_DESCRIPTION = re.compile(rb"\0[!-~]+\0")
# serde_json reads up to 127 levels.
_MAX_JSON_LEVELS = 100
_ACTIONS_FIELDS: Mapping[str, type | tuple[type, ...]] = {
    **{"actions": list, "templates": list, "softwareAgents": list, "metadata": dict},
}
_ACTION_FIELDS: Mapping[str, type | tuple[type, ...]] = {
    **{"when": str, "reason": str, "digitalSourceType": str, "description": str},
    **{"parameters": dict, "softwareAgent": (str, dict), "changes": list, "related": list},
}


def parts_of(manifest: Box, kind: str) -> list[Box]:
    """Return the boxes of a manifest of one kind."""
    return [one for one in manifest.children if one.kind == kind]


def odd_boxes(found: ManifestValidation) -> Iterator[str]:
    """Yield the labels of the boxes of a manifest that not all engines read alike."""
    manifest = found.box
    kinds = [one.kind for one in manifest.children]
    # Claims of version 1 may have a store of W3C credentials.
    is_early = any(one.label == "c2pa.claim" for one in manifest.children)
    optional = {_DATA_BOXES, _CREDENTIALS} if is_early else {_DATA_BOXES}
    parts = [one for one in kinds if one not in optional]
    has_parts = sorted(parts) == sorted(_PARTS) and len(set(kinds)) == len(kinds)
    if not (has_parts and _is_plain(manifest, [])):
        yield manifest.label
    for part in manifest.children:
        is_plain = _is_plain(part, _PARTS.get(part.kind, []))
        has_its_label = _has_its_label(part, found.claim_version)
        if not (is_plain and has_its_label) or (part.contents and part.children):
            yield part.label
        for one in part.children:
            if not _is_plain_assertion(one):
                yield one.label


def _is_plain(box: Box, contents: list[str]) -> bool:
    """Tell whether a box holds what it should, and is described by its label alone."""
    return [kind for kind, _ in box.contents] == contents and _is_described(box)


def _has_its_label(part: Box, claim_version: int) -> bool:
    """Tell whether a claim has the label of its version, and a signature its own and its form."""
    if part.kind == "c2cs":
        # Nothing protects what stands around the signature: a time-stamp, and padding.
        return part.label == "c2pa.signature" and _is_signature(part)
    label = "c2pa.claim.v2" if claim_version == 2 else "c2pa.claim"
    return part.kind != "c2cl" or part.label == label


def _is_signature(box: Box) -> bool:
    match clear_cbor(box.content("cbor"), COSE_SIGN1_TAG):
        case [bytes(protected), dict(unprotected), None | bytes(), bytes()]:
            return _is_header(unprotected) and _is_header(clear_cbor(protected))
    return False


def _is_header(value: Any) -> bool:
    """Tell whether it is a map with labels of COSE (RFC 9052 §1.4)."""
    return isinstance(value, dict) and all(isinstance(label, int | str) for label in value)


def clear_cbor(encoded: bytes, *tags: int) -> Any:
    """Return a value with these tags and no others; None if it cannot be read."""
    read = read_cbor(encoded)
    is_clear = read.is_well_formed and not read.repeated_keys
    return read.value if is_clear and read.tags == [*tags] else None


def _is_plain_assertion(box: Box) -> bool:
    if box.children or _CONTENTS.get(box.kind) != [kind for kind, _ in box.contents]:
        return False
    if not _is_described(box, may_have_salt=True) or _UNKNOWN_VERSION.match(box.label):
        return False
    if box.kind == "json":
        return _is_common_json(box.content("json"))
    if box.kind == EMBEDDED_FILE:
        return _FILE_DESCRIPTION.fullmatch(box.content("bfdb")) is not None
    if box.label.startswith("c2pa.thumbnail"):
        return False
    return base_label(box.label) not in ACTIONS or _are_actions(box.content("cbor"))


def _is_described(box: Box, *, may_have_salt: bool = False) -> bool:
    described = box.description
    # A description whose own length has eight bytes seems to be shorter than its toggles.
    toggles = int.from_bytes(described[_BEFORE_LABEL_BYTES - 1 : _BEFORE_LABEL_BYTES])
    label = box.label.encode() + b"\0"
    private = described[_BEFORE_LABEL_BYTES + len(label) :]
    # Nothing but a salt may follow the label (C2PA 2.2 §8.4.2.4).
    is_salted = may_have_salt and toggles == _LABELLED | _PRIVATE and private[4:8] == b"c2sh"
    return (
        not box.faults
        and (is_salted or (toggles == _LABELLED and not private))
        and _LABEL.fullmatch(box.label) is not None
        and _has_short_headers(box, len(described))
    )


def _has_short_headers(box: Box, described_bytes: int) -> bool:
    """Tell whether all lengths in a box have four bytes, and nothing is left over at its end."""
    inside = [len(content) for _, content in box.contents]
    inside += [len(one.payload) for one in box.children]
    return described_bytes + sum(inside) + 8 * len(inside) == len(box.payload)


def _is_common_json(encoded: bytes) -> bool:
    try:
        value = json.loads(
            encoded.decode(), parse_constant=_refuse, parse_float=_finite, parse_int=_finite
        )
        # Halves of surrogate pairs cannot be encoded.
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return False
    return _has_few_levels(value)


def _refuse(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("a number out of range")
    return number


def _has_few_levels(value: Any) -> bool:
    level = [value]
    for _ in range(_MAX_JSON_LEVELS):
        level = [
            inner
            for one in level
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
        if not level:
            return True
    return False


def _are_actions(encoded: bytes) -> bool:
    """Tell whether the fields of actions have the types that the standard gives them."""
    content = read_cbor(encoded).value
    if not isinstance(content, dict) or not _has_types(content, _ACTIONS_FIELDS):
        return False
    return all(
        isinstance(one, dict) and _has_types(one, _ACTION_FIELDS)
        for one in (*content.get("actions", ()), *content.get("templates", ()))
    )


def _has_types(said: Mapping[Any, Any], types: Mapping[str, type | tuple[type, ...]]) -> bool:
    return all(isinstance(said[name], types[name]) for name in types.keys() & said.keys())
