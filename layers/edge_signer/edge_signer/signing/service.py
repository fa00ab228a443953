"""How an asset gets its manifest, from top to bottom."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from edge_signer.platform.deadline import Deadline, EdgeTimeSpentError
from edge_signer.platform.errors import (
    DeadlineExceededError,
    KmsRateLimitError,
    KmsUnavailableError,
)
from edge_signer.signing.central_path import CentralPath
from edge_signer.signing.credentials.time_stamp_authority import HttpTimeStampAuthority, required
from edge_signer.signing.edge_path import CircuitOpenError, CpuTimeSpentError, EdgePath
from edge_signer.signing.errors import CredentialUnavailableError, EmbeddingUnavailableError
from edge_signer.signing.layout.inline_embedding import InlineEmbedding
from edge_signer.signing.manifest.builder import BuildError
from edge_signer.signing.rules.assertions import manifest_assertions
from edge_signer.signing.rules.policy_directory import PolicyDirectory
from edge_signer.signing.signing_request import (
    Attempt,
    PlannedManifest,
    SignedStore,
    SigningRequest,
)
from edge_signer.signing.store import S3ManifestStore, StoredManifest
from edge_signer.telemetry.request_record import RequestRecord

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


@dataclass(frozen=True)
class SignedManifest:
    """A signed and stored manifest.

    Attributes:
        stored: The manifest.
        signing_mode: How it was signed.
        kms_key_id: The key that signed it.
        tsa_token_url: Address of its time-stamp; None for none.
        manifest_store: The bytes.
    """

    stored: StoredManifest
    signing_mode: str
    kms_key_id: str
    tsa_token_url: str | None
    manifest_store: bytes


class SigningService:
    """Signs requests.

    Args:
        policies: Finds the policy of a request.
        edge: Signs at the edge.
        central: Signs when the edge cannot; None if there is no central signer.
        store: Keeps manifests.
        time_stamp_authority: Stamps signatures; None if there is none.
        signs_here: Tells whether the edge may sign for a tenant.
        asks_central: Tells whether the central signer may be used.
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
    ) -> None:
        self._policies = policies
        self._edge = edge
        self._central = central
        self._store = store
        self._time_stamp_authority = time_stamp_authority
        self._signs_here = signs_here
        self._asks_central = asks_central

    def plan(self, request: SigningRequest) -> PlannedManifest:
        """Check a request against its policy, without calling KMS.

        Raises:
            EdgeSignerError: One of the catalogue.
        """
        planned = self._content(request)
        if request.embedding is not None:
            request.embedding.require_possible(is_stamped=planned.is_stamped)
        return planned

    def sign(
        self, request: SigningRequest, record: RequestRecord, deadline: Deadline
    ) -> SignedManifest:
        """Build, sign, check and store the manifest of an asset.

        Args:
            request: What is to be signed.
            record: Takes what was signed with what, and the duration of the steps: policy, layout
                if there is an inline asset to embed in, those of the path taken, and store.
            deadline: Of the request.

        Raises:
            EdgeSignerError: One of the catalogue. Nothing was stored, unless the store failed to
                confirm it.
        """
        with record.stopwatch.step("policy"):
            planned = self._content(request)
            record.policy_id = planned.policy.policy_id
        if isinstance(request.embedding, InlineEmbedding):
            with record.stopwatch.step("layout"):
                request.embedding.require_possible(is_stamped=planned.is_stamped)
        elif request.embedding is not None:
            request.embedding.require_possible(is_stamped=planned.is_stamped)

        attempt = Attempt(request, planned, record, deadline)
        central = self._central if self._asks_central() else None
        if request.embedding is not None:
            signed = self._embedded(attempt)
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

        if deadline.left_s() <= 0:
            raise DeadlineExceededError("There was no time left to store it.", retry_after_s=5)

        with record.stopwatch.step("store"):
            tenant_id, stamp = request.tenant_id, signed.stamp
            token_url = self._store.put_time_stamp(tenant_id, stamp) if stamp else None
            stored = self._store.put(request, signed.manifest_store)
            record.manifest_sha256 = hashlib.sha256(signed.manifest_store).hexdigest()
            record.signing_mode = signed.signing_mode
            record.kms_key_id = signed.kms_key_id

        return SignedManifest(
            stored, signed.signing_mode, signed.kms_key_id, token_url, signed.manifest_store
        )

    def _content(self, request: SigningRequest) -> PlannedManifest:
        policy = self._policies.find(request.policy_id, request.tenant_id)
        policy.require_title_allowed(request.title)
        assertions = manifest_assertions(request.assertions, policy)
        wants_time_stamp = policy.wants_time_stamp(request.tsa)
        authority = required(self._time_stamp_authority) if wants_time_stamp else None
        return PlannedManifest(policy, assertions, authority, self._store.url_of(request))

    def _embedded(self, attempt: Attempt) -> SignedStore:
        """Sign at the edge: the central signer makes sidecars only."""
        reason: Exception | None = None
        if self._signs_here(attempt.request.tenant_id):
            try:
                return self._edge.sign(attempt)
            except _CENTRAL_MAY_HELP as failure:
                attempt.record.edge_failure = type(failure).__name__
                reason = failure
        raise EmbeddingUnavailableError(
            "Embedded manifests are made at the edge, which cannot sign now; request a sidecar or "
            "try again.",
            retry_after_s=10,
        ) from reason

    def _sign_at_edge_only(self, attempt: Attempt) -> SignedStore:
        try:
            return self._edge.sign(attempt)
        except (CircuitOpenError, EdgeTimeSpentError) as unasked:
            raise KmsUnavailableError("KMS is unavailable.", retry_after_s=10) from unasked
