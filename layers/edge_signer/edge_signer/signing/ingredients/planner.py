"""The ingredients of a manifest, from the request to the assertions and the manifests to copy."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from edge_signer.signing.errors import InvalidIngredientError, PolicyViolationError
from edge_signer.signing.ingredients.copied import CopiedManifests
from edge_signer.signing.ingredients.credentials import (
    IngredientCredentials,
    references_to,
)
from edge_signer.signing.ingredients.damage import not_redacted
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
from edge_signer.verification.trust import TrustLists
from edge_signer.verification.validation import UNTRUSTED, StoreValidation
from edge_signer.verification.validator import validate_store

#: The most bytes, in JSON, that are said about the ingredients of one manifest. The builder takes
#: 512 KiB, of which 128 KiB are for thumbnails.
MAX_RECORDED_BYTES = 256 * 1024
_OF_SIGNER = {UNTRUSTED, "claimSignature.outsideValidity"}
_SUFFICIENT = {
    "trusted": {"Trusted"},
    "valid": {"Trusted", "Valid"},
    "any": {"Trusted", "Valid", "Invalid"},
}

#: Gives the manifest store of an ingredient of a tenant; None if it has no credentials.
StoreReader = Callable[[str, Ingredient, str], bytes | None]


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
        copied = CopiedManifests()
        found = [
            self._credentials(tenant_id, one, policy, copied, f"ingredients[{number}]")
            for number, one in enumerate(ingredients)
        ]
        for number, redaction in enumerate(redactions):
            redact(copied.by_label, redaction.uri, f"redactions[{number}]")
        assertions: list[Assertion] = []
        positions: list[int] = []
        recorded_bytes = 0
        for number, (ingredient, credentials) in enumerate(zip(ingredients, found, strict=True)):
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
            recorded_bytes += len(json.dumps(content))
            if recorded_bytes > MAX_RECORDED_BYTES:
                raise InvalidIngredientError(
                    f"ingredients[{number}]: with this one, more than {MAX_RECORDED_BYTES} bytes "
                    "would be recorded about ingredients; name some without credentials"
                )
        return PlannedIngredients(assertions, positions, tuple(copied.by_label.values()))

    def require_acceptable(self, manifest_store: bytes, asset_sha256: bytes | None) -> None:
        """Check a store of manifests that were changed, did not know of each other, or are unbound.

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
        if found.active and found.active.kind == "update" and not found.intact_binding:
            failed.add("claim.hardBindings.missing")
        failed |= not_redacted(found)
        if failed or found.verdict not in {"Trusted", "Valid"}:
            reasons = ", ".join(sorted(failed)) or found.problem
            raise InvalidIngredientError(
                "ingredients: verifiers would refuse the manifest with these, redactions and "
                f"update ({reasons[:300]}); leave out one of the ingredients' credentials, "
                "redactions or update"
            )

    def _credentials(
        self,
        tenant_id: str,
        ingredient: Ingredient,
        policy: SigningPolicy,
        copied: CopiedManifests,
        where: str,
    ) -> IngredientCredentials | None:
        place = ingredient.place
        store = copied.stores.get(place) if place else None
        if store is None:
            store = self._read_store(tenant_id, ingredient, where)
            if place and store is not None:
                copied.stores[place] = store
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
        # One that is inside the asset is judged with it; a request has one asset.
        asset = ingredient.asset
        found = copied.validated.get((store, asset is not None))
        if found is None:
            copied.require_room(store, where)
            file = None if asset is None else _content_of(asset)
            found = IngredientCredentials.validated(store, self._trust(), self._now(), where, file)
            copied.validated[store, asset is not None] = found
        _require_sufficient(found, policy, where)
        copied.add(found.manifests, where)
        return found


def _content_of(asset: bytes) -> AssetContent:
    return AssetContent(stream=io.BytesIO(asset), size_bytes=len(asset), is_embedded=True)


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
    verdict = found.validation.verdict
    if verdict in _SUFFICIENT[demanded]:
        return
    failed = [one.code for one in found.validation.manifests[-1].findings.failure]
    failed += [one.code for one in found.validation.new_failures]
    reasons = ", ".join(dict.fromkeys(failed)) or "no valid signature"
    raise PolicyViolationError(
        f"{where}: its credentials are {verdict} ({reasons[:300]}), and policy "
        f"{policy.policy_id} requires credentials that are {demanded}"
    )
