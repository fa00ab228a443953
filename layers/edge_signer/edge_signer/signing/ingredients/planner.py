"""The ingredients of a manifest, from the request to the assertions and the manifests to copy."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from edge_signer.signing.errors import InvalidIngredientError, PolicyViolationError
from edge_signer.signing.ingredients.credentials import (
    MAX_MANIFESTS,
    IngredientCredentials,
    references_to,
)
from edge_signer.signing.ingredients.ingredient import Ingredient
from edge_signer.signing.ingredients.planned import (
    INGREDIENT_LABEL,
    INGREDIENT_THUMBNAIL_LABEL,
    PlannedIngredients,
    thumbnail_assertion,
)
from edge_signer.signing.ingredients.redaction import redact
from edge_signer.signing.manifest.assertion import Assertion
from edge_signer.signing.rules.policy import SigningPolicy
from edge_signer.signing.rules.redactions import Redaction
from edge_signer.verification.findings import Finding
from edge_signer.verification.hard_bindings.asset_content import AssetContent
from edge_signer.verification.store_reader import Box
from edge_signer.verification.trust import TrustLists
from edge_signer.verification.validation import UNTRUSTED, StoreValidation
from edge_signer.verification.validator import validate_store

#: The most bytes of manifests that the ingredients of one manifest bring along.
MAX_INGREDIENT_BYTES = 3 * 1024 * 1024
_OF_SIGNER = {UNTRUSTED, "claimSignature.outsideValidity"}
_SUFFICIENT = {
    "trusted": {"Trusted"},
    "valid": {"Trusted", "Valid"},
    "any": {"Trusted", "Valid", "Invalid"},
}

#: Gives the manifest store of an ingredient of a tenant; None if it has no credentials.
StoreReader = Callable[[str, Ingredient, str], bytes | None]


@dataclass
class _Copied:
    """The manifests of all ingredients; those that several have are copied once."""

    by_label: dict[str, Box] = field(default_factory=dict)
    size_bytes: int = 0

    def add(self, manifests: Sequence[Box], where: str) -> None:
        for one in manifests:
            earlier = self.by_label.setdefault(one.label, one)
            if earlier is one:
                self.size_bytes += len(one.payload) + 8
            elif earlier.payload != one.payload:
                raise InvalidIngredientError(
                    f"{where}: another ingredient has a different manifest with the label "
                    f"{one.label[:100]}"
                )
        if self.size_bytes > MAX_INGREDIENT_BYTES:
            raise InvalidIngredientError(
                f"{where}: with this one, the ingredients' manifests have more than "
                f"{MAX_INGREDIENT_BYTES} bytes"
            )
        if len(self.by_label) > MAX_MANIFESTS:
            raise InvalidIngredientError(
                f"{where}: with this one, the ingredients have more than {MAX_MANIFESTS} manifests"
            )


class IngredientPlanner:
    """Validates ingredients and describes them.

    Args:
        read_store: Finds the manifest store of an ingredient.
        trust: Gives the trust lists.
        now: Gives the time.
    """

    def __init__(
        self,
        read_store: StoreReader,
        trust: Callable[[], TrustLists],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._read_store = read_store
        self._trust = trust
        self._now = now

    def plan(
        self,
        tenant_id: str,
        ingredients: Sequence[Ingredient],
        redactions: Sequence[Redaction],
        policy: SigningPolicy,
    ) -> PlannedIngredients:
        """Validate the credentials of ingredients, and make the assertions about them.

        Args:
            tenant_id: Whose request it is.
            ingredients: In the request's order.
            redactions: What is to be taken out of their manifests.
            policy: Says which credentials suffice, and whose check of a hard binding counts.

        Raises:
            InvalidIngredientError: A manifest store cannot be read or is too large, or there is
                nothing to redact.
            PolicyViolationError: The policy does not allow an ingredient.
            EdgeSignerError: Of the catalogue, if a manifest store is elsewhere.
        """
        copied = _Copied()
        found = [
            self._credentials(tenant_id, one, policy, copied, f"ingredients[{number}]")
            for number, one in enumerate(ingredients)
        ]
        for number, redaction in enumerate(redactions):
            redact(copied.by_label, redaction.uri, f"redactions[{number}]")
        assertions: list[Assertion] = []
        positions: list[int] = []
        for ingredient, credentials in zip(ingredients, found, strict=True):
            content = _described(ingredient)
            if ingredient.thumbnail is not None:
                content["thumbnail"] = len(assertions)
                assertions.append(
                    thumbnail_assertion(INGREDIENT_THUMBNAIL_LABEL, ingredient.thumbnail)
                )
            if credentials is not None:
                # As it is copied: without what was redacted.
                content |= references_to(copied.by_label[credentials.label])
                content["validationResults"] = credentials.validation_results(
                    asset_checked=ingredient.asset_checked
                )
            positions.append(len(assertions))
            assertions.append(Assertion(INGREDIENT_LABEL, content, created=True))
        return PlannedIngredients(assertions, positions, tuple(copied.by_label.values()))

    def require_acceptable(self, manifest_store: bytes, asset_sha256: bytes | None) -> None:
        """Check a store whose earlier manifests were changed, or that has no binding of its own.

        Args:
            manifest_store: The store, signed.
            asset_sha256: Digest of the asset; None if the store will be inside it.

        Raises:
            InvalidIngredientError: Verifiers would refuse it.
        """
        asset = None if asset_sha256 is None else AssetContent(sha256=asset_sha256)
        found = validate_store(manifest_store, asset, self._trust(), self._now())
        own = found.active.findings.failure if found.active else ()
        failed = {one.code for one in (*own, *found.new_failures, *_of_updated(found))}
        failed -= {UNTRUSTED}
        if failed or found.verdict not in {"Trusted", "Valid"}:
            reasons = ", ".join(sorted(failed)) or found.problem
            raise InvalidIngredientError(f"verifiers would refuse the manifest: {reasons[:300]}")

    def _credentials(
        self,
        tenant_id: str,
        ingredient: Ingredient,
        policy: SigningPolicy,
        copied: _Copied,
        where: str,
    ) -> IngredientCredentials | None:
        store = self._read_store(tenant_id, ingredient, where)
        if store is None:
            if ingredient.asset_checked:
                raise InvalidIngredientError(
                    f"{where}.asset_checked needs credentials, and there are none"
                )
            return None
        if ingredient.asset_checked and tenant_id not in policy.trusted_clients:
            raise PolicyViolationError(
                f"{where}.asset_checked must be absent: policy {policy.policy_id} does not list "
                "this tenant under trusted_clients"
            )
        asset = None
        if ingredient.asset is not None:
            file = io.BytesIO(ingredient.asset)
            asset = AssetContent(stream=file, size_bytes=len(ingredient.asset), is_embedded=True)
        found = IngredientCredentials.validated(store, self._trust(), self._now(), where, asset)
        _require_sufficient(found, policy, where)
        copied.add(found.manifests, where)
        return found


def _of_updated(found: StoreValidation) -> Iterator[Finding]:
    """Yield how the manifest that the active one updates was changed: its binding is the update's.

    Who signed it, and when, does not matter.
    """
    if found.active is None or found.active.kind != "update":
        return
    updated = {one.ingredient.manifest_label for one in found.active.ingredients}
    for manifest in found.manifests:
        if manifest.label in updated:
            yield from (one for one in manifest.findings.failure if one.code not in _OF_SIGNER)


def _described(ingredient: Ingredient) -> dict[str, Any]:
    said: Mapping[str, Any] = {
        "relationship": ingredient.relationship,
        "dc:title": ingredient.title,
        "dc:format": ingredient.media_type,
        "instanceID": ingredient.instance_id,
        "description": ingredient.description,
    }
    return {name: value for name, value in said.items() if value is not None}


def _require_sufficient(found: IngredientCredentials, policy: SigningPolicy, where: str) -> None:
    demanded = policy.ingredients.credentials if policy.ingredients else "trusted"
    if found.verdict in _SUFFICIENT[demanded]:
        return
    failed = [one.code for one in found.validation.manifests[-1].findings.failure]
    failed += [one.code for one in found.validation.new_failures]
    reasons = ", ".join(dict.fromkeys(failed)) or "no valid signature"
    raise PolicyViolationError(
        f"{where}: its credentials are {found.verdict} ({reasons[:300]}), and policy "
        f"{policy.policy_id} requires credentials that are {demanded}"
    )
