"""How a job gets its result, top to bottom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from importlib import metadata

from edge_signer import __version__
from edge_signer.execution.errors import (
    SandboxUnavailableError,
    UnknownJobError,
    UnknownModuleError,
)
from edge_signer.execution.job import RequestedJob
from edge_signer.execution.ledger import JobLedger
from edge_signer.execution.receipts.build_type import URN
from edge_signer.execution.receipts.outcome import JobOutcome
from edge_signer.execution.receipts.receipt_signer import KmsReceiptSigner, prove
from edge_signer.execution.sandbox.outcome import GuestOutcome, Outcome
from edge_signer.execution.sandbox.sandbox import Sandbox
from edge_signer.execution.store import JobStore
from edge_signer.execution.turn import JOBS, JobTurn, KeptResult, result_of
from edge_signer.platform.errors import StoreUnavailableError
from edge_signer.telemetry.request_record import RequestRecord
from edge_signer.tenancy.rate_limits import RateLimitedError

#: How long a compilation counts as a job if its worker is killed.
COMPILING_ENDS_S = 30.0


@dataclass(frozen=True)
class CompiledAhead:
    """What came of compiling a module before its first job.

    Attributes:
        is_compiled: Whether its first job finds it compiled.
        ended: How every job with it ends, if that is known.
    """

    is_compiled: bool
    ended: GuestOutcome | None = None


class JobService:
    """Runs jobs and gives their results.

    Args:
        sandbox: Runs modules.
        signer: Signs receipts and attestations.
        ledger: Claims and counts jobs.
        store: Keeps modules and results.
        require_open: Raises an EdgeSignerError if a tenant may not run jobs now.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        signer: KmsReceiptSigner,
        ledger: JobLedger,
        store: JobStore,
        require_open: Callable[[str], None],
    ) -> None:
        self._sandbox = sandbox
        self._signer = signer
        self._ledger = ledger
        self._store = store
        self._require_open = require_open

    def run(
        self,
        requested: RequestedJob,
        record: RequestRecord,
        require_admitted: Callable[[], object] = lambda: None,
    ) -> KeptResult:
        """Run a job, sign its outcome and store its result; or give the result that it has.

        Args:
            requested: The job.
            record: Records how the job ended, the key that signed it, and the duration of the
                steps: claim, load, wasm, kms and store.
            require_admitted: Raises an EdgeSignerError if the request may not go on. It is asked
                when the job is claimed; after a refusal, the job never ran and its name is free.

        Raises:
            EdgeSignerError: One of the catalogue. The job has no result then, unless the store
                kept it without confirming. If the job ran but could not be signed, because KMS
                failed or the operator switched jobs off, the next request only signs it.
        """
        with JobTurn(requested, self._ledger, self._store, record.stopwatch, JOBS) as turn:
            if turn.result is not None:
                return turn.result
            require_admitted()

            outcome = turn.kept_outcome() or self._outcome(requested, record)
            turn.outcome = outcome
            record.job_status = outcome.status
            # The guest has ended: the tenant's next job may run while KMS signs this one.
            turn.release()

            # The operator may have switched jobs off while this one ran.
            self._require_open(requested.tenant_id)
            with record.stopwatch.step("kms"):
                answer = prove(self._signer, outcome)
                record.kms_key_id = self._signer.key().kms_key_id
                turn.is_signed = True

            with record.stopwatch.step("store"):
                return turn.keep(answer.to_json())

    def result(self, tenant_id: str, job_id: str) -> KeptResult:
        """Return the result of a tenant's job.

        Raises:
            UnknownJobError: The tenant has no such job, or it has no result and is not running.
            JobInFlightError: It is running.
            ResultExpiredError: Its result has expired.
            StoreUnavailableError: S3 or DynamoDB does not answer.
        """
        entry = self._ledger.find(tenant_id, job_id)
        if entry is None:
            raise UnknownJobError("There is no such job.")
        found = result_of(entry, tenant_id, job_id, self._ledger, self._store)
        if found is None:
            raise UnknownJobError("This job has no result. Send it again with POST /jobs.")
        return found

    def keep_module(self, tenant_id: str, module_hash: str, wasm: bytes) -> None:
        """Store a checked module for a tenant's jobs.

        Raises:
            StoreUnavailableError: S3 did not confirm it.
        """
        self._store.put_module(tenant_id, module_hash, wasm)

    def compile_ahead(self, tenant_id: str, wasm: bytes) -> CompiledAhead:
        """Compile a module before its first job, if its tenant may run one now."""
        try:
            with self._ledger.compiling(tenant_id, COMPILING_ENDS_S):
                ended = self._sandbox.compile(tenant_id, wasm)
        except (RateLimitedError, SandboxUnavailableError, StoreUnavailableError):
            # Its first job compiles it.
            return CompiledAhead(is_compiled=False)
        return CompiledAhead(is_compiled=ended is None, ended=ended)

    def _outcome(self, requested: RequestedJob, record: RequestRecord) -> JobOutcome:
        """Load the module and run the job."""
        with record.stopwatch.step("load"):
            wasm = requested.wasm or self._store.module(requested.tenant_id, requested.module_hash)
            if wasm is None:
                raise UnknownModuleError(
                    "No module with this hash is stored. Send wasm_bytes, or PUT"
                    " /modules/{module_hash} first."
                )
            job = requested.with_module(wasm)
        with record.stopwatch.step("wasm"):
            started_at = datetime.now(UTC)
            return outcome_of(requested, self._sandbox.execute(job), started_at)


def outcome_of(requested: RequestedJob, ended: Outcome, started_at: datetime) -> JobOutcome:
    """Combine what was requested with how it ended."""
    return JobOutcome(
        job_id=requested.job_id,
        module_hash=requested.module_hash,
        args=requested.args,
        stdin_sha256=sha256(requested.stdin).hexdigest(),
        limits=ended.limits.attested(),
        status=ended.status,
        exit_code=ended.exit_code,
        stdout=ended.stdout,
        stderr=ended.stderr,
        started_at=started_at,
        finished_at=datetime.now(UTC),
        wall_time_ms=ended.wall_time_ms,
        guest_exit_code=ended.reserved_exit_code,
        env=requested.env,
        compile_time_ms=ended.compile_time_ms,
        build_type=requested.build_type or URN,
        versions=running_versions(),
        fuel_used=ended.fuel_used,
        detail=ended.detail,
    )


@lru_cache(maxsize=1)
def running_versions() -> dict[str, str]:
    """Return the versions of this release and of its wasmtime, as attestations name them."""
    return {"edge-signer": __version__, "wasmtime": metadata.version("wasmtime")}
