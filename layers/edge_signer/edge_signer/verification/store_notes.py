"""Checks a manifest store for rules of the standard that c2pa-rs does not check."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from edge_signer.signing.rules.digital_source_types import VOCABULARY
from edge_signer.verification.cbor_values import ItemBudget, Value, read_cbor
from edge_signer.verification.store_reader import Box, manifests_of

Kind = Literal["standard", "update", "compressed", ""]

_KINDS: Mapping[str, Kind] = {"c2ma": "standard", "c2um": "update", "c2cm": "compressed"}
# C2PA 2.2 §11.1.4: the labels of each part of a manifest.
_LABELS = {
    "c2as": {"c2pa.assertions"},
    "c2cl": {"c2pa.claim", "c2pa.claim.v2"},
    "c2cs": {"c2pa.signature"},
}
#: Of a store; the rest is left out.
MAX_NOTES = 1_000
_MAX_QUOTED_CHARACTERS = 200


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
        notes: Violations of the standard, 1,000 at most; and whether there are more.
    """

    kinds: dict[str, Kind] = field(default_factory=dict)
    assertions: dict[str, tuple[str, ...]] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()


def examine(manifest_store: bytes) -> StoreFacts:
    """Examine a store; an unreadable one has no facts."""
    manifests = manifests_of(manifest_store)
    budget = ItemBudget()
    found = (Note(one.label, text) for one in manifests for text in _faults(one, budget))
    notes: dict[Note, None] = {}
    for note in found:
        notes[note] = None
        if len(notes) == MAX_NOTES:
            notes[Note(note.manifest, "There are more violations of the standard.")] = None
            break
    kinds = {one.label: _KINDS.get(one.kind, "") for one in manifests}
    assertions = {one.label: tuple(_assertions(one)) for one in manifests}
    return StoreFacts(kinds, assertions, tuple(notes))


def _assertions(manifest: Box) -> Iterator[str]:
    for part in manifest.children:
        if part.kind == "c2as":
            yield from (assertion.label for assertion in part.children)


def _faults(manifest: Box, budget: ItemBudget) -> Iterator[str]:
    for part in manifest.children:
        names = _LABELS.get(part.kind, {part.label})
        if part.label not in names:
            yield f"A box is labelled {part.label}; its label must be {' or '.join(sorted(names))}."
        if part.kind == "c2cl":
            yield from _claim_faults(part, budget)
        if part.kind == "c2as":
            for assertion in part.children:
                yield from _assertion_faults(assertion, budget)


def _claim_faults(box: Box, budget: ItemBudget) -> Iterator[str]:
    claim = read_cbor(box.content("cbor"), budget)
    if not isinstance(claim.value, dict):
        return
    if box.label == "c2pa.claim" and "created_assertions" in claim.value:
        yield "The claim is of version 2, so its label must be c2pa.claim.v2, not c2pa.claim."
    if claim.value.get("instanceID") == "":
        yield "The claim's instanceID is empty; it must identify this version of the asset."
    yield from _repetitions("The claim", claim)


def _assertion_faults(box: Box, budget: ItemBudget) -> Iterator[str]:
    content = read_cbor(box.content("cbor"), budget)
    if content.is_too_large:
        yield "Not all assertions were looked into: the store has too many values."
    yield from _repetitions(box.label, content)
    if box.label.startswith("c2pa.actions") and isinstance(content.value, dict):
        for listed in ("actions", "templates"):
            yield from _source_type_faults(content.value.get(listed))


def _repetitions(name: str, content: Value) -> Iterator[str]:
    for key in content.repeated_keys:
        said = key[:_MAX_QUOTED_CHARACTERS]
        yield f"{name} has the key {said} twice; readers may differ in which one they take."


def _source_type_faults(actions: Any) -> Iterator[str]:
    for action in actions if isinstance(actions, list) else []:
        said = action.get("digitalSourceType") if isinstance(action, dict) else None
        if isinstance(said, str) and said not in VOCABULARY:
            name = str(action.get("action"))[:_MAX_QUOTED_CHARACTERS]
            quoted = repr(said[:_MAX_QUOTED_CHARACTERS])
            yield (
                f"{name} has the digital source type {quoted}, which is no term of the IPTC or "
                "C2PA vocabulary."
            )
