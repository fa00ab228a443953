"""The ingredients that c2pa-rs found, with what our own validator says of each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from central_signer.verification.checks import check_of
from central_signer.verification.engine import ENGINE
from central_signer.verification.opinion import merged, reported
from central_signer.verification.own_opinion import OWN
from edge_signer.verification.claims.references import assertion_uri
from edge_signer.verification.findings import Finding
from edge_signer.verification.report import Difference, ReportedIngredient, Verdict
from edge_signer.verification.validation import UNTRUSTED, StoreValidation

#: More failures of one ingredient are left out: many ingredients may share one bad manifest.
MOST_FAILURES = 50
# From the most to the least favourable.
_VERDICTS: tuple[Verdict, ...] = ("NoCredentials", "Trusted", "Valid", "Invalid", "Unreadable")


@dataclass
class IngredientAgreement:
    """Compares the two engines' findings about ingredients.

    Attributes:
        validation: By our own validator.
        differences: Where the engines disagree.
    """

    validation: StoreValidation
    differences: list[Difference] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._manifests = {one.label: one for one in self.validation.manifests}
        self._by_uri = {
            one.ingredient.uri: one
            for manifest in self.validation.manifests
            for one in manifest.ingredients
        }

    def agreed(
        self, ingredients: Iterable[ReportedIngredient], manifest_label: str
    ) -> tuple[ReportedIngredient, ...]:
        """Return ingredients with the less favourable verdicts, and all failures.

        Args:
            ingredients: By c2pa-rs.
            manifest_label: Of the manifest that has them.
        """
        return tuple(self._agreed(one, manifest_label) for one in ingredients)

    def _agreed(self, one: ReportedIngredient, manifest_label: str) -> ReportedIngredient:
        label = one.manifest.label
        verdict, failures = self._own(one, manifest_label)
        if verdict is not None and verdict != one.verdict and not _is_explained(one, verdict):
            self._differ(one, verdict)
        return one.model_copy(
            update={
                "verdict": max(one.verdict, verdict or one.verdict, key=_VERDICTS.index),
                "failures": merged([*one.failures, *reported(failures, OWN)])[:MOST_FAILURES],
                "ingredients": self.agreed(one.ingredients, label) if label else (),
            }
        )

    def _own(
        self, one: ReportedIngredient, manifest_label: str
    ) -> tuple[Verdict | None, tuple[Finding, ...]]:
        """Return our validator's verdict, None if it has none, and what is wrong."""
        reference = self._by_uri.get(assertion_uri(manifest_label, one.label))
        manifest = self._manifests.get(one.manifest.label) if one.manifest.label else None
        broken = reference.findings.failure if reference is not None else ()
        own = manifest.findings.failure if manifest is not None else ()
        if broken:
            return "Invalid", broken + own
        if manifest is None or manifest.kind == "compressed":
            return None, ()
        return manifest.verdict, own

    def _differ(self, one: ReportedIngredient, verdict: Verdict) -> None:
        named = one.title or one.label or "without a title"
        meaning = f"The ingredient {named}: {ENGINE} says {one.verdict}, {OWN} says {verdict}."
        self.differences.append(Difference(meaning=meaning))


def _is_explained(one: ReportedIngredient, verdict: Verdict) -> bool:
    """Tell whether only a record of what our validator cannot check makes the difference.

    Nobody has the files that the ingredients were; c2pa-rs repeats what was recorded of them.
    """
    if _VERDICTS.index(verdict) > _VERDICTS.index(one.verdict):
        return False
    return all(
        check_of(failure.code) == "hard_binding" or failure.code == UNTRUSTED
        for failure in one.failures
    )
