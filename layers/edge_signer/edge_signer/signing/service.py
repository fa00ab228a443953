"""How an asset gets its manifest, from top to bottom."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from edge_signer.platform.beside import beside
from edge_signer.platform.deadline import Deadline, EdgeTimeSpentError
from edge_signer.platform.errors import (
    DeadlineExceededError,
    KmsRateLimitError,
    KmsUnavailableError,
)
from edge_signer.signing.central_path import CentralPath
from edge_signer.signing.credentials.time_stamp_authority import HttpTimeStampAuthority
from edge_signer.signing.edge_path import CircuitOpenError, CpuTimeSpentError, EdgePath
from edge_signer.signing.errors import (
    CredentialUnavailableError,
    EmbeddingUnavailableError,
    IngredientsUnavailableError,
)
from edge_signer.signing.layout.inline_embedding import InlineEmbedding
from edge_signer.signing.manifest.manifest_definition import BuildError
from edge_signer.signing.planning import Planning
from edge_signer.signing.rules.policy_directory import PolicyDirectory
from edge_signer.signing.signing_request import (
    Attempt,
    PlannedManifest,
    SignedManifest,
    SignedStore,
    SigningRequest,
)
from edge_signer.signing.store import S3ManifestStore
from edge_signer.telemetry.request_record import RequestRecord

# Loads the validator, which only requests with ingredients need.
if TYPE_CHECKING:
    from edge_signer.signing.ingredients.planner import IngredientPlanner

#: Failures that another engine with another key may not have. A failing time-stamp authority is not
#: among them: the central signer uses the same one.
_CENTRAL_MAY_HELP = (
    BuildError,
    CircuitOpenError,
    CpuTimeSpentError,
    CredentialUnavailableError,
    EdgeTimeSpentError,
    KmsRateLimitError,
    KmsUnavailableError,
)


class SigningService:
    """Signs requests.

    Args:
        policies: Finds the policy of a request.
        edge: Signs at the edge.
        central: Signs when the edge cannot; None if there is no central signer.
        store: Keeps manifests.
        time_stamp_authority: Stamps signatures; None if there is none.
        ingredients: Gives the planner of ingredients when it is first needed.
        signs_here: Tells whether the edge may sign for a tenant.
        asks_central: Tells whether the central signer may be used.

    Attributes:
        store: Keeps manifests.
    """

    def __init__(
        self,
        policies: PolicyDirectory,
        edge: EdgePath,
        central: CentralPath | None,
        store: S3ManifestStore,
        time_stamp_authority: HttpTimeStampAuthority | None = None,
        signs_here: Callable[[str], bool] = lambda _: True,
        asks_central: Callable[[], bool] = lambda: True,
        ingredients: Callable[[], IngredientPlanner] | None = None,
    ) -> None:
        self._planning = Planning(policies, store, time_stamp_authority, ingredients)
        self._edge = edge
        self._central = central
        self.store = store
        self._signs_here = signs_here
        self._asks_central = asks_central

    def plan(self, request: SigningRequest) -> PlannedManifest:
        """Check a request against its policy, without calling KMS.

        Raises:
            EdgeSignerError: One of the catalogue.
        """
        planned = self._planning.content(request)
        planned = self._planning.with_ingredients(request, planned)
        if request.embedding is not None:
            request.embedding.require_possible(is_stamped=planned.is_stamped)
        return planned

    def sign(
        self,
        request: SigningRequest,
        record: RequestRecord,
        deadline: Deadline,
        *,
        before_kms: Callable[[], object] = lambda: None,
        before_storing: Callable[[SignedManifest], object] = lambda _: None,
    ) -> SignedManifest:
        """Build, sign, check and store the manifest of an asset.

        Args:
            request: What is to be signed.
            record: Takes what was signed with what, and the duration of the steps: policy,
                ingredients if there are any, layout if there is an inline asset to embed in, those
                of the path taken, and store.
            deadline: Of the request.
            before_kms: Called when all is ready to be signed; what it raises ends the request.
            before_storing: Called with what will be stored; what it raises ends the request.

        Raises:
            EdgeSignerError: One of the catalogue. Nothing was stored, unless the store failed to
                confirm it, or failed to store the time-stamp beside the manifest.
        """
        with record.stopwatch.step("policy"):
            planned = self._planning.content(request)
            record.policy_id = planned.policy.policy_id
        if request.ingredients or request.thumbnail:
            with record.stopwatch.step("ingredients"):
                began_cpu_ms = record.stopwatch.cpu_ms
                planned = self._planning.with_ingredients(request, planned)
                # Their limits bound this; the budget of CPU time is for building.
                record.admitted_cpu_ms += record.stopwatch.cpu_ms - began_cpu_ms
        if isinstance(request.embedding, InlineEmbedding):
            with record.stopwatch.step("layout"):
                request.embedding.require_possible(is_stamped=planned.is_stamped)
        elif request.embedding is not None:
            request.embedding.require_possible(is_stamped=planned.is_stamped)

        attempt = Attempt(request, planned, record, deadline, before_kms)
        central = self._central if self._asks_central() else None
        if request.needs_edge:
            signed = self._sign_at_edge_alone(attempt)
        elif central is None:
            signed = self._sign_at_edge_only(attempt)
        elif not self._signs_here(request.tenant_id):
            signed = central.sign(attempt)
        else:
            try:
                signed = self._edge.sign(attempt)
            except _CENTRAL_MAY_HELP as failure:
                record.edge_failure = type(failure).__name__
                signed = central.sign(attempt)

        if isinstance(request.embedding, InlineEmbedding):
            with record.stopwatch.step("layout"):
                # Nothing is stored if the file that would be released is not the one signed for.
                request.embedding.signed(signed.manifest_store)

        if request.needs_check:
            with record.stopwatch.step("ingredients"):
                self._planning.require_acceptable(request, signed.manifest_store)

        if deadline.left_s() <= 0:
            raise DeadlineExceededError("There was no time left to store it.", retry_after_s=5)

        manifest = self._signed(request, planned, signed)
        before_storing(manifest)

        with record.stopwatch.step("store"):
            manifest = replace(manifest, version=self._stored(request, signed))
            record.manifest_sha256 = hashlib.sha256(signed.manifest_store).hexdigest()
            record.signing_mode = signed.signing_mode
            record.kms_key_id = signed.kms_key_id
        return manifest

    def _signed(
        self, request: SigningRequest, planned: PlannedManifest, signed: SignedStore
    ) -> SignedManifest:
        stamp, tenant_id = signed.stamp, request.tenant_id
        return SignedManifest(
            manifest_url=planned.manifest_url,
            version="",
            signing_mode=signed.signing_mode,
            kms_key_id=signed.kms_key_id,
            tsa_token_url=self.store.url_of_time_stamp(tenant_id, stamp) if stamp else None,
            manifest_store=signed.manifest_store,
        )

    def _stored(self, request: SigningRequest, signed: SignedStore) -> str:
        """Store a manifest and its time-stamp at the same time; return the manifest's version."""
        if signed.stamp is None:
            return self.store.put(request, signed.manifest_store)
        stamped = beside(partial(self.store.put_time_stamp, request.tenant_id, signed.stamp))
        try:
            return self.store.put(request, signed.manifest_store)
        finally:
            stamped.result()

    def _sign_at_edge_alone(self, attempt: Attempt) -> SignedStore:
        """Sign what the central signer does not make: it makes sidecars without ingredients."""
        reason: Exception | None = None
        if self._signs_here(attempt.request.tenant_id):
            try:
                return self._edge.sign(attempt)
            except _CENTRAL_MAY_HELP as failure:
                attempt.record.edge_failure = type(failure).__name__
                reason = failure
        if attempt.request.embedding is not None:
            raise EmbeddingUnavailableError(
                "Embedded manifests are made at the edge, which cannot sign now; request a sidecar "
                "or try again.",
                retry_after_s=10,
            ) from reason
        raise IngredientsUnavailableError(
            "Manifests with ingredients or thumbnails are made at the edge, which cannot sign now; "
            "try again.",
            retry_after_s=10,
        ) from reason

    def _sign_at_edge_only(self, attempt: Attempt) -> SignedStore:
        try:
            return self._edge.sign(attempt)
        except (CircuitOpenError, EdgeTimeSpentError) as unasked:
            raise KmsUnavailableError("KMS is unavailable.", retry_after_s=10) from unasked
