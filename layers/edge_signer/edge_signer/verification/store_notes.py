"""Checks a manifest store for rules of the standard that c2pa-rs does not check."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from edge_signer.signing.rules.digital_source_types import VOCABULARY
from edge_signer.verification.cbor_values import read_cbor
from edge_signer.verification.store_reader import Box, manifests_of

Kind = Literal["standard", "update", "compressed", ""]

_KINDS: Mapping[str, Kind] = {"c2ma": "standard", "c2um": "update", "c2cm": "compressed"}
# C2PA 2.2 §11.1.4: the labels of each part of a manifest.
_LABELS = {
    "c2as": {"c2pa.assertions"},
    "c2cl": {"c2pa.claim", "c2pa.claim.v2"},
    "c2cs": {"c2pa.signature"},
}


@dataclass(frozen=True)
class Note:
    """A violation of the standard.

    Attributes:
        manifest: Label of the manifest.
        text: What is wrong, in a sentence.
    """

    manifest: str
    text: str


@dataclass(frozen=True)
class StoreFacts:
    """What our reader finds in a manifest store.

    Attributes:
        kinds: `standard`, `update` or `compressed`, by the manifests' labels.
        assertions: Labels of the assertions, by the manifests' labels.
        notes: Violations of the standard.
    """

    kinds: dict[str, Kind] = field(default_factory=dict)
    assertions: dict[str, tuple[str, ...]] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()


def examine(manifest_store: bytes) -> StoreFacts:
    """Examine a store; an unreadable one has no facts."""
    manifests = manifests_of(manifest_store)
    notes = [Note(one.label, text) for one in manifests for text in _faults(one)]
    kinds = {one.label: _KINDS.get(one.kind, "") for one in manifests}
    assertions = {one.label: tuple(_assertions(one)) for one in manifests}
    return StoreFacts(kinds, assertions, tuple(dict.fromkeys(notes)))


def _assertions(manifest: Box) -> Iterator[str]:
    for part in manifest.children:
        if part.kind == "c2as":
            yield from (assertion.label for assertion in part.children)


def _faults(manifest: Box) -> Iterator[str]:
    for part in manifest.children:
        names = _LABELS.get(part.kind, {part.label})
        if part.label not in names:
            yield f"A box is labelled {part.label}; its label must be {' or '.join(sorted(names))}."
        if part.kind == "c2cl":
            yield from _claim_faults(part)
        if part.kind == "c2as":
            for assertion in part.children:
                yield from _assertion_faults(assertion)


def _claim_faults(box: Box) -> Iterator[str]:
    claim = read_cbor(box.content("cbor"))
    if not isinstance(claim.value, dict):
        return
    if box.label == "c2pa.claim" and "created_assertions" in claim.value:
        yield "The claim is of version 2, so its label must be c2pa.claim.v2, not c2pa.claim."
    if claim.value.get("instanceID") == "":
        yield "The claim's instanceID is empty; it must identify this version of the asset."
    for key in claim.repeated_keys:
        yield f"The claim has the key {key} twice; readers may differ in which one they take."


def _assertion_faults(box: Box) -> Iterator[str]:
    content = read_cbor(box.content("cbor"))
    for key in content.repeated_keys:
        yield f"{box.label} has the key {key} twice; readers may differ in which one they take."
    if box.label.startswith("c2pa.actions") and isinstance(content.value, dict):
        for listed in ("actions", "templates"):
            yield from _source_type_faults(content.value.get(listed))


def _source_type_faults(actions: Any) -> Iterator[str]:
    for action in actions if isinstance(actions, list) else []:
        said = action.get("digitalSourceType") if isinstance(action, dict) else None
        if isinstance(said, str) and said not in VOCABULARY:
            yield (
                f"{action.get('action')} has the digital source type {said!r}, which is no term "
                "of the IPTC or C2PA vocabulary."
            )
