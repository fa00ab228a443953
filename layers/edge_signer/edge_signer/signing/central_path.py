"""How a manifest is made where the edge cannot: another engine is asked, and believed nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Protocol

from edge_signer.platform.deadline import Deadline
from edge_signer.platform.errors import (
    DeadlineExceededError,
    EdgeSignerError,
    KmsUnavailableError,
)
from edge_signer.signing.central_signer import CentralRequest, CentralSigner
from edge_signer.signing.credentials.algorithm import ALGORITHMS
from edge_signer.signing.credentials.certificate import CertificateChain
from edge_signer.signing.credentials.kms import region_of
from edge_signer.signing.credentials.time_stamp import TimeStamp, TimeStampRoots
from edge_signer.signing.errors import InvalidAssertionError, TbsTooLargeError
from edge_signer.signing.manifest.manifest_check import (
    CheckedManifest,
    ExpectedManifest,
    OtherChainError,
    check_manifest,
)
from edge_signer.signing.manifest.manifest_reader import ManifestError
from edge_signer.signing.rules.policy import SigningPolicy
from edge_signer.signing.signing_request import PlannedManifest, SignedStore, SigningRequest
from edge_signer.telemetry.request_record import RequestRecord

SIGNING_MODE = "central-fallback"
# With less time than this the central signer would be asked for nothing.
_LEAST_S = 1.0
# Where the edge does not sign, only the central signer's engine sees these.
_CLIENTS_TO_MEND = (InvalidAssertionError, TbsTooLargeError)


class Chains(Protocol):
    """Gives the chains that certify a key, without asking KMS."""

    def latest(self) -> CertificateChain:
        """Give the one in force, valid now."""

    def others(self) -> Iterator[CertificateChain]:
        """Give those that another worker may go by just now."""


class CentralPath:
    """Has the central signer sign, and checks what it gives as if anybody had sent it.

    Args:
        signer: The central signer.
        chains_for: Gives the chains of the key that a policy names.
        roots: Gives the roots of the time-stamp authority.
    """

    def __init__(
        self,
        signer: CentralSigner,
        chains_for: Callable[[SigningPolicy], Chains],
        roots: TimeStampRoots,
    ) -> None:
        self._signer = signer
        self._chains_for = chains_for
        self._roots = roots

    def sign(
        self,
        request: SigningRequest,
        planned: PlannedManifest,
        record: RequestRecord,
        deadline: Deadline,
    ) -> SignedStore:
        """Have the manifest made.

        Args:
            request: What is to be signed.
            planned: What follows from it and its policy.
            record: Learns what was signed with what, and how long the steps central and check take.
            deadline: Of the request.

        Raises:
            DeadlineExceededError: There is no time left to ask.
            KmsUnavailableError: What it gave is not what was asked, or would not be trusted.
            EdgeSignerError: What else it refuses with.
        """
        record.fallback_triggered = True
        try:
            return self._signed(request, planned, record, deadline)
        except _CLIENTS_TO_MEND:
            raise
        except EdgeSignerError:
            record.counts["fallback_failed"] += 1
            raise

    def _signed(
        self,
        request: SigningRequest,
        planned: PlannedManifest,
        record: RequestRecord,
        deadline: Deadline,
    ) -> SignedStore:
        if deadline.left_s() < _LEAST_S:
            raise DeadlineExceededError("There was no time left to sign.", retry_after_s=5)

        with record.stopwatch.step("central"):
            made = self._signer.sign(
                CentralRequest(
                    asset_sha256=request.asset_sha256.hex(),
                    assertions=dict(request.assertions),
                    policy_id=request.policy_id,
                    tenant_id=request.tenant_id,
                    tsa=request.tsa,
                    request_id=record.request_id,
                    title=request.title,
                )
            )

        with record.stopwatch.step("check"):
            chain, checked = self._checked(made.manifest_store, request, planned, record)
            stamp = self._checked_stamp(checked, chain)
            record.tbs_hash = checked.tbs_sha256.hex()
            record.cert_serial = chain.serial_number
            record.kms_region = region_of(made.kms_key_id)
            if "kms" in made.timings_ms:
                record.stopwatch.steps_ms["kms"] = made.timings_ms["kms"]

        return SignedStore(checked.manifest_store, SIGNING_MODE, made.kms_key_id, stamp)

    def _checked(
        self,
        manifest_store: bytes,
        request: SigningRequest,
        planned: PlannedManifest,
        record: RequestRecord,
    ) -> tuple[CertificateChain, CheckedManifest]:
        info = planned.policy.claim_generator_info.model_dump(exclude_none=True)
        chains = self._chains_for(planned.policy)
        expected = ExpectedManifest(
            asset_sha256=request.asset_sha256,
            assertions=planned.assertions,
            claim_generator_info=info,
            algorithm=ALGORITHMS[planned.policy.algorithm],
            chain=chains.latest(),
            time_stamped=planned.time_stamp_authority is not None,
            title=request.title,
        )
        others = chains.others()
        try:
            while True:
                try:
                    return expected.chain, check_manifest(manifest_store, expected)
                except OtherChainError:
                    # A chain was renewed, and one of us has not noticed yet.
                    other = next(others, None)
                    if other is None:
                        raise
                    expected = replace(expected, chain=other)
        except ManifestError as fault:
            record.counts["signature_rejected"] += 1
            raise KmsUnavailableError(
                "The central signer gave a manifest that does not hold.", retry_after_s=5
            ) from fault

    def _checked_stamp(self, checked: CheckedManifest, chain: CertificateChain) -> TimeStamp | None:
        if not checked.time_stamp_token:
            return None
        # Imported here: most workers never see a stamp, and all would start 10 ms later.
        from edge_signer.signing.credentials.time_stamp_check import checked_token

        payload_sha256 = hashlib.sha256(checked.time_stamp_payload).digest()
        stamp = checked_token(checked.time_stamp_token, payload_sha256, self._roots())
        chain.require_valid(stamp.made_at)
        return stamp
