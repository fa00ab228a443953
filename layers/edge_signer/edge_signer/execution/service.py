"""How a job gets its result, top to bottom."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from edge_signer.execution.errors import (
    JobIdReusedError,
    JobInFlightError,
    ResultExpiredError,
    UnknownJobError,
    UnknownModuleError,
)
from edge_signer.execution.job_answer import JobAnswer
from edge_signer.execution.job_ledger import Claim, JobEntry, JobLedger
from edge_signer.execution.job_store import JobStore
from edge_signer.execution.proof import JobProof, prove
from edge_signer.execution.ran_job import RanJob, run_job
from edge_signer.execution.receipts.receipt_signer import ReceiptSigner
from edge_signer.execution.requested_job import RequestedJob
from edge_signer.execution.running_jobs import RunningJobs
from edge_signer.execution.sandbox.sandbox import Sandbox
from edge_signer.platform.errors import EdgeSignerError, StoreUnavailableError
from edge_signer.telemetry.request_record import RequestRecord, Stopwatch

#: What a worker may need besides the job's own time: each of module, signature and store, late.
SETTLING_S = 10.0
_IN_FLIGHT_RETRY_S = 1


@dataclass(frozen=True)
class JobResultBytes:
    """A job's result.

    Attributes:
        content: The JobResult as JSON, the same bytes each time.
        is_replayed: Whether it was there already.
    """

    content: bytes
    is_replayed: bool


class JobService:
    """Runs jobs and gives their results.

    Args:
        sandbox: Runs modules.
        signer: Signs receipts and attestations.
        ledger: Knows which jobs there are.
        running: Counts the jobs that run.
        store: Keeps modules and results.
        require_open: Refuses a tenant that may not have jobs run now, with an EdgeSignerError.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        signer: ReceiptSigner,
        *,
        ledger: JobLedger,
        running: RunningJobs,
        store: JobStore,
        require_open: Callable[[str], None],
    ) -> None:
        self._sandbox = sandbox
        self._signer = signer
        self._ledger = ledger
        self._running = running
        self._store = store
        self._require_open = require_open

    def run(self, asked: RequestedJob, record: RequestRecord) -> JobResultBytes:
        """Run a job, have it signed, keep and give its result; or give the result that there is.

        Args:
            asked: The job.
            record: Learns how it ended and what signed it, and how long the steps take: claim,
                load, wasm, kms and store.

        Raises:
            EdgeSignerError: One of the catalogue. There is no result then, unless the store did not
                confirm it. Where the job had run and was not signed, because KMS failed or the
                operator switched jobs off meanwhile, it is kept: the next request only signs.
        """
        with record.stopwatch.step("claim"):
            claim = self._claim(asked)
        if isinstance(claim, JobResultBytes):
            return claim

        with self._counted(asked.tenant_id, claim, record.stopwatch):
            with self._ending(claim, forget=True):
                ran = self._ran(asked, claim, record)
            record.job_status = ran.outcome.status
            with self._ending(claim, forget=False):
                proof = self._proof(asked, claim, ran, record)
                with record.stopwatch.step("store"):
                    content = JobAnswer.of(ran, proof).to_json()
                    name = (asked.tenant_id, asked.job_id, asked.content_sha256)
                    if self._store.put_result(*name, content):
                        return JobResultBytes(content, is_replayed=False)
                    return self._earlier(*name)

    def result(self, tenant_id: str, job_id: str) -> bytes:
        """Give the result of a tenant's job.

        Raises:
            UnknownJobError: The tenant has no such job, or it has no result and nobody is at work.
            JobInFlightError: It is running.
            ResultExpiredError: Its result had its time.
            StoreUnavailableError: S3 or DynamoDB does not answer.
        """
        entry = self._ledger.find(tenant_id, job_id)
        if entry is None:
            raise UnknownJobError("There is no such job.")
        found = self._result_of(entry, tenant_id, job_id)
        if found is None:
            self._require_idle(entry)
            raise UnknownJobError("This job has no result: send it again with POST /jobs.")
        return found

    def keep_module(self, tenant_id: str, module_hash: str, wasm: bytes) -> None:
        """Keep a module for a tenant's jobs.

        Args:
            tenant_id: Whose.
            module_hash: `sha256:` and 64 lower-case hexadecimal digits.
            wasm: The module, checked.

        Raises:
            StoreUnavailableError: S3 did not confirm it.
        """
        self._store.put_module(tenant_id, module_hash, wasm)

    def _claim(self, asked: RequestedJob) -> Claim | JobResultBytes:
        lasts_s = asked.limits.timeout_seconds + SETTLING_S
        entry = self._ledger.claim(asked, lasts_s)
        if isinstance(entry, Claim):
            return entry
        if entry.content_sha256 != asked.content_sha256:
            raise JobIdReusedError(
                "This job_id was used for another job; give each job its own, and a retry the same."
            )
        found = self._result_of(entry, asked.tenant_id, asked.job_id)
        if found is not None:
            return JobResultBytes(found, is_replayed=True)
        self._require_idle(entry)
        claim = self._ledger.take_over(entry, lasts_s)
        if claim is None:
            raise _in_flight()
        return claim

    def _result_of(self, entry: JobEntry, tenant_id: str, job_id: str) -> bytes | None:
        if self._ledger.has_expired(entry):
            raise ResultExpiredError("The result of this job had its time.")
        return self._store.result(tenant_id, job_id, entry.content_sha256)

    def _require_idle(self, entry: JobEntry) -> None:
        if self._ledger.is_running(entry):
            raise _in_flight()

    def _ran(self, asked: RequestedJob, claim: Claim, record: RequestRecord) -> RanJob:
        before = None if claim.is_first else self._store.unsigned(asked, claim.unsigned_sha256)
        if before is not None:
            return before
        with record.stopwatch.step("load"):
            job = asked.with_module(self._module(asked))
        with record.stopwatch.step("wasm"):
            return run_job(asked, lambda: self._sandbox.execute(job))

    def _proof(
        self, asked: RequestedJob, claim: Claim, ran: RanJob, record: RequestRecord
    ) -> JobProof:
        try:
            # A job may run for long: what the operator switched off meanwhile is not signed.
            self._require_open(asked.tenant_id)
            with record.stopwatch.step("kms"):
                proof = prove(self._signer, ran.outcome)
                record.kms_key_id = self._signer.key().kms_key_id
                return proof
        except EdgeSignerError:
            with suppress(StoreUnavailableError):
                kept = self._store.put_unsigned(asked.tenant_id, asked.content_sha256, ran)
                self._ledger.vouch_for(claim, kept)
            raise

    def _module(self, asked: RequestedJob) -> bytes:
        wasm = asked.wasm or self._store.module(asked.tenant_id, asked.module_hash)
        if wasm is None:
            raise UnknownModuleError(
                "No module of this hash is stored: send wasm_bytes, or PUT /modules/{module_hash}."
            )
        return wasm

    def _earlier(self, tenant_id: str, job_id: str, content_sha256: str) -> JobResultBytes:
        """Give the result of a worker that was thought dead and was not."""
        found = self._store.result(tenant_id, job_id, content_sha256)
        if found is None:
            raise _in_flight()
        return JobResultBytes(found, is_replayed=True)

    @contextmanager
    def _counted(self, tenant_id: str, claim: Claim, stopwatch: Stopwatch) -> Iterator[None]:
        """Count the job among those that run, for as long as the block does."""
        with stopwatch.step("claim"), self._ending(claim, forget=True):
            self._running.enter(tenant_id, claim)
        try:
            yield
        finally:
            with stopwatch.step("claim"), suppress(StoreUnavailableError):
                self._running.leave(tenant_id, claim)

    @contextmanager
    def _ending(self, claim: Claim, *, forget: bool) -> Iterator[None]:
        """End the claim where the block fails, so that nobody has to wait for its end."""
        try:
            yield
        except Exception:
            with suppress(StoreUnavailableError):
                self._ledger.end(claim, forget=forget)
            raise


def _in_flight() -> JobInFlightError:
    return JobInFlightError("This job is running.", retry_after_s=_IN_FLIGHT_RETRY_S)
