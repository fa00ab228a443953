"""Boxes of a manifest that are not as engines write them, or whose content they cannot read."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

from edge_signer.verification.cbor_values import read_cbor
from edge_signer.verification.claims.manifest_reading import base_label
from edge_signer.verification.store_reader import Box

_EMBEDDED_FILE = "40cb0c32bb8a489da70b2ad6f47f4369"
# What the boxes of assertions hold, by their kind.
_CONTENTS = {"cbor": ["cbor"], "json": ["json"], _EMBEDDED_FILE: ["bfdb", "bidb"]}
# The parts of a manifest: assertions, claim, signature, data boxes, credentials of actors.
_STORES, _CBOR_PARTS = {"c2as", "c2db", "c2vc"}, {"c2cl", "c2cs"}
# What c2pa-rs reads in a claim; it reads no claim with other fields.
_CLAIM_FIELDS = {
    *("alg", "alg_soft", "claim_generator_info", "dc:title", "instanceID", "metadata"),
    *("redacted_assertions", "signature"),
}
_CLAIM_FIELDS_V2 = {*_CLAIM_FIELDS, "created_assertions", "gathered_assertions"}
_TEXTS_V1 = {"claim_generator", "dc:format", "instanceID", "signature"}
_CLAIM_FIELDS_V1 = {*_CLAIM_FIELDS, *_TEXTS_V1, "claim_generator_hints", "assertions"}
_GENERATOR_TEXTS = {"name", "version", "operating_system"}


def parts_of(manifest: Box, kind: str) -> list[Box]:
    """Return the boxes of a manifest of one kind."""
    return [one for one in manifest.children if one.kind == kind]


def unread_boxes(manifest: Box) -> Iterator[Box]:
    """Yield the boxes of a manifest that engines do not read, or would not write.

    c2pa-rs hashes a manifest as it would write it, and so without what it does not know.
    """
    if manifest.contents or manifest.faults:
        yield manifest
    for part in manifest.children:
        if part.kind in _CBOR_PARTS:
            if not _holds(part, ["cbor"]):
                yield part
        elif part.kind not in _STORES or part.contents or part.faults:
            yield part
        else:
            yield from (one for one in part.children if not _is_sound(one))


def _is_sound(box: Box) -> bool:
    expected = _CONTENTS.get(box.kind)
    if expected is None:
        return not box.faults
    return _holds(box, expected) and (box.kind != _EMBEDDED_FILE or _describes_file(box))


def _holds(box: Box, contents: list[str]) -> bool:
    """Tell whether a box has these contents, and nothing but a salt after its label (§8.4.2.4)."""
    # After header, UUID and toggles stands the label.
    _, _, private = box.description[8 + 17 :].partition(b"\0")
    return (
        not (box.faults or box.children)
        and [kind for kind, _ in box.contents] == contents
        and (not private or private[4:8] == b"c2sh")
    )


def _describes_file(box: Box) -> bool:
    """Tell whether a media type, and a name if the toggles say so, end where they should."""
    description = box.content("bfdb")
    named = description[:1] == b"\x01"
    return (
        description[:1] in {b"\0", b"\x01"}
        and description.endswith(b"\0")
        and description[1:].count(b"\0") == 1 + named
        and description.isascii()
    )


def unread_contents(manifest: Box) -> Iterator[Box]:
    """Yield the claims and assertions whose content engines cannot read.

    Nobody signs such a thing, so that only manifests that were changed have to be asked.
    """
    yield from (one for one in parts_of(manifest, "c2cl") if not _is_claim(one))
    for store in parts_of(manifest, "c2as"):
        yield from (one for one in store.children if _is_foreign(one))


def _is_claim(box: Box) -> bool:
    claim = read_cbor(box.content("cbor")).value
    if not isinstance(claim, dict):
        return False
    if "created_assertions" not in claim:
        return claim.keys() <= _CLAIM_FIELDS_V1 and all(
            isinstance(claim.get(name), str) for name in _TEXTS_V1
        )
    generator = claim.get("claim_generator_info")
    return (
        claim.keys() <= _CLAIM_FIELDS_V2
        and isinstance(generator, dict)
        and all(isinstance(generator.get(name, ""), str) for name in _GENERATOR_TEXTS)
    )


def _is_foreign(box: Box) -> bool:
    if box.kind in _CONTENTS and base_label(box.label).endswith(".metadata"):
        is_json = box.kind == "json"
        content = _json(box.content("json")) if is_json else read_cbor(box.content("cbor")).value
        context = content.get("@context") if isinstance(content, dict) else None
        names_only = isinstance(context, dict) and all(
            isinstance(name, str) for name in context.values()
        )
        return not (names_only and _is_plain(content))
    return box.kind not in _CONTENTS


def _json(text: bytes) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_unique)
    except (ValueError, RecursionError):
        return None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError
    return found


def _is_plain(value: Any) -> bool:
    """Tell whether a value can be written as JSON, whose numbers and texts all readers hold."""
    match value:
        case dict():
            return all(isinstance(one, str) for one in value) and all(
                map(_is_plain, (*value, *value.values()))
            )
        case list():
            return all(map(_is_plain, value))
        case str():
            # Half of a surrogate pair is left out.
            return value.encode(errors="ignore").decode() == value
        case bool() | None:
            return True
        case int():
            return -(2**63) <= value < 2**63
    return isinstance(value, float) and math.isfinite(value)
