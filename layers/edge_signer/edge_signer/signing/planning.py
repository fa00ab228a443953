"""What a request means under its policy: the content of the manifest, before anything is built."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from edge_signer.signing.credentials.time_stamp_authority import HttpTimeStampAuthority, required
from edge_signer.signing.errors import IngredientsUnavailableError, PolicyViolationError
from edge_signer.signing.rules.assertions import CLAIM_THUMBNAIL_LABEL, manifest_assertions
from edge_signer.signing.rules.ingredient_rules import NamedIngredient, require_update_actions
from edge_signer.signing.rules.policy_directory import PolicyDirectory
from edge_signer.signing.signing_request import PlannedManifest, SigningRequest
from edge_signer.signing.store import S3ManifestStore

# Loads the validator, which only requests with ingredients need.
if TYPE_CHECKING:
    from edge_signer.signing.ingredients.planner import IngredientPlanner


class Planning:
    """Plans manifests.

    Args:
        policies: Finds the policy of a request.
        store: Knows where manifests will be.
        time_stamp_authority: Stamps signatures; None if there is none.
        ingredients: Gives the planner of ingredients when it is first needed; None if there is
            none.
    """

    def __init__(
        self,
        policies: PolicyDirectory,
        store: S3ManifestStore,
        time_stamp_authority: HttpTimeStampAuthority | None,
        ingredients: Callable[[], IngredientPlanner] | None,
    ) -> None:
        self._policies = policies
        self._store = store
        self._time_stamp_authority = time_stamp_authority
        self._ingredients = ingredients

    def content(self, request: SigningRequest) -> PlannedManifest:
        """Check a request against its policy.

        Raises:
            EdgeSignerError: One of the catalogue.
        """
        policy = self._policies.find(request.policy_id, request.tenant_id)
        policy.require_title_allowed(request.title)
        named = [NamedIngredient(one.id, one.relationship) for one in request.ingredients]
        assertions = manifest_assertions(request.assertions, policy, named, request.redactions)
        if request.is_update:
            require_update_actions(assertions)
        wants_time_stamp = policy.wants_time_stamp(request.tsa)
        authority = required(self._time_stamp_authority) if wants_time_stamp else None
        return PlannedManifest(policy, assertions, authority, self._store.url_of(request))

    def with_ingredients(
        self, request: SigningRequest, planned: PlannedManifest
    ) -> PlannedManifest:
        """Add what the ingredients bring, and the thumbnails.

        Raises:
            EdgeSignerError: One of the catalogue.
        """
        if not request.ingredients and request.thumbnail is None:
            return planned
        policy = planned.policy
        if request.thumbnail is not None and not policy.allows(CLAIM_THUMBNAIL_LABEL):
            raise PolicyViolationError(f"thumbnail is not allowed by policy {policy.policy_id}")
        from edge_signer.signing.ingredients.planned import PlannedIngredients, thumbnail_assertion

        found: PlannedIngredients = PlannedIngredients()
        if request.ingredients:
            if self._ingredients is None:
                raise IngredientsUnavailableError("This signer has no trust lists.")
            planner = self._ingredients()
            found = planner.plan(request.tenant_id, request.ingredients, request.redactions, policy)
        assertions = found.before(planned.assertions)
        if request.thumbnail is not None:
            assertions.append(thumbnail_assertion(CLAIM_THUMBNAIL_LABEL, request.thumbnail))
        return replace(planned, assertions=assertions, earlier_manifests=found.earlier_manifests)

    def require_acceptable(self, request: SigningRequest, manifest_store: bytes) -> None:
        """Check a manifest that `needs_check`, once it is signed.

        Raises:
            InvalidIngredientError: Verifiers would refuse it.
        """
        if self._ingredients is not None:
            asset_sha256 = request.asset_sha256 if request.embedding is None else None
            self._ingredients().require_acceptable(manifest_store, asset_sha256)
