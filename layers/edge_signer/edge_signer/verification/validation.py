"""What our own validator finds out about a manifest store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from edge_signer.verification.claims.ingredients import Ingredient
from edge_signer.verification.findings import Finding, Findings
from edge_signer.verification.signatures.claim_signature import SignerFound
from edge_signer.verification.signatures.time_stamps import StampFound
from edge_signer.verification.store_reader import Box

Verdict = Literal["Trusted", "Valid", "Invalid", "Unreadable"]
NO_STAMP = StampFound()
UNTRUSTED = "signingCredential.untrusted"


@dataclass(frozen=True)
class IngredientValidation:
    """An ingredient of a manifest.

    Attributes:
        ingredient: What its assertion says.
        findings: Whether its manifest is in the store, and unchanged.
        is_unchanged: Whether it is both; None if it has no manifest.
    """

    ingredient: Ingredient
    findings: Findings
    is_unchanged: bool | None


@dataclass(frozen=True)
class ManifestValidation:
    """A manifest of a store.

    Attributes:
        box: Its superbox.
        kind: `standard`, `update` or `compressed`.
        findings: The findings about itself; those about its ingredients are theirs.
        not_checked: What could not be checked, in sentences.
        signer: Who signed; None if no certificate can be read.
        time_stamp: When it was signed.
        ingredients: Its ingredients.
        is_referenced: Whether it is the active manifest, or an ingredient of one that is
            referenced. Others do not count (C2PA 2.2 §15.11.3.3).
        redactions: Absolute URIs of what its claim redacts.
        odd_values: Labels of its boxes with CBOR that other engines may not read.
        claim_version: 1 or 2; 0 if it has no claim that can be read.
    """

    box: Box
    kind: str
    findings: Findings
    not_checked: tuple[str, ...] = ()
    signer: SignerFound | None = None
    time_stamp: StampFound = NO_STAMP
    ingredients: tuple[IngredientValidation, ...] = ()
    is_referenced: bool = False
    redactions: tuple[str, ...] = ()
    odd_values: tuple[str, ...] = ()
    claim_version: int = 0

    @property
    def label(self) -> str:
        """Its label."""
        return self.box.label

    @property
    def verdict(self) -> Verdict:
        """On this manifest alone (C2PA 2.2 §14.3)."""
        if self.kind == "compressed":
            return "Unreadable"
        succeeded = {one.code for one in self.findings.success}
        failed = {one.code for one in self.findings.failure}
        is_signed = {"claimSignature.validated", "claimSignature.insideValidity"} <= succeeded
        if failed - {UNTRUSTED} or not is_signed:
            return "Invalid"
        return "Valid" if failed else "Trusted"


@dataclass(frozen=True)
class StoreValidation:
    """A manifest store.

    Attributes:
        active_label: Label of the active manifest, the last; empty if there is none.
        manifests: Its manifests, in their order in the store.
        new_failures: Failures of ingredients that were not recorded when they were added: what
            happened since, or what was concealed.
        hard_binding: Whether the asset is the signed one.
        intact_binding: Absolute URI of the hard binding that counts for the active manifest (of an
            update, that of what it updates); empty if it is not there as it was signed.
        problem: Why there is no active manifest to judge, in a sentence; empty if there is one.
        is_judged: Whether this is an opinion. It is none if the store is beyond our limits or in a
            form that is not read here; `verdict` is then `Unreadable`.
        not_checked: What could not be checked in the manifests that count, in sentences.
    """

    active_label: str
    manifests: tuple[ManifestValidation, ...]
    new_failures: tuple[Finding, ...] = ()
    hard_binding: Literal["passed", "failed", "not_checked"] = "not_checked"
    intact_binding: str = ""
    problem: str = ""
    is_judged: bool = True
    not_checked: tuple[str, ...] = ()

    @property
    def active(self) -> ManifestValidation | None:
        """The active manifest."""
        return self.manifests[-1] if self.manifests else None

    @property
    def verdict(self) -> Verdict:
        """On the active manifest, with what was found out about its ingredients."""
        if self.active is None or self.problem:
            return "Unreadable"
        failed = {one.code for one in self.new_failures}
        if failed - {UNTRUSTED}:
            return "Invalid"
        own = self.active.verdict
        return "Valid" if failed and own == "Trusted" else own
