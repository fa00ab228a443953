"""What the ingredient assertions of a manifest store have on record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import cbor2

from tests.judges.jumbf_reader import Box, read_store

#: A code of the standard, and the label of the manifest that it is about.
Said = tuple[str, str]
_STORE = "self#jumbf=/c2pa/"


@dataclass(frozen=True)
class Record:
    """What one ingredient assertion has on record.

    Attributes:
        manifest_label: Label of the ingredient's manifest; empty if it has none.
        success: Codes and URIs of what was found good about the ingredient.
        failure: What was found wrong with it.
        deltas: What was found wrong with what it was made from.
    """

    manifest_label: str
    success: frozenset[tuple[str, str]]
    failure: frozenset[Said]
    deltas: frozenset[Said]


def records_of(store: bytes, manifest: int | None = None) -> list[Record]:
    """Read the ingredient assertions of one manifest of a store, or of all, in their order."""
    manifests = read_store(store).children
    chosen = manifests if manifest is None else [manifests[manifest]]
    return [_record(one) for box in chosen for one in _ingredients(box)]


def manifest_of(uri: str, otherwise: str = "") -> str:
    """Return the label of the manifest in an absolute JUMBF URI."""
    if not uri.startswith(_STORE):
        return otherwise
    return uri.removeprefix(_STORE).partition("/")[0]


def said(statuses: Iterable[Mapping[str, Any]], label: str) -> frozenset[Said]:
    """Return the codes of a list of statuses, and what each is about."""
    return frozenset((one["code"], manifest_of(one.get("url", ""), label)) for one in statuses)


def deltas_of(results: Mapping[str, Any]) -> frozenset[Said]:
    """Return the failures of validation results that are about an ingredient's own ingredients."""
    return frozenset(
        found
        for one in results.get("ingredientDeltas") or ()
        for found in said(one["validationDeltas"]["failure"], "")
    )


def _ingredients(manifest: Box) -> Iterator[dict[str, Any]]:
    for one in manifest.child("c2pa.assertions").children:
        if one.label.startswith("c2pa.ingredient"):
            yield cbor2.loads(one.content[0][1])


def _record(content: Mapping[str, Any]) -> Record:
    label = manifest_of(content.get("activeManifest", {}).get("url", ""))
    results = content.get("validationResults", {})
    active = results.get("activeManifest", {})
    return Record(
        label,
        frozenset((one["code"], one.get("url", "")) for one in active.get("success", ())),
        said(active.get("failure", ()), label),
        deltas_of(results),
    )
