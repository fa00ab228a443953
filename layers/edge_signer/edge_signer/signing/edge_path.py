"""How a manifest is made at the edge: one attempt from top to bottom, and its retries."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from edge_signer.kms_guard.circuit_breaker import Admission
from edge_signer.kms_guard.retries import Retries
from edge_signer.platform.errors import KmsRateLimitError, KmsUnavailableError
from edge_signer.signing.credentials.algorithm import ALGORITHMS, SignatureMismatchError
from edge_signer.signing.credentials.certificate import CertificateChain
from edge_signer.signing.credentials.kms import Signer
from edge_signer.signing.errors import InvalidAssertionError, TbsTooLargeError
from edge_signer.signing.manifest.builder import ManifestBuilder, PreparedManifest
from edge_signer.signing.manifest.manifest_definition import BuildError, ManifestDefinition
from edge_signer.signing.rules.policy import SigningPolicy
from edge_signer.signing.signing_request import Attempt, SignedStore


class CircuitOpenError(Exception):
    """KMS failed too often recently to be called."""


class CpuTimeSpentError(Exception):
    """Building took more CPU time than a request may use."""


@dataclass(frozen=True)
class Patience:
    """How long the edge keeps trying.

    Attributes:
        attempts: In total.
        delay_ms: The longest delay before the second attempt; it doubles with each.
        kms_timeout_ms: Time for KMS to answer.
        cpu_timeout_ms: CPU time from parsing to the digest, without laying an inline asset out.
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
    """Builds in WebAssembly and signs with KMS.

    Args:
        builder: The WebAssembly builder.
        signer_for: Gives the signer of a policy.
        admission: Decides whether KMS is called for an attempt, and learns the outcome.
        patience: Gives the limits for each request, since operators change them.
    """

    def __init__(
        self,
        builder: ManifestBuilder,
        signer_for: Callable[[SigningPolicy], Signer],
        admission: Callable[[], Admission],
        patience: Callable[[], Patience],
    ) -> None:
        self._builder = builder
        self._signer_for = signer_for
        self._admission = admission
        self._patience = patience

    def sign(self, attempt: Attempt) -> SignedStore:
        """Make the manifest, with retries.

        Args:
            attempt: Its record takes the steps credential, wasm, kms and check, and tsa if there
                is a time-stamp.

        Raises:
            CircuitOpenError, EdgeTimeSpentError: KMS was not called, or not called again.
            CpuTimeSpentError, BuildError: Building failed.
            EdgeSignerError: One of the catalogue.
        """
        authority = attempt.planned.time_stamp_authority
        if authority is not None:
            authority.require_usable()

        patience = self._patience()
        retries = Retries(
            attempts=patience.attempts,
            delay_ms=patience.delay_ms,
            timeout_ms=patience.kms_timeout_ms,
            left_s=attempt.deadline.edge_left_s,
        )
        try:
            signed = retries.run(
                lambda timeout_ms: self._admitted(attempt, patience, timeout_ms),
                _may_succeed_later,
            )
        finally:
            attempt.record.retry_count = retries.retry_count

        stamp = None
        if authority is not None:
            with attempt.record.stopwatch.step("tsa"):
                stamp = authority.stamp(signed.prepared.time_stamp_payload(signed.signature))
                signed.chain.require_valid(stamp.made_at)

        with attempt.record.stopwatch.step("wasm"):
            store = _assembled(attempt, signed, stamp.token if stamp else b"")

        return SignedStore(store, attempt.planned.signing_mode, signed.kms_key_id, stamp)

    def _admitted(self, attempt: Attempt, patience: Patience, timeout_ms: int) -> _Signature:
        """Make one attempt if the circuit breaker permits it, and report the outcome to it."""
        admission = self._admission()
        if admission.kind == "open":
            raise CircuitOpenError("The circuit breaker of KMS is open.")
        try:
            signed = self._signature(attempt, patience, timeout_ms)
            admission.succeeded()
        except KmsRateLimitError:
            attempt.record.counts["kms_throttled"] += 1
            admission.failed(throttled=True)
            raise
        except KmsUnavailableError:
            attempt.record.counts["kms_failed"] += 1
            admission.failed(throttled=False)
            raise
        finally:
            admission.abandoned()
        return signed

    def _signature(self, attempt: Attempt, patience: Patience, timeout_ms: int) -> _Signature:
        record, stopwatch = attempt.record, attempt.record.stopwatch
        with stopwatch.step("credential"):
            signer = self._signer_for(attempt.planned.policy)
            credential = signer.credential()
            chain = credential.certificate_chain
            record.kms_key_id, record.kms_region = credential.key_id, credential.kms_region
            record.cert_serial = chain.serial_number

        with stopwatch.step("wasm"):
            prepared = self._prepared(attempt, chain)
            record.tbs_hash = hashlib.sha256(prepared.tbs).hexdigest()
            embedding = attempt.request.embedding
            before_cpu_ms = record.admitted_cpu_ms + (embedding.layout_cpu_ms if embedding else 0)
            if stopwatch.cpu_ms - before_cpu_ms > patience.cpu_timeout_ms:
                raise CpuTimeSpentError("Building took too much CPU time.")

        attempt.before_kms()
        try:
            with stopwatch.step("kms"):
                record.counts["kms_sign"] += 1
                signature = signer.sign(credential, prepared.tbs, timeout_ms)

            with stopwatch.step("check"):
                chain.verify(signer.algorithm, prepared.tbs, signature)
        except SignatureMismatchError as mismatch:
            record.counts["signature_rejected"] += 1
            raise KmsUnavailableError(
                "The signature that KMS returned does not verify against the certificate."
            ) from mismatch

        return _Signature(prepared, signature, credential.key_id, chain)

    def _prepared(self, attempt: Attempt, chain: CertificateChain) -> PreparedManifest:
        policy = attempt.planned.policy
        definition = ManifestDefinition(
            label=f"urn:c2pa:{uuid.uuid4()}",
            instance_id=f"xmp:iid:{uuid.uuid4()}",
            algorithm=policy.algorithm,
            claim_generator_info=policy.claim_generator_info.model_dump(exclude_none=True),
            assertions=attempt.planned.assertions,
            asset_sha256=attempt.request.asset_sha256,
            x5chain=chain.x5chain,
            title=attempt.request.title,
            earlier_manifests=attempt.planned.earlier_manifests,
            redacted=[one.uri for one in attempt.request.redactions],
            is_update=attempt.request.is_update,
        )
        embedding = attempt.request.embedding
        try:
            if embedding is None:
                return self._builder.prepare(definition)
            return embedding.prepare(
                self._builder,
                definition,
                chain.signature_bytes(ALGORITHMS[policy.algorithm]),
                is_stamped=attempt.planned.is_stamped,
            )
        except BuildError as refused:
            if refused.name == "TbsTooLarge":
                raise TbsTooLargeError(
                    "The assertions produce more than 16 KiB to sign."
                ) from refused
            if refused.name.startswith("Json"):
                raise InvalidAssertionError(
                    f"The builder refuses the assertions: {refused.name}."
                ) from refused
            raise


def _assembled(attempt: Attempt, signed: _Signature, token: bytes) -> bytes:
    embedding = attempt.request.embedding
    if embedding is None:
        return signed.prepared.assemble(signed.signature, token)
    return embedding.assemble(signed.prepared, signed.signature, token)


def _may_succeed_later(failure: Exception) -> bool:
    return isinstance(failure, KmsUnavailableError) and failure.is_passing
