"""Damage to a manifest store that keeps engines from reading it, or from agreeing about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from edge_signer.verification.claims.assertion_checks import ACTIONS, INGREDIENTS
from edge_signer.verification.claims.manifest_reading import base_label
from edge_signer.verification.store_reader import Box
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
_EMBEDDED_FILE = "40cb0c32bb8a489da70b2ad6f47f4369"
# What the boxes of assertions hold, by their kind.
_CONTENTS = {"cbor": ["cbor"], "json": ["json"], _EMBEDDED_FILE: ["bfdb", "bidb"]}


def parts_of(manifest: Box, kind: str) -> list[Box]:
    """Return the boxes of a manifest of one kind."""
    return [one for one in manifest.children if one.kind == kind]


def damage_to(validation: StoreValidation, manifests: Sequence[Box]) -> set[str]:
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
    if not is_as_signed:
        damage |= {
            f"box {one.label[:40]!r}" for one in _assertions(manifests) if not _is_sound(one)
        }
    return damage


def _lacks_binding(found: ManifestValidation) -> bool:
    return any(one.code == _NO_BINDING for one in found.findings.failure)


def _has_early_binding(found: ManifestValidation) -> bool:
    return any(one.label == _EARLY_BINDING for one in _assertions([found.box]))


def _assertions(manifests: Iterable[Box]) -> Iterator[Box]:
    return (
        assertion
        for manifest in manifests
        for store in parts_of(manifest, "c2as")
        for assertion in store.children
    )


def _is_sound(box: Box) -> bool:
    # After header, UUID and toggles stands the label.
    _, _, private = box.description[8 + 17 :].partition(b"\0")
    found = [kind for kind, _ in box.contents]
    return (
        not (box.faults or box.children)
        and _CONTENTS.get(box.kind) == found
        # Nothing but a salt may follow the label (C2PA 2.2 §8.4.2.4).
        and (not private or private[4:8] == b"c2sh")
    )


def _has_changed_references(manifest: ManifestValidation) -> bool:
    """Tell whether an assertion that refers to other parts is not the one that was signed."""
    changed = {one.url for one in manifest.findings.failure if one.code in _CHANGED}
    labels = {base_label(url.rpartition("/")[2]) for url in changed}
    return bool(labels & {*ACTIONS, *INGREDIENTS})
