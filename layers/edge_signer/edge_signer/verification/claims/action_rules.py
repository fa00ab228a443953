"""Rules of actions assertions (C2PA 2.2 §15.10.3.2.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from edge_signer.verification.claims.assertion_checks import ACTIONS, INGREDIENTS
from edge_signer.verification.claims.manifest_reading import Claim, ManifestReading, base_label
from edge_signer.verification.claims.references import (
    StoreIndex,
    absolute,
    assertion_uri,
    manifest_label_of,
    path_of,
)
from edge_signer.verification.store_reader import Box

_FIRST = {"c2pa.created", "c2pa.opened"}
# The relationship of the ingredients that an action must, or may, name.
_MUST_NAME = {
    "c2pa.opened": "parentOf",
    "c2pa.placed": "componentOf",
    "c2pa.removed": "componentOf",
}
_MAY_NAME = {"c2pa.transcoded": "parentOf", "c2pa.repackaged": "parentOf"}

#: Gives the manifest with a label.
Lookup = Callable[[str], ManifestReading | None]


def check_actions(
    manifest: ManifestReading, claim: Claim, index: StoreIndex, manifest_of: Lookup
) -> None:
    """Check the actions of a claim of version 2.

    Claims of version 1 are older than these rules; they may have one actions assertion.

    Args:
        manifest: The manifest; findings go to its log.
        claim: Its claim.
        index: All boxes of the store.
        manifest_of: Finds other manifests, for what was removed or redacted.
    """
    boxes = [*_in_order(manifest, claim, index)]
    if claim.version == 1:
        if len(boxes) > 1:
            said = "A claim of version 1 has one actions assertion at most."
            manifest.log.failure("assertion.action.malformed", manifest.uri, said)
        return
    first = True
    begins = False
    for box in boxes:
        url = assertion_uri(manifest.label, box.label)
        for action in _actions(manifest, box, url):
            name = str(action.get("action"))
            if name in _FIRST and not first:
                said = f"{name} is not the first action."
                manifest.log.failure("assertion.action.malformed", url, said)
            begins = begins or (first and name in _FIRST)
            first = False
            _check_action(manifest, index, manifest_of, url, action)
    if not begins and manifest.kind != "update":
        said = "The first action is neither c2pa.created nor c2pa.opened."
        manifest.log.failure("assertion.action.malformed", manifest.uri, said)


def _in_order(manifest: ManifestReading, claim: Claim, index: StoreIndex) -> Iterator[Box]:
    seen = set()
    for reference in claim.assertions:
        url = absolute(reference.url, manifest.label)
        box = index.resolve(url)
        if box is None or box not in manifest.own or box in seen:
            continue
        if base_label(box.label) in ACTIONS:
            seen.add(box)
            yield box


def _actions(manifest: ManifestReading, box: Box, url: str) -> Iterator[Mapping[Any, Any]]:
    actions = manifest.content(box).get("actions")
    if not isinstance(actions, list) or not actions:
        manifest.log.failure("assertion.action.malformed", url, "It has no list of actions.")
        return
    for one in actions:
        if isinstance(one, dict) and isinstance(one.get("action"), str) and one["action"]:
            yield one
        else:
            manifest.log.failure("assertion.action.malformed", url, "An action has no name.")


def _check_action(
    manifest: ManifestReading,
    index: StoreIndex,
    manifest_of: Lookup,
    url: str,
    action: Mapping[Any, Any],
) -> None:
    name = action["action"]
    said = action.get("parameters")
    parameters: Mapping[Any, Any] = said if isinstance(said, dict) else {}
    named = [*_ingredient_urls(manifest, parameters)]
    relationship = _MUST_NAME.get(name) or _MAY_NAME.get(name)
    if name in _MUST_NAME and not named:
        said = f"{name} names no ingredient."
        manifest.log.failure("assertion.action.ingredientMismatch", url, said)
    elif relationship and named:
        anywhere = name == "c2pa.removed"
        for one in named:
            if not _is_ingredient(manifest, index, manifest_of, one, relationship, anywhere):
                said = f"{name} names {one[:300]}, which is no ingredient with {relationship}."
                manifest.log.failure("assertion.action.ingredientMismatch", url, said)
    if name == "c2pa.created" and not isinstance(action.get("digitalSourceType"), str):
        said = "c2pa.created has no digitalSourceType."
        manifest.log.failure("assertion.action.malformed", url, said)
    if name == "c2pa.translated" and not all(
        isinstance(parameters.get(one), str) and parameters[one]
        for one in ("sourceLanguage", "targetLanguage")
    ):
        said = "c2pa.translated does not name both languages."
        manifest.log.failure("assertion.action.malformed", url, said)
    if name == "c2pa.redacted" and "parameters" in action:
        _check_redacted(manifest, manifest_of, url, parameters.get("redacted"))


def _ingredient_urls(manifest: ManifestReading, parameters: Mapping[Any, Any]) -> Iterator[str]:
    several = parameters.get("ingredients")
    for one in [parameters.get("ingredient"), *(several if isinstance(several, list) else [])]:
        if isinstance(one, dict) and isinstance(one.get("url"), str):
            yield absolute(one["url"], manifest.label)


def _is_ingredient(
    manifest: ManifestReading,
    index: StoreIndex,
    manifest_of: Lookup,
    url: str,
    relationship: str,
    anywhere: bool,
) -> bool:
    """Tell whether a URL names an ingredient; one that was removed may be in another manifest."""
    label = manifest_label_of(url)
    owner = manifest if label == manifest.label else manifest_of(label) if anywhere else None
    box = index.resolve(url)
    if owner is None or box is None or box not in owner.own:
        return False
    if base_label(box.label) not in INGREDIENTS:
        return False
    return owner.content(box).get("relationship") == relationship


def _check_redacted(
    manifest: ManifestReading, manifest_of: Lookup, url: str, redacted: Any
) -> None:
    """Check that what an action says was redacted is an assertion of a claim of the store."""
    target = absolute(redacted, manifest.label) if isinstance(redacted, str) else ""
    path = path_of(target)
    owner = manifest_of(manifest_label_of(target))
    is_known = owner is not None and path in owner.declared
    is_data_box = "c2pa.databoxes" in path
    if not is_known and not is_data_box:
        said = f"{target[:300]} is no assertion that was redacted."
        manifest.log.failure("assertion.action.redactionMismatch", url, said)
