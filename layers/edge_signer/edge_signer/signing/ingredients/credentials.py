"""Validates the credentials of an ingredient, as far as that is possible without its asset.

What is found out goes into the ingredient assertion (C2PA 2.2 §18.15.12): the claim signature, the
certificate and its trust, the time-stamp, and the hashes of the assertions, for each manifest of
the store. The hard binding is not among them unless somebody else has checked it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from edge_signer.signing.errors import InvalidIngredientError
from edge_signer.signing.ingredients.damage import damage_to
from edge_signer.signing.ingredients.forms import parts_of
from edge_signer.verification.claims.manifest_reading import base_label
from edge_signer.verification.claims.references import (
    manifest_label_of,
    manifest_uri,
    signature_uri,
)
from edge_signer.verification.findings import Finding, Findings
from edge_signer.verification.hard_bindings.asset_content import AssetContent
from edge_signer.verification.store_reader import Box
from edge_signer.verification.trust import TrustLists
from edge_signer.verification.validation import UNTRUSTED, StoreValidation
from edge_signer.verification.validator import validate_store

#: The most manifests that the ingredients of one manifest bring along.
MAX_MANIFESTS = 200
#: The most findings that are recorded of one ingredient.
MAX_FINDINGS = 500
_EXPIRED = "claimSignature.outsideValidity"
# A signature that does not match proves neither who signed nor when.
_OF_SIGNATURE = {
    *("claimSignature.insideValidity", "signingCredential.trusted"),
    *("timeStamp.validated", "timeStamp.trusted", "signingCredential.ocsp.notRevoked"),
}
_BINDING_CODES = {
    "c2pa.hash.data": "assertion.dataHash.match",
    "c2pa.hash.boxes": "assertion.boxesHash.match",
    "c2pa.hash.collection.data": "assertion.collectionHash.match",
    "c2pa.hash.bmff.v2": "assertion.bmffHash.match",
    "c2pa.hash.bmff.v3": "assertion.bmffHash.match",
}


@dataclass(frozen=True)
class IngredientCredentials:
    """The credentials of an ingredient, validated.

    Attributes:
        validation: What was found out about its manifests that count, the active one last.
    """

    validation: StoreValidation

    @classmethod
    def validated(
        cls,
        manifest_store: bytes,
        trust: TrustLists,
        now: datetime,
        where: str,
        asset: AssetContent | None = None,
    ) -> IngredientCredentials:
        """Validate a manifest store, usually without its asset.

        Args:
            manifest_store: The store.
            trust: Whom to trust.
            now: With a time zone.
            where: The ingredient's place in the request, for messages.
            asset: The file that has it inside; None leaves the hard binding unchecked.

        Raises:
            InvalidIngredientError: It is no manifest store that can be judged.
        """
        validation = validate_store(manifest_store, asset, trust, now)
        active = validation.active
        if active is None or validation.problem or not validation.is_judged:
            problem = validation.problem or "It is beyond the limits of this signer."
            raise InvalidIngredientError(f"{where}: {problem}")
        labels = [one.label for one in validation.manifests]
        if len(labels) > MAX_MANIFESTS:
            raise InvalidIngredientError(
                f"{where}: its store has more than {MAX_MANIFESTS} manifests; leave its "
                "credentials out"
            )
        if active.kind not in {"standard", "update"} or not parts_of(active.box, "c2cs"):
            raise InvalidIngredientError(f"{where}: its last manifest has no signature")
        if len(set(labels)) != len(labels):
            raise InvalidIngredientError(f"{where}: two of its manifests have the same label")
        # What no manifest refers to belongs to nobody: no verdict covers it, and it stays behind.
        counted = tuple(one for one in validation.manifests if one.is_referenced)
        validation = replace(validation, manifests=counted)
        if damage := ", ".join(sorted(damage_to(validation))):
            raise InvalidIngredientError(
                f"{where}: its credentials are damaged ({damage[:300]}); verifiers could not read "
                "a manifest that contains them. Leave them out to sign without them"
            )
        return cls(validation)

    @property
    def label(self) -> str:
        """Label of the active manifest."""
        return self.validation.active_label

    @property
    def manifests(self) -> tuple[Box, ...]:
        """Its manifests that count, the active one last."""
        return tuple(one.box for one in self.validation.manifests)

    def validation_results(self, *, asset_checked: bool) -> dict[str, Any]:
        """Return `validationResults` of the ingredient assertion.

        Args:
            asset_checked: Whether the hard binding was checked by somebody whom the policy trusts.

        Raises:
            InvalidIngredientError: There is too much to record.
        """
        active = self.validation.manifests[-1].findings
        success = [_status(one) for one in _that_count(active)]
        if asset_checked and self.validation.hard_binding != "passed":
            success.append(self._binding())
        recorded: dict[str, Any] = {
            "activeManifest": {
                "success": success,
                "informational": [_status(one) for one in active.informational],
                "failure": [*_failures(active.failure)],
            }
        }
        deltas = self._deltas()
        if deltas:
            recorded["ingredientDeltas"] = [
                {
                    "ingredientAssertionURI": uri,
                    "validationDeltas": {
                        "success": [],
                        "informational": [],
                        "failure": [*_failures(failures)],
                    },
                }
                for uri, failures in deltas.items()
            ]
        counted = sum(map(len, (active.success, active.informational, active.failure)))
        if counted + len(self.validation.new_failures) > MAX_FINDINGS:
            raise InvalidIngredientError(
                f"the ingredient {self.label} has more than {MAX_FINDINGS} statements to record"
            )
        return recorded

    def _deltas(self) -> dict[str, list[Finding]]:
        """Return what fails in the ingredient's own ingredients, by the assertion about each."""
        about = {
            ingredient.ingredient.manifest_label: ingredient.ingredient.uri
            for manifest in self.validation.manifests
            for ingredient in manifest.ingredients
        }
        deltas: dict[str, list[Finding]] = {}
        for one in self.validation.new_failures:
            uri = about.get(manifest_label_of(one.url), manifest_uri(self.label))
            deltas.setdefault(uri, []).append(one)
        return deltas

    def _binding(self) -> dict[str, str]:
        """Return that the hard binding holds.

        Raises:
            InvalidIngredientError: Nobody can have found that.
        """
        url = self.validation.intact_binding
        if not url:
            raise InvalidIngredientError(
                f"asset_checked must be absent for the ingredient {self.label}: its hard binding "
                "is not there as it was signed"
            )
        return {"code": _BINDING_CODES[base_label(url.rpartition("/")[2])], "url": url}


def references_to(manifest: Box) -> dict[str, Any]:
    """Return `activeManifest` and `claimSignature`, with their hashes in hexadecimal."""
    signature = parts_of(manifest, "c2cs")[0]
    return {
        "activeManifest": _hashed(manifest_uri(manifest.label), manifest),
        "claimSignature": _hashed(signature_uri(manifest.label), signature),
    }


def _that_count(found: Findings) -> Iterator[Finding]:
    """Yield the successes that mean something beside the failures."""
    failed = {one.code for one in found.failure}
    for one in found.success:
        if one.code in _OF_SIGNATURE and "claimSignature.mismatch" in failed:
            continue
        if one.code == "signingCredential.trusted" and _EXPIRED in failed:
            continue
        yield one


def _failures(found: Sequence[Finding]) -> Iterator[dict[str, str]]:
    """Yield failures; those of an expired certificate as all engines name them.

    Each engine counts as new what is not recorded under its own code. To c2pa-rs, a chain with an
    expired certificate leads to no root either.
    """
    seen = set()
    for one in found:
        names = (_EXPIRED, "signingCredential.expired", UNTRUSTED)
        for code in names if one.code == _EXPIRED else (one.code,):
            if (code, one.url) not in seen:
                seen.add((code, one.url))
                yield _status(replace(one, code=code))


def _status(finding: Finding) -> dict[str, str]:
    return {"code": finding.code, "url": finding.url} if finding.url else {"code": finding.code}


def _hashed(url: str, box: Box) -> dict[str, str]:
    # Without `alg` engines differ in whose algorithm is meant.
    return {"url": url, "alg": "sha256", "hash": hashlib.sha256(box.payload).hexdigest()}
