"""Our own validator of manifest stores, an opinion independent of c2pa-rs (C2PA 2.2 §15).

It uses neither the network nor the clock. Every input gets a result; only a failing stream raises.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from edge_signer.verification.cbor_values import ItemBudget
from edge_signer.verification.claims.action_rules import check_actions
from edge_signer.verification.claims.assertion_checks import (
    HARD_BINDINGS,
    MULTI_ASSET,
    check_assertions,
    intact_binding,
)
from edge_signer.verification.claims.ingredients import (
    PARENT,
    Ingredient,
    check_manifest,
    ingredients_of,
)
from edge_signer.verification.claims.lineage import Lineage
from edge_signer.verification.claims.manifest_reading import KINDS, ManifestReading, base_label
from edge_signer.verification.claims.manifest_rules import check_rules
from edge_signer.verification.claims.references import (
    StoreIndex,
    absolute,
    assertion_uri,
    signature_uri,
)
from edge_signer.verification.claims.testimony import Testimony
from edge_signer.verification.findings import Finding, FindingLog
from edge_signer.verification.hard_bindings.asset_content import AssetContent
from edge_signer.verification.hard_bindings.data_hash import Binding
from edge_signer.verification.hard_bindings.hard_binding import HardBinding, check_hard_binding
from edge_signer.verification.signatures.claim_signature import (
    SignedClaim,
    SignerFound,
    check_claim_signature,
)
from edge_signer.verification.signatures.time_stamps import StampFound
from edge_signer.verification.store_reader import read_store
from edge_signer.verification.trust import TrustLists
from edge_signer.verification.validation import (
    IngredientValidation,
    ManifestValidation,
    StoreValidation,
)

#: Stores with more manifests are not judged.
MAX_MANIFESTS = 1_000


def validate_store(
    manifest_store: bytes, asset: AssetContent | None, trust: TrustLists, now: datetime
) -> StoreValidation:
    """Validate every manifest of a store, and the active one's binding to an asset.

    Args:
        manifest_store: The store; at most 64 MiB are judged.
        asset: What the active manifest should belong to; None leaves that unchecked.
        trust: Whom to trust.
        now: When certificates must be valid where no trusted time-stamp says when they signed;
            with a time zone.

    Raises:
        OSError: The asset's stream fails.
    """
    store = read_store(manifest_store)
    if store.box is None:
        is_judged = not store.is_beyond_limits
        return StoreValidation("", (), problem=store.problem, is_judged=is_judged)
    boxes = [one for one in store.box.children if one.kind in KINDS]
    if not boxes:
        return StoreValidation("", (), problem="The manifest store has no manifest.")
    if len(boxes) > MAX_MANIFESTS:
        said = f"The manifest store has more than {MAX_MANIFESTS:,} manifests."
        return StoreValidation(boxes[-1].label, (), problem=said, is_judged=False)
    budget = ItemBudget()
    manifests = [ManifestReading(one, budget) for one in boxes]
    run = _Run(manifests, StoreIndex(boxes), trust, now)
    run.validate()
    binding = run.check_binding(asset, manifest_store)
    return run.result(binding)


class _Run:
    """A validation.

    Manifests are validated in the order of their lineage. So each comes after those that say
    something about it: what they redacted, stamped or found wrong.
    """

    def __init__(
        self,
        manifests: Sequence[ManifestReading],
        index: StoreIndex,
        trust: TrustLists,
        now: datetime,
    ) -> None:
        self._manifests = manifests
        self._index = index
        self._trust = trust
        self._now = now
        self._active = manifests[-1]
        self._by_label: dict[str, ManifestReading] = {}
        for one in manifests:
            if self._by_label.setdefault(one.label, one) is not one:
                said = "Another manifest of the store has the same label."
                one.log.failure("general.error", one.uri, said)
        self._ingredients = {one: ingredients_of(one) for one in manifests}
        self._lineage = Lineage(self._active, self._by_label, self._ingredients)
        self._testimony = Testimony(self._active.label)
        self._results: dict[ManifestReading, tuple[SignerFound | None, StampFound]] = {}
        self._checked: dict[ManifestReading, tuple[IngredientValidation, ...]] = {}
        self._new: list[Finding] = []

    def validate(self) -> None:
        """Validate each manifest, and collect what is new about ingredients."""
        for manifest in self._lineage.order:
            self._validate(manifest)
            if manifest is not self._active:
                self._compare(manifest.log.findings().failure)
            self._testimony.hear(manifest, self._ingredients[manifest])
            self._checked[manifest] = tuple(
                self._check_ingredient(manifest, one) for one in self._ingredients[manifest]
            )
        for manifest in self._manifests:
            if manifest not in self._results:
                self._validate(manifest)

    def _validate(self, manifest: ManifestReading) -> None:
        self._results[manifest] = None, StampFound()
        claim, log = manifest.claim, manifest.log
        if manifest.kind == "compressed":
            log.skip(f"The manifest {manifest.label} is compressed (Brotli), and was not read.")
        if claim is None:
            return
        check_assertions(manifest, claim, self._index, self._testimony.redactions)
        check_rules(manifest, claim, self._ingredients[manifest])
        check_actions(manifest, claim, self._index, self._by_label.get)
        url = signature_uri(manifest.label)
        if absolute(claim.signature_url, manifest.label) != url:
            log.failure("claimSignature.missing", url, "The claim points at another signature.")
        if manifest.signature is not None:
            signed = SignedClaim(
                claim.encoded,
                manifest.value(manifest.signature),
                url,
                self._testimony.tokens.get(manifest.label, ()),
                self._testimony.responses(log),
            )
            found = check_claim_signature(signed, self._trust, self._now, log)
            self._results[manifest] = found

    def _check_ingredient(
        self, manifest: ManifestReading, ingredient: Ingredient
    ) -> IngredientValidation:
        log = FindingLog()
        is_unchanged: bool | None = None
        target = self._by_label.get(ingredient.manifest_label)
        if ingredient.uri in self._lineage.cyclic:
            said = "The ingredient is the manifest itself, or was made from it."
            log.failure("assertion.ingredient.malformed", ingredient.uri, said)
        elif ingredient.manifest is not None and manifest.claim is not None:
            claims = manifest.claim, target.claim if target else None
            redacted = self._testimony.redacted_labels
            is_unchanged = check_manifest(log, ingredient, claims, self._index, redacted)
            if is_unchanged:
                self._testimony.vouch_for(ingredient.manifest_label, manifest)
        self._compare(log.findings().failure)
        for one in log.not_checked:
            manifest.log.skip(one)
        return IngredientValidation(ingredient, log.findings(), is_unchanged)

    def _compare(self, failures: Iterable[Finding]) -> None:
        self._new += [one for one in failures if not self._testimony.is_recorded(one)]

    def check_binding(self, asset: AssetContent | None, manifest_store: bytes) -> HardBinding:
        """Check the hard binding: the active manifest's, or that of what it updates (§15.12)."""
        log = self._active.log
        manifest = self._bound()
        if manifest is None or manifest.claim is None:
            if self._active.kind == "update":
                log.failure("claim.hardBindings.missing", self._active.uri)
            return "not_checked"
        if asset is None:
            log.skip("Whether the manifest belongs to a file: there was no file.")
            return "not_checked"
        box = next(manifest.assertions_of(*HARD_BINDINGS), None)
        if box is None:
            return "failed"
        url = assertion_uri(manifest.label, box.label)
        if box not in manifest.intact:
            log.failure("assertion.hashedURI.mismatch", url)
            return "failed"
        binding = Binding(
            manifest.content(box),
            url,
            manifest.claim.algorithm,
            asset,
            manifest_store,
            was_updated=manifest is not self._active,
        )
        has_parts = any(manifest.assertions_of(MULTI_ASSET))
        return check_hard_binding(base_label(box.label), binding, has_parts=has_parts, log=log)

    def _bound(self) -> ManifestReading | None:
        """Return the manifest with the hard binding that counts."""
        manifest: ManifestReading | None = self._active
        seen = set()
        while manifest is not None and manifest.kind == "update" and manifest not in seen:
            seen.add(manifest)
            parents = [one for one in self._ingredients[manifest] if one.relationship == PARENT]
            manifest = self._by_label.get(parents[0].manifest_label) if parents else None
        return manifest if manifest is not None and manifest.kind == "standard" else None

    def result(self, hard_binding: HardBinding) -> StoreValidation:
        """Return what was found out."""
        counted = set(self._lineage.order)
        not_checked = [one for each in self._lineage.order for one in each.log.not_checked]
        problem = "" if self._active.kind != "compressed" else "The active manifest is compressed."
        return StoreValidation(
            active_label=self._active.label,
            manifests=tuple(
                ManifestValidation(
                    box=one.box,
                    kind=one.kind,
                    findings=one.log.findings(),
                    not_checked=tuple(one.log.not_checked),
                    signer=self._results[one][0],
                    time_stamp=self._results[one][1],
                    ingredients=self._checked.get(one, ()),
                    is_referenced=one in counted,
                    redactions=one.redactions,
                    odd_values=one.odd_values(),
                    claim_version=one.claim.version if one.claim else 0,
                )
                for one in self._manifests
            ),
            new_failures=tuple(self._new),
            hard_binding=hard_binding,
            intact_binding=intact_binding(self._bound()),
            problem=problem,
            is_judged=not problem,
            not_checked=tuple(dict.fromkeys(not_checked)),
        )
