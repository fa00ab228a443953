"""Damage to a manifest store that keeps engines from reading it, or from agreeing about it."""

from __future__ import annotations

from edge_signer.signing.ingredients.forms import odd_boxes, parts_of
from edge_signer.signing.ingredients.unread_contents import unread_contents
from edge_signer.verification.claims.assertion_checks import ACTIONS, INGREDIENTS, is_blank
from edge_signer.verification.claims.manifest_reading import base_label
from edge_signer.verification.claims.references import StoreIndex
from edge_signer.verification.validation import ManifestValidation, StoreValidation

# Verifiers read the whole store again, and each failure that is not recorded counts against the new
# manifest. These are the ones that all engines find in the same place and under the same code.
_RECORDED_ALIKE = frozenset(
    {
        *("assertion.hashedURI.mismatch", "hashedURI.mismatch"),
        *("claimSignature.mismatch", "claimSignature.outsideValidity"),
        *("signingCredential.untrusted", "signingCredential.ocsp.revoked"),
        # Nobody finds these again, because a parent's file is not there.
        *("assertion.dataHash.mismatch", "assertion.bmffHash.mismatch"),
        "assertion.boxesHash.mismatch",
        *("ingredient.manifest.mismatch", "ingredient.claimSignature.mismatch"),
    }
)
# What a signer said wrongly, as long as nobody has changed it since: it can be read.
_SIGNED_SO = frozenset(
    {
        *("assertion.action.malformed", "assertion.action.ingredientMismatch"),
        *("assertion.ingredient.malformed", "assertion.metadata.disallowed"),
        *("assertion.action.redactionMismatch", "manifest.multipleParents"),
    }
)
_INTEGRITY = _RECORDED_ALIKE - {
    *("claimSignature.outsideValidity", "signingCredential.untrusted"),
    *("assertion.dataHash.mismatch", "assertion.bmffHash.mismatch"),
    "assertion.boxesHash.mismatch",
}
_NO_BINDING = "claim.hardBindings.missing"
# The standard has removed it. Other engines read it; they read no manifest without a binding.
_EARLY_BINDING = "c2pa.hash.bmff"
_CHANGED = {"assertion.hashedURI.mismatch", "hashedURI.mismatch"}


def damage_to(validation: StoreValidation) -> set[str]:
    """Return what keeps other engines from reading the store, or from agreeing about it."""
    failed = {
        failure.code
        for manifest in validation.manifests
        for found in (manifest.findings, *(one.findings for one in manifest.ingredients))
        for failure in found.failure
    }
    is_as_signed = not failed & _INTEGRITY
    damage = failed - _RECORDED_ALIKE - (_SIGNED_SO if is_as_signed else set())
    unbound = [one for one in validation.manifests if _lacks_binding(one)]
    if is_as_signed and all(map(_has_early_binding, unbound)):
        damage.discard(_NO_BINDING)
    if any(one.signer is None for one in validation.manifests):
        damage.add("no readable certificate")
    if any(map(_has_changed_references, validation.manifests)):
        # They can mean anything now, and engines follow them to different ends.
        damage.add("changed actions or ingredients")
    for one in validation.manifests:
        damage |= {f"box {label[:40]!r}" for label in (*odd_boxes(one), *one.odd_values)}
        if _INTEGRITY & {failure.code for failure in one.findings.failure}:
            damage |= {f"box {box.label[:40]!r}" for box in unread_contents(one.box)}
    if any(one.time_stamp.certificate_fault for one in validation.manifests):
        # c2pa-rs calls the signer's own certificate invalid then.
        damage.add("the certificate of the time-stamp authority")
    return damage | not_redacted(validation)


def _lacks_binding(found: ManifestValidation) -> bool:
    return any(one.code == _NO_BINDING for one in found.findings.failure)


def _has_early_binding(found: ManifestValidation) -> bool:
    return any(
        one.label == _EARLY_BINDING
        for store in parts_of(found.box, "c2as")
        for one in store.children
    )


def not_redacted(validation: StoreValidation) -> set[str]:
    """Return a failure code if something is still there that a manifest of the store redacts.

    c2pa-rs minds that whichever manifest redacts it, and our validator if the redacted one was
    made from it.
    """
    index = StoreIndex([one.box for one in validation.manifests])
    redacted = (index.resolve(uri) for one in validation.manifests for uri in one.redactions)
    is_there = any(box is not None and not is_blank(box) for box in redacted)
    return {"assertion.notRedacted"} if is_there else set()


def _has_changed_references(manifest: ManifestValidation) -> bool:
    """Tell whether an assertion that refers to other parts is not the one that was signed."""
    changed = {one.url for one in manifest.findings.failure if one.code in _CHANGED}
    labels = {base_label(url.rpartition("/")[2]) for url in changed}
    return bool(labels & {*ACTIONS, *INGREDIENTS})
