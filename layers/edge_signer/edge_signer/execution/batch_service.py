"""How a batch gets its results, top to bottom."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

from edge_signer.execution.batch import BATCH_PREFIX, BATCH_S, BatchOutcome, RequestedBatch
from edge_signer.execution.errors import SandboxUnavailableError, UnknownModuleError
from edge_signer.execution.job import RequestedJob
from edge_signer.execution.ledger import JobLedger
from edge_signer.execution.receipts.batch_answer import BatchAnswer, JobNotRun, prove_batch
from edge_signer.execution.receipts.outcome import JobOutcome
from edge_signer.execution.receipts.receipt_signer import KmsReceiptSigner
from edge_signer.execution.receipts.result import EndedAnswer
from edge_signer.execution.sandbox.outcome import Status
from edge_signer.execution.sandbox.sandbox import Sandbox
from edge_signer.execution.service import outcome_of
from edge_signer.execution.store import JobStore, is_outcome_of
from edge_signer.execution.turn import JobTurn, KeptResult, Kind
from edge_signer.telemetry.request_record import RequestRecord

#: What Lambda sends back is a JSON object that holds the answer as a string, 6 MiB at most.
MAX_ANSWER_BYTES = 6 * 1024 * 1024 - 64 * 1024
# A statement and its proof, with the escapes of both levels. KMS bounds the statement's length.
_PROOF_BYTES = 6 * 1024

_LATE = "the batch's time was over before it began: send the job again in another batch"
_CUT = "the batch's time was over before it ended: send the job again in another batch"
_FAILED = "the sandbox failed: send the job again in another batch"
_TOO_LONG = "its output does not fit into the batch's answer: send the job by itself"


def _read_outcome(kept: bytes, batch: RequestedBatch) -> BatchOutcome | None:
    outcome = BatchOutcome.from_json(kept)
    names = [one.job_id for one in outcome.jobs]
    is_its = names == [job.job_id for job in batch.jobs] and all(
        isinstance(one, JobNotRun) or is_outcome_of(one, job)
        for one, job in zip(outcome.jobs, batch.jobs, strict=True)
    )
    return outcome if is_its else None


_BATCHES = Kind(
    lambda content, name: BatchAnswer.is_of(content, name.removeprefix(BATCH_PREFIX)), _read_outcome
)


class BatchService:
    """Runs batches and gives their results.

    Args:
        sandbox: Runs modules.
        signer: Signs the root of a batch's tree.
        ledger: Claims and counts batches; each counts as one job.
        store: Keeps modules and results.
        require_open: Raises an EdgeSignerError if a tenant may not run jobs now.
        lasts_s: How long the jobs of a batch run, in seconds.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        signer: KmsReceiptSigner,
        ledger: JobLedger,
        store: JobStore,
        require_open: Callable[[str], None],
        lasts_s: float = BATCH_S,
    ) -> None:
        self._sandbox = sandbox
        self._signer = signer
        self._ledger = ledger
        self._store = store
        self._require_open = require_open
        self._lasts_s = lasts_s

    def run(self, batch: RequestedBatch, service: str, record: RequestRecord) -> KeptResult:
        """Run the jobs of a batch, sign their outcomes once, and store the results.

        Args:
            batch: The batch.
            service: The deployment, as a URL without its scheme; its checkpoint says it.
            record: Records how many jobs ran, the key that signed, and the duration of the steps:
                claim, load, wasm, kms and store.

        Raises:
            EdgeSignerError: As by `JobService.run`, of the batch as a whole. If its jobs ran but
                could not be signed, the next request only signs them.
        """
        with JobTurn(batch, self._ledger, self._store, record.stopwatch, _BATCHES) as turn:
            if turn.result is not None:
                return turn.result

            outcome = turn.kept_outcome() or self._outcome(batch, record)
            turn.outcome = outcome
            record.batch_jobs_run = sum(isinstance(one, JobOutcome) for one in outcome.jobs)
            # As with a job: the tenant's next one may run while KMS signs.
            turn.release()

            # The operator may have switched jobs off while they ran.
            self._require_open(batch.tenant_id)
            with record.stopwatch.step("kms"):
                answer = prove_batch(self._signer, service, batch.batch_id, outcome.jobs)
                record.kms_key_id = self._signer.key().kms_key_id
                turn.is_signed = True

            with record.stopwatch.step("store"):
                return turn.keep(answer.to_json())

    def _outcome(self, batch: RequestedBatch, record: RequestRecord) -> BatchOutcome:
        with record.stopwatch.step("load"):
            modules = {name: self._module(batch, name) for name in batch.modules}
        with record.stopwatch.step("wasm"):
            ended = [*self._ended(batch, modules)]
        if not any(isinstance(one, JobOutcome) for one in ended):
            raise SandboxUnavailableError("no job of the batch could run", retry_after_s=1)
        return BatchOutcome([*_fitting(ended)])

    def _module(self, batch: RequestedBatch, module_hash: str) -> bytes:
        wasm = batch.modules[module_hash] or self._store.module(batch.tenant_id, module_hash)
        if wasm is None:
            names = [job.module_hash for job in batch.jobs]
            raise UnknownModuleError(
                f"jobs[{names.index(module_hash)}].module_hash: no module with this hash is stored."
                " Send wasm_bytes, or PUT /modules/{module_hash} first."
            )
        return wasm

    def _ended(
        self, batch: RequestedBatch, modules: dict[str, bytes]
    ) -> Iterator[JobOutcome | JobNotRun]:
        """Run the jobs, one after another."""
        until_s = time.monotonic() + self._lasts_s
        for job in batch.jobs:
            yield self._run(job, modules[job.module_hash], until_s)

    def _run(self, requested: RequestedJob, wasm: bytes, until_s: float) -> JobOutcome | JobNotRun:
        left_s = until_s - time.monotonic()
        if left_s <= 0:
            return JobNotRun(requested.job_id, _LATE)
        job = requested.with_module(wasm)
        own_s = job.limits.timeout_seconds
        within = replace(job.limits, timeout_seconds=min(own_s, left_s))
        started_at = datetime.now(UTC)
        try:
            ended = self._sandbox.execute(replace(job, limits=within))
        except SandboxUnavailableError:
            return JobNotRun(requested.job_id, _FAILED)
        if ended.status is Status.TIMEOUT and left_s < own_s:
            return JobNotRun(requested.job_id, _CUT)
        # It ended before either limit, so it ended as it does under its own.
        return outcome_of(requested, replace(ended, limits=job.limits), started_at)


def _fitting(ended: list[JobOutcome | JobNotRun]) -> Iterator[JobOutcome | JobNotRun]:
    """Take the output of jobs into the answer for as long as there is room."""
    left = MAX_ANSWER_BYTES - len(ended) * _PROOF_BYTES
    for one in ended:
        length = _sent_bytes(one) if isinstance(one, JobOutcome) else 0
        if isinstance(one, JobOutcome) and length > left:
            yield JobNotRun(one.job_id, _TOO_LONG)
        else:
            left -= length
            yield one


def _sent_bytes(outcome: JobOutcome) -> int:
    """Return how long a result is, without proof, in what Lambda sends back."""
    text = EndedAnswer.of(outcome).to_json().decode()
    # Lambda's encoder also escapes these two.
    separators = sum(map(text.count, "\u2028\u2029"))
    return len(json.dumps(text, ensure_ascii=False).encode()) + 3 * separators
