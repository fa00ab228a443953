"""Claims and assertions whose content other engines cannot read."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

from edge_signer.platform.strict_json import object_without_repeats
from edge_signer.signing.ingredients.forms import EMBEDDED_FILE, clear_cbor, parts_of
from edge_signer.verification.claims.manifest_reading import base_label
from edge_signer.verification.store_reader import Box

# The kinds of assertions that engines read.
_READ = {"cbor", "json", EMBEDDED_FILE}
# What c2pa-rs reads in a claim; it reads no claim with other fields.
_CLAIM_FIELDS = {
    *("alg", "alg_soft", "claim_generator_info", "dc:title", "instanceID", "metadata"),
    *("redacted_assertions", "signature"),
}
_CLAIM_FIELDS_V2 = {*_CLAIM_FIELDS, "created_assertions", "gathered_assertions"}
_TEXTS_V1 = {"claim_generator", "dc:format", "instanceID", "signature"}
_CLAIM_FIELDS_V1 = {*_CLAIM_FIELDS, *_TEXTS_V1, "claim_generator_hints", "assertions"}
_GENERATOR_TEXTS = {"name", "version", "operating_system"}


def unread_contents(manifest: Box) -> Iterator[Box]:
    """Yield the claims and assertions whose content engines cannot read.

    Nobody signs such a thing, so that only manifests that were changed since have to be asked.
    """
    yield from (one for one in parts_of(manifest, "c2cl") if not _is_claim(one))
    for store in parts_of(manifest, "c2as"):
        yield from (one for one in store.children if _is_foreign(one))


def _is_claim(box: Box) -> bool:
    claim = clear_cbor(box.content("cbor"))
    if not isinstance(claim, dict):
        return False
    if "created_assertions" not in claim:
        return claim.keys() <= _CLAIM_FIELDS_V1 and all(
            isinstance(claim.get(name), str) for name in _TEXTS_V1
        )
    return claim.keys() <= _CLAIM_FIELDS_V2 and _is_generator(claim.get("claim_generator_info"))


def _is_generator(said: Any) -> bool:
    if not isinstance(said, dict):
        return False
    match said.get("icon"):
        case None | {"url": str(), "hash": bytes()}:
            others = {name: value for name, value in said.items() if name != "icon"}
            texts = (others.get(name, "") for name in _GENERATOR_TEXTS)
            return _is_plain(others) and all(isinstance(one, str) for one in texts)
    return False


def _is_foreign(box: Box) -> bool:
    if box.kind in _READ and base_label(box.label).endswith(".metadata"):
        is_json = box.kind == "json"
        content = _json(box.content("json")) if is_json else clear_cbor(box.content("cbor"))
        context = content.get("@context") if isinstance(content, dict) else None
        names_only = isinstance(context, dict) and all(
            isinstance(name, str) for name in context.values()
        )
        return not (names_only and _is_plain(content))
    return box.kind not in _READ


def _json(text: bytes) -> Any:
    try:
        return json.loads(text, object_pairs_hook=object_without_repeats)
    except (ValueError, RecursionError):
        return None


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
