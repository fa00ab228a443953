"""Ingredients of a manifest, each with the findings about its own credentials.

An ingredient assertion records what its signer found when the ingredient was added. c2pa-rs
validates the ingredient's manifest again and reports only the differences, the deltas
(C2PA 2.2 §15.12). The current findings are the record with the deltas applied.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from central_signer.verification.engine_report import Manifest, Report, findings_of, mapping, text
from edge_signer.verification.findings import Findings

MAX_DEPTH = 32
MAX_INGREDIENTS = 500
_TRUSTED = "signingCredential.trusted"
_UNTRUSTED = "signingCredential.untrusted"


@dataclass(frozen=True)
class Ingredient:
    """An ingredient.

    Attributes:
        title: Its title.
        relationship: `parentOf`, `componentOf` or `inputTo`.
        format: Its media type.
        state: `Trusted`, `Valid` (sound, signer unknown), `Invalid`, or `NoCredentials`.
        findings: The current findings about its credentials.
        manifest: What its own manifest says; empty if it has none.
        ingredients: Its own ingredients.
    """

    title: str
    relationship: str
    format: str
    state: str
    findings: Findings
    manifest: Manifest
    ingredients: tuple[Ingredient, ...] = ()

    @property
    def trusted(self) -> bool:
        """Whether it and its own ingredients are trusted, or carry no credentials."""
        good = self.state in {"Trusted", "NoCredentials"} and not self.findings.failure
        return good and all(one.trusted for one in self.ingredients)


@dataclass(frozen=True)
class IngredientTree:
    """All ingredients of a manifest.

    Attributes:
        ingredients: Those of the active manifest.
        unplaced: Findings about ingredients that are not in the tree.
        complete: Whether the tree holds all of them; its depth and size are limited.
    """

    ingredients: tuple[Ingredient, ...]
    unplaced: Findings
    complete: bool


def ingredient_tree(report: Report) -> IngredientTree:
    """Read the ingredients of the active manifest, recursively."""
    reader = _TreeReader(report)
    ingredients = reader.ingredients_of(report.active_label, ())
    left = (found for uri, found in reader.deltas.items() if uri not in reader.placed)
    return IngredientTree(ingredients, sum(left, Findings()), reader.complete)


class _TreeReader:
    def __init__(self, report: Report) -> None:
        self._report = report
        self._count = 0
        self.deltas = report.deltas()
        self.placed: set[str] = set()
        self.complete = True

    def ingredients_of(self, label: str, above: tuple[str, ...]) -> tuple[Ingredient, ...]:
        if label in above:
            # A manifest that is its own ingredient.
            self.complete = False
            return ()
        found: list[Ingredient] = []
        for said in self._report.ingredients(label):
            if len(above) == MAX_DEPTH or self._count == MAX_INGREDIENTS:
                self.complete = False
                break
            self._count += 1
            found.append(self._ingredient(said, (*above, label)))
        return tuple(found)

    def _ingredient(self, said: Mapping[str, Any], above: tuple[str, ...]) -> Ingredient:
        uri = f"self#jumbf=/c2pa/{above[-1]}/c2pa.assertions/{text(said.get('label'))}"
        self.placed.add(uri)
        delta = self.deltas.get(uri, Findings())
        findings = _applied(_recorded(said), delta)
        own = text(said.get("active_manifest"))
        return Ingredient(
            title=text(said.get("title")),
            relationship=text(said.get("relationship")),
            format=text(said.get("format")),
            state=_state(bool(own), findings),
            findings=findings,
            manifest=self._report.manifest(own) if own else Manifest(),
            ingredients=self.ingredients_of(own, above) if own else (),
        )


def _recorded(said: Mapping[str, Any]) -> Findings:
    """Return the recorded findings; older versions of the assertion list only failures."""
    results = mapping(said.get("validation_results"))
    if results:
        return findings_of(results.get("activeManifest"))
    return findings_of({"failure": said.get("validation_status")})


def _applied(recorded: Findings, delta: Findings) -> Findings:
    """Apply the deltas: today's roots decide about trust, not those of the recording software."""
    trusted = {one.url for one in delta.success if one.code == _TRUSTED}
    untrusted = {one.url for one in delta.failure if one.code == _UNTRUSTED}
    kept = replace(
        recorded,
        success=tuple(
            one for one in recorded.success if (one.code, one.url in untrusted) != (_TRUSTED, True)
        ),
        failure=tuple(
            one
            for one in recorded.failure
            if one not in delta.failure and (one.code, one.url in trusted) != (_UNTRUSTED, True)
        ),
    )
    return kept + delta


def _state(has_manifest: bool, findings: Findings) -> str:
    failures = {one.code for one in findings.failure}
    if failures - {_UNTRUSTED}:
        return "Invalid"
    if not has_manifest and not failures:
        return "NoCredentials"
    trusted = any(one.code == _TRUSTED for one in findings.success)
    return "Trusted" if trusted and not failures else "Valid"
