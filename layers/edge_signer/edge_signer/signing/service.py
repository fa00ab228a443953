"""How an asset gets its manifest, top to bottom."""

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
from edge_signer.signing.credentials.time_stamp import TimeStampAuthority
from edge_signer.signing.edge_path import CircuitOpenError, CpuTimeSpentError, EdgePath
from edge_signer.signing.errors import CredentialUnavailableError, TsaUnavailableError
from edge_signer.signing.manifest.builder import BuildError
from edge_signer.signing.rules.assertions import manifest_assertions
from edge_signer.signing.rules.policy import SigningPolicy
from edge_signer.signing.rules.policy_directory import PolicyDirectory
from edge_signer.signing.signing_request import PlannedManifest, SignedStore, SigningRequest
from edge_signer.signing.store import ManifestStore, StoredManifest
from edge_signer.telemetry.request_record import RequestRecord

#: What another engine with another key may still do. A time-stamp authority that fails is not
#: among it: the central signer asks the same one.
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
    """What became of a request.

    Attributes:
        stored: The manifest.
        signing_mode: How it was signed.
        kms_key_id: Which key signed.
        tsa_token_url: Where the time-stamp is; None where there is none.
    """

    stored: StoredManifest
    signing_mode: str
    kms_key_id: str
    tsa_token_url: str | None


class SigningService:
    """Signs requests.

    Args:
        policies: Finds the policy of a request.
        edge: Signs here.
        central: Signs where the edge cannot; None where there is no central signer.
        store: Where manifests are kept.
        time_stamp_authority: Stamps signatures; None where this signer has none.
        signs_here: Tells whether the edge may sign for a tenant at all.
        asks_central: Tells whether the central signer may be asked.
    """

    def __init__(
        self,
        policies: PolicyDirectory,
        edge: EdgePath,
        central: CentralPath | None,
        store: ManifestStore,
        time_stamp_authority: TimeStampAuthority | None = None,
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
        """Check a request against its policy; nothing is asked of KMS.

        Raises:
            EdgeSignerError: One of the catalogue.
        """
        policy = self._policies.find(request.policy_id, request.tenant_id)
        policy.require_title_allowed(request.title)
        assertions = manifest_assertions(request.assertions, policy)
        return PlannedManifest(policy, assertions, self._authority_for(policy, request.tsa))

    def sign(
        self, request: SigningRequest, record: RequestRecord, deadline: Deadline
    ) -> SignedManifest:
        """Build, sign, check and store the manifest of an asset.

        Args:
            request: What is to be signed.
            record: Learns what is signed with what, and how long the steps take: policy, those of
                the path that is taken, and store.
            deadline: Of the request.

        Raises:
            EdgeSignerError: One of the catalogue. Nothing was stored then, unless the store did not
                confirm it.
        """
        with record.stopwatch.step("policy"):
            planned = self.plan(request)
            record.policy_id = planned.policy.policy_id

        central = self._central if self._asks_central() else None
        if central is None:
            signed = self._sign_here_alone(request, planned, record, deadline)
        elif not self._signs_here(request.tenant_id):
            signed = central.sign(request, planned, record, deadline)
        else:
            try:
                signed = self._edge.sign(request, planned, record, deadline)
            except _CENTRAL_MAY_HELP as failure:
                record.edge_failure = type(failure).__name__
                signed = central.sign(request, planned, record, deadline)

        if deadline.left_s() <= 0:
            raise DeadlineExceededError("There was no time left to store it.", retry_after_s=5)

        with record.stopwatch.step("store"):
            tenant_id, stamp = request.tenant_id, signed.stamp
            token_url = self._store.put_time_stamp(tenant_id, stamp) if stamp else None
            stored = self._store.put(tenant_id, request.asset_sha256, signed.manifest_store)
            record.manifest_sha256 = hashlib.sha256(signed.manifest_store).hexdigest()
            record.signing_mode = signed.signing_mode
            record.kms_key_id = signed.kms_key_id

        return SignedManifest(stored, signed.signing_mode, signed.kms_key_id, token_url)

    def _sign_here_alone(
        self,
        request: SigningRequest,
        planned: PlannedManifest,
        record: RequestRecord,
        deadline: Deadline,
    ) -> SignedStore:
        try:
            return self._edge.sign(request, planned, record, deadline)
        except (CircuitOpenError, EdgeTimeSpentError) as unasked:
            raise KmsUnavailableError(
                "KMS fails, and was not asked again.", retry_after_s=10
            ) from unasked

    def _authority_for(
        self, policy: SigningPolicy, asked: bool | None
    ) -> TimeStampAuthority | None:
        """Give the authority that shall stamp; None where nothing is to be stamped."""
        if not policy.wants_time_stamp(asked):
            return None
        if self._time_stamp_authority is None:
            raise TsaUnavailableError("This signer has no time-stamp authority.")
        return self._time_stamp_authority
