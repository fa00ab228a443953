"""How a manifest is made at the edge: one attempt, top to bottom, and how often it is made."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from edge_signer.kms_guard.circuit_breaker import Admission
from edge_signer.kms_guard.retries import Retries
from edge_signer.platform.deadline import Deadline
from edge_signer.platform.errors import KmsRateLimitError, KmsUnavailableError
from edge_signer.signing.credentials.algorithm import SignatureMismatchError
from edge_signer.signing.credentials.certificate import CertificateChain
from edge_signer.signing.credentials.kms import Signer
from edge_signer.signing.errors import InvalidAssertionError, TbsTooLargeError
from edge_signer.signing.manifest.builder import (
    BuildError,
    ManifestBuilder,
    ManifestDefinition,
    PreparedManifest,
)
from edge_signer.signing.rules.policy import SigningPolicy
from edge_signer.signing.signing_request import PlannedManifest, SignedStore, SigningRequest
from edge_signer.telemetry.request_record import RequestRecord


class Breaker(Protocol):
    """Says whether KMS is asked at all, and learns how it answers."""

    def allows(self) -> Admission:
        """Decide on one attempt."""


class CircuitOpenError(Exception):
    """KMS failed too often of late to be asked."""


class CpuTimeSpentError(Exception):
    """Building took more CPU time than a request may."""


@dataclass(frozen=True)
class Patience:
    """How long the edge tries.

    Attributes:
        attempts: In all.
        delay_ms: The longest delay before the second attempt; it doubles with each.
        kms_timeout_ms: What KMS has to answer.
        cpu_timeout_ms: CPU time from parsing to the digest.
    """

    attempts: int = 3
    delay_ms: int = 100
    kms_timeout_ms: int = 2000
    cpu_timeout_ms: int = 150


@dataclass(frozen=True)
class _Signature:
    prepared: PreparedManifest
    signature: bytes
    kms_key_id: str
    chain: CertificateChain


class EdgePath:
    """Builds in WebAssembly, and has KMS sign.

    Args:
        builder: The WebAssembly builder.
        signer_for: Gives the signer that a policy names.
        breaker: Of KMS in the key's region.
        patience: Gives how long it tries, for each request anew: operators change it.
    """

    def __init__(
        self,
        builder: ManifestBuilder,
        signer_for: Callable[[SigningPolicy], Signer],
        breaker: Breaker,
        patience: Callable[[], Patience],
    ) -> None:
        self._builder = builder
        self._signer_for = signer_for
        self._breaker = breaker
        self._patience = patience

    def sign(
        self,
        request: SigningRequest,
        planned: PlannedManifest,
        record: RequestRecord,
        deadline: Deadline,
    ) -> SignedStore:
        """Make the manifest, in as many attempts as it takes.

        Args:
            request: What is to be signed.
            planned: What follows from it and its policy.
            record: Learns what is signed with what, and how long the steps credential, wasm, kms,
                check, and tsa where there is a time-stamp, take.
            deadline: Of the request.

        Raises:
            CircuitOpenError, EdgeTimeSpentError: KMS was not asked, or not asked again.
            CpuTimeSpentError, BuildError: Building failed.
            EdgeSignerError: One of the catalogue.
        """
        if planned.time_stamp_authority is not None:
            planned.time_stamp_authority.require_usable()

        patience = self._patience()
        retries = Retries(
            attempts=patience.attempts,
            delay_ms=patience.delay_ms,
            timeout_ms=patience.kms_timeout_ms,
            left_s=deadline.edge_left_s,
        )
        try:
            signed = retries.run(
                lambda timeout_ms: self._admitted_attempt(
                    request, planned, record, timeout_ms, patience.cpu_timeout_ms
                ),
                _may_succeed_later,
            )
        finally:
            record.retry_count = retries.retry_count

        stamp = None
        if planned.time_stamp_authority is not None:
            with record.stopwatch.step("tsa"):
                payload = signed.prepared.time_stamp_payload(signed.signature)
                stamp = planned.time_stamp_authority.stamp(payload)
                signed.chain.require_valid(stamp.made_at)

        with record.stopwatch.step("wasm"):
            store = signed.prepared.assemble(signed.signature, stamp.token if stamp else b"")

        return SignedStore(store, planned.signing_mode, signed.kms_key_id, stamp)

    def _admitted_attempt(
        self,
        request: SigningRequest,
        planned: PlannedManifest,
        record: RequestRecord,
        timeout_ms: int,
        cpu_timeout_ms: int,
    ) -> _Signature:
        admission = self._breaker.allows()
        if admission.kind == "open":
            raise CircuitOpenError("The circuit breaker of KMS is open.")
        try:
            signed = self._attempt(request, planned, record, timeout_ms, cpu_timeout_ms)
            admission.succeeded()
        except KmsRateLimitError:
            record.counts["kms_throttled"] += 1
            admission.failed(throttled=True)
            raise
        except KmsUnavailableError:
            record.counts["kms_failed"] += 1
            admission.failed(throttled=False)
            raise
        finally:
            admission.abandoned()
        return signed

    def _attempt(
        self,
        request: SigningRequest,
        planned: PlannedManifest,
        record: RequestRecord,
        timeout_ms: int,
        cpu_timeout_ms: int,
    ) -> _Signature:
        stopwatch = record.stopwatch
        with stopwatch.step("credential"):
            signer = self._signer_for(planned.policy)
            credential = signer.credential()
            chain = credential.certificate_chain
            record.kms_key_id, record.kms_region = credential.key_id, credential.kms_region
            record.cert_serial = chain.serial_number

        with stopwatch.step("wasm"):
            prepared = self._prepare(request, planned, chain)
            record.tbs_hash = hashlib.sha256(prepared.tbs).hexdigest()
            if stopwatch.cpu_ms - record.admitted_cpu_ms > cpu_timeout_ms:
                raise CpuTimeSpentError("Building took too much CPU time.")

        try:
            with stopwatch.step("kms"):
                record.counts["kms_sign"] += 1
                signature = signer.sign(credential, prepared.tbs, timeout_ms)

            with stopwatch.step("check"):
                chain.verify(signer.algorithm, prepared.tbs, signature)
        except SignatureMismatchError as mismatch:
            record.counts["signature_rejected"] += 1
            raise KmsUnavailableError(
                "The signature that KMS gave does not verify against the certificate."
            ) from mismatch

        return _Signature(prepared, signature, credential.key_id, chain)

    def _prepare(
        self, request: SigningRequest, planned: PlannedManifest, chain: CertificateChain
    ) -> PreparedManifest:
        policy = planned.policy
        definition = ManifestDefinition(
            label=f"urn:c2pa:{uuid.uuid4()}",
            instance_id=f"xmp:iid:{uuid.uuid4()}",
            algorithm=policy.algorithm,
            claim_generator_info=policy.claim_generator_info.model_dump(exclude_none=True),
            assertions=planned.assertions,
            asset_sha256=request.asset_sha256,
            x5chain=chain.x5chain,
            title=request.title,
        )
        try:
            return self._builder.prepare(definition)
        except BuildError as refused:
            if refused.name == "TbsTooLarge":
                raise TbsTooLargeError("The assertions make more than 16 KiB to sign.") from refused
            if refused.name.startswith("Json"):
                raise InvalidAssertionError(
                    f"The builder refuses the assertions: {refused.name}."
                ) from refused
            raise


def _may_succeed_later(failure: Exception) -> bool:
    return isinstance(failure, KmsUnavailableError) and failure.is_passing
