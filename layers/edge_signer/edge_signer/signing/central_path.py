"""How a manifest is made if the edge cannot sign: another engine makes it, the edge checks it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace

from edge_signer.platform.errors import (
    DeadlineExceededError,
    EdgeSignerError,
    KmsUnavailableError,
)
from edge_signer.signing.central_signer import CentralRequest, CentralSigner
from edge_signer.signing.credentials.algorithm import ALGORITHMS
from edge_signer.signing.credentials.certificate import CertificateChain, InstalledChain
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
from edge_signer.signing.signing_request import Attempt, SignedStore

SIGNING_MODE = "central-fallback"
# With less time than this, the central signer could not answer.
_LEAST_S = 1.0
# Errors in the request, which only the engine that builds the manifest finds.
_CLIENTS_TO_FIX = (InvalidAssertionError, TbsTooLargeError)


class CentralPath:
    """Signs with the central signer, and checks its manifests as if a stranger had sent them.

    Args:
        signer: The central signer.
        chain_for: Gives the installed chain of a policy's key.
        roots: Gives the roots of the time-stamp authority.
    """

    def __init__(
        self,
        signer: CentralSigner,
        chain_for: Callable[[SigningPolicy], InstalledChain],
        roots: TimeStampRoots,
    ) -> None:
        self._signer = signer
        self._chain_for = chain_for
        self._roots = roots

    def sign(self, attempt: Attempt) -> SignedStore:
        """Have the manifest made.

        Args:
            attempt: Its record takes the steps central and check.

        Raises:
            DeadlineExceededError: There is no time left to ask.
            KmsUnavailableError: The manifest is not what was requested, or would not be trusted.
            EdgeSignerError: What else the central signer refuses with.
        """
        attempt.record.fallback_triggered = True
        try:
            return self._signed(attempt)
        except _CLIENTS_TO_FIX:
            raise
        except EdgeSignerError:
            attempt.record.counts["fallback_failed"] += 1
            raise

    def _signed(self, attempt: Attempt) -> SignedStore:
        request, record = attempt.request, attempt.record
        if attempt.deadline.left_s() < _LEAST_S:
            raise DeadlineExceededError("There was no time left to sign.", retry_after_s=5)

        attempt.before_kms()
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
            manifest_store = made.manifest_store
            chain, checked = self._checked(manifest_store, attempt)
            stamp = self._checked_stamp(checked, chain)
            record.tbs_hash = checked.tbs_sha256.hex()
            record.cert_serial = chain.serial_number
            record.kms_region = region_of(made.kms_key_id)
            if "kms" in made.timings:
                record.stopwatch.steps_ms["kms"] = made.timings["kms"]

        return SignedStore(manifest_store, SIGNING_MODE, made.kms_key_id, stamp)

    def _checked(
        self, manifest_store: bytes, attempt: Attempt
    ) -> tuple[CertificateChain, CheckedManifest]:
        planned = attempt.planned
        info = planned.policy.claim_generator_info.model_dump(exclude_none=True)
        chains = self._chain_for(planned.policy)
        expected = ExpectedManifest(
            asset_sha256=attempt.request.asset_sha256,
            assertions=planned.assertions,
            claim_generator_info=info,
            algorithm=ALGORITHMS[planned.policy.algorithm],
            chain=chains.latest(),
            time_stamped=planned.is_stamped,
            title=attempt.request.title,
        )
        others = chains.others()
        try:
            while True:
                try:
                    return expected.chain, check_manifest(manifest_store, expected)
                except OtherChainError:
                    # A chain was renewed, and one of the two signers has the old one.
                    other = next(others, None)
                    if other is None:
                        raise
                    expected = replace(expected, chain=other)
        except ManifestError as fault:
            attempt.record.counts["signature_rejected"] += 1
            raise KmsUnavailableError(
                "The central signer returned an invalid manifest.", retry_after_s=5
            ) from fault

    def _checked_stamp(self, checked: CheckedManifest, chain: CertificateChain) -> TimeStamp | None:
        if not checked.time_stamp_token:
            return None
        # Imported here: it costs 10 ms, and most workers never see a time-stamp.
        from edge_signer.signing.credentials.time_stamp_check import checked_token

        payload_sha256 = hashlib.sha256(checked.time_stamp_payload).digest()
        stamp = checked_token(checked.time_stamp_token, payload_sha256, self._roots())
        chain.require_valid(stamp.made_at)
        return stamp
