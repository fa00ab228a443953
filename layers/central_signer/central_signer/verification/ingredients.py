"""Ingredients of a manifest, each with the findings about its own credentials.

An ingredient assertion records what its signer found when the ingredient was added. c2pa-rs
validates the ingredient's manifest again and reports only the differences, the deltas
(C2PA 2.2 §15.12). The current findings are the record with the deltas applied.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from central_signer.verification.engine import ENGINE
from central_signer.verification.engine_report import Report, findings_of, mapping, text
from central_signer.verification.opinion import named, reported
from central_signer.verification.statements import manifest_says
from edge_signer.verification.findings import Findings
from edge_signer.verification.report import ManifestSays, ReportedIngredient, Verdict
from edge_signer.verification.store_notes import StoreFacts

MAX_DEPTH = 32
MAX_INGREDIENTS = 500
_TRUSTED = "signingCredential.trusted"
_UNTRUSTED = "signingCredential.untrusted"


@dataclass(frozen=True)
class IngredientTree:
    """All ingredients of a manifest.

    Attributes:
        ingredients: Those of the active manifest.
        unplaced: Findings about ingredients that are not in the tree.
        complete: Whether the tree holds all of them; its depth and size are limited.
    """

    ingredients: tuple[ReportedIngredient, ...] = ()
    unplaced: Findings = field(default_factory=Findings)
    complete: bool = True


def ingredient_tree(report: Report, facts: StoreFacts) -> IngredientTree:
    """Read the ingredients of the active manifest, recursively.

    Args:
        report: Of c2pa-rs.
        facts: What our own reader finds in the same store.
    """
    reader = _TreeReader(report, facts)
    ingredients = reader.ingredients_of(report.active_label, ())
    left = (found for uri, found in reader.deltas.items() if uri not in reader.placed)
    return IngredientTree(ingredients, sum(left, Findings()), reader.complete)


def are_trusted(ingredients: Iterable[ReportedIngredient]) -> bool:
    """Tell whether ingredients and their own are all trusted, or carry no credentials."""
    return all(
        one.verdict in {"Trusted", "NoCredentials"}
        and not one.failures
        and are_trusted(one.ingredients)
        for one in ingredients
    )


class _TreeReader:
    def __init__(self, report: Report, facts: StoreFacts) -> None:
        self._report = report
        self._facts = facts
        self._count = 0
        self.deltas = report.deltas()
        self.placed: set[str] = set()
        self.complete = True

    def ingredients_of(self, label: str, above: tuple[str, ...]) -> tuple[ReportedIngredient, ...]:
        if label in above:
            # A manifest that is its own ingredient.
            self.complete = False
            return ()
        found: list[ReportedIngredient] = []
        for said in self._report.ingredients(label):
            if len(above) == MAX_DEPTH or self._count == MAX_INGREDIENTS:
                self.complete = False
                break
            self._count += 1
            found.append(self._ingredient(said, (*above, label)))
        return tuple(found)

    def _ingredient(self, said: Mapping[str, Any], above: tuple[str, ...]) -> ReportedIngredient:
        uri = f"self#jumbf=/c2pa/{above[-1]}/c2pa.assertions/{text(said.get('label'))}"
        self.placed.add(uri)
        delta = self.deltas.get(uri, Findings())
        findings = _applied(_recorded(said), delta)
        own = text(said.get("active_manifest"))
        signer = self._report.signer(own) if own else None
        return ReportedIngredient(
            label=text(said.get("label")),
            title=text(said.get("title")),
            relationship=text(said.get("relationship")),
            media_type=text(said.get("format")),
            verdict=_verdict(bool(own), findings),
            signer=named(signer) if signer else "",
            time=self._report.time(own) if own else None,
            manifest=self._manifest(own) if own else ManifestSays(),
            failures=reported(findings.failure, ENGINE),
            informational=reported(findings.informational, ENGINE),
            ingredients=self.ingredients_of(own, above) if own else (),
        )

    def _manifest(self, label: str) -> ManifestSays:
        kind, assertions = self._facts.kinds.get(label, ""), self._facts.assertions.get(label, ())
        return manifest_says(self._report.manifest(label), label, kind, assertions)


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


def _verdict(has_manifest: bool, findings: Findings) -> Verdict:
    failures = {one.code for one in findings.failure}
    if failures - {_UNTRUSTED}:
        return "Invalid"
    if not has_manifest and not failures:
        return "NoCredentials"
    trusted = any(one.code == _TRUSTED for one in findings.success)
    return "Trusted" if trusted and not failures else "Valid"
