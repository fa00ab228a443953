"""Verifies the answers to a batch with a pinned key: each job's statement, proof and output."""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Any, Literal

from edge_signer.execution.receipts.checkpoint import Checkpoint, verified_checkpoint
from edge_signer.execution.receipts.receipt import Receipt, pinned_key
from edge_signer.execution.receipts.refusals import Refusal, RefusedError
from edge_signer.execution.receipts.result import (
    Ended,
    JobRequest,
    Kept,
    read_json,
    read_members,
    read_object,
)
from edge_signer.execution.receipts.result_verifier import mismatches, read_statement
from edge_signer.execution.receipts.statement import Statement


class BatchedResult(Ended):
    """A batch's answer to one job that ran.

    Attributes:
        statement: The leaf, as text.
        proof: That it is in the batch's tree.
    """

    statement: str
    proof: str


class _NotRun(Kept):
    """A batch's answer to one job that did not run."""

    job_id: str
    status: Literal["not_run"]
    statement: None = None
    proof: None = None


class _BatchAnswer(Kept):
    """The answer to a batch; its results are not parsed yet."""

    batch_id: str
    results: list[dict[str, Any]]


class BatchRequest(Kept):
    """A request for a batch. A module that comes with one job serves all that name it."""

    batch_id: str
    jobs: list[JobRequest]

    def job(self, job_id: str) -> JobRequest:
        """Return the request for a job.

        Raises:
            RefusedError: There is not exactly one.
        """
        jobs = [one for one in self.jobs if one.job_id == job_id]
        if len(jobs) != 1:
            raise RefusedError(Refusal.JOB_ID_MISMATCH)
        return jobs[0]


@dataclass(frozen=True)
class BatchedVerdict:
    """The verdict on one job's answer: either a refusal or everything that was proved.

    Attributes:
        refusal: Why it is refused.
        checkpoint: The signed root of the batch.
        receipt: The facts that a receipt would state; nobody signed a receipt.
        statement: What the attestation says.
    """

    refusal: Refusal | None
    checkpoint: Checkpoint | None = None
    receipt: Receipt | None = None
    statement: Statement | None = None


@dataclass(frozen=True)
class BatchVerdict:
    """The verdict on the answer to a whole batch.

    Attributes:
        refusal: Why the answer as a whole is refused.
        jobs: The verdicts on its jobs, by name, in the answer's order.
    """

    refusal: Refusal | None
    jobs: dict[str, BatchedVerdict]

    @property
    def first_refusal(self) -> Refusal | None:
        """Why the answer, or the first job that is refused, is refused."""
        refusals = (self.refusal, *(one.refusal for one in self.jobs.values()))
        return next((one for one in refusals if one is not None), None)


def verify_batched_job(
    answer_json: bytes | str, pinned_pubkey: str, request_json: bytes | str | None = None
) -> BatchedVerdict:
    """Verify a batch's answer to one job. Returns a verdict for any input and raises nothing.

    Args:
        answer_json: One member of the answer's `results`.
        pinned_pubkey: The signer's key, from another source than the answer: 64 lower-case
            hexadecimal digits.
        request_json: The request for the batch, or for this job alone. Without it, nothing shows
            that the job, its module, its arguments and its input are those that were requested.
    """
    try:
        fields = read_object(answer_json)
        answer = None if fields is None else _answer(fields)
        if answer is None:
            raise RefusedError(Refusal.RESULT_MALFORMED)
        return _judged(answer, pinned_pubkey, _request(request_json))
    except RefusedError as refused:
        return BatchedVerdict(refused.refusal)


def verify_batch(
    answer_json: bytes | str, pinned_pubkey: str, request_json: bytes | str | None = None
) -> BatchVerdict:
    """Verify the answer to a batch, job by job. Takes any input and raises nothing.

    Args:
        answer_json: The answer as received.
        pinned_pubkey: As in `verify_batched_job`.
        request_json: The request for the batch; the answer must have its jobs in their order.
    """
    try:
        answer = read_json(_BatchAnswer, answer_json)
        jobs = (
            {}
            if answer is None
            else {one.job_id: one for one in map(_answer, answer.results) if one}
        )
        # A job that is malformed, or comes twice, is missing here.
        if answer is None or len(jobs) < len(answer.results):
            raise RefusedError(Refusal.RESULT_MALFORMED)
        request = _request(request_json)
        if isinstance(request, JobRequest):
            raise RefusedError(Refusal.REQUEST_MALFORMED)
        if request is not None and request.batch_id != answer.batch_id:
            raise RefusedError(Refusal.BATCH_ID_MISMATCH)
        if request is not None and [one.job_id for one in request.jobs] != [*jobs]:
            raise RefusedError(Refusal.JOB_ID_MISMATCH)
    except RefusedError as refused:
        return BatchVerdict(refused.refusal, {})
    judged = (_judged(one, pinned_pubkey, request, answer.batch_id) for one in jobs.values())
    return BatchVerdict(None, dict(zip(jobs, judged, strict=True)))


def _answer(members: dict[str, Any]) -> BatchedResult | _NotRun | None:
    return read_members(BatchedResult, members) or read_members(_NotRun, members)


def _request(request_json: bytes | str | None) -> BatchRequest | JobRequest | None:
    """Read the request for a batch or for a job.

    Raises:
        RefusedError: It is neither.
    """
    if request_json is None:
        return None
    members = read_object(request_json) or {}
    request = (
        read_members(BatchRequest, members)
        if "jobs" in members
        else read_members(JobRequest, members)
    )
    if request is None:
        raise RefusedError(Refusal.REQUEST_MALFORMED)
    return request


def _judged(
    answer: BatchedResult | _NotRun,
    pinned_pubkey: str,
    request: BatchRequest | JobRequest | None,
    batch_id: str | None = None,
) -> BatchedVerdict:
    try:
        if isinstance(answer, _NotRun):
            raise RefusedError(Refusal.NOT_RUN)
        return _proved(answer, pinned_pubkey, request, batch_id)
    except RefusedError as refused:
        return BatchedVerdict(refused.refusal)


def _proved(
    answer: BatchedResult,
    pinned_pubkey: str,
    request: BatchRequest | JobRequest | None,
    batch_id: str | None,
) -> BatchedVerdict:
    public_key = pinned_key(pinned_pubkey)
    if public_key is None:
        raise RefusedError(Refusal.PINNED_KEY_INVALID)
    payload = answer.statement.encode("utf-8", "surrogatepass")
    checkpoint = verified_checkpoint(answer.proof, payload, public_key)
    asked_for = request.batch_id if isinstance(request, BatchRequest) else None
    if {batch_id, asked_for} - {None, checkpoint.batch_id}:
        raise RefusedError(Refusal.BATCH_ID_MISMATCH)
    statement = read_statement(payload)
    receipt = _receipt_text(statement.predicate.runDetails.byproducts[0].content)
    if receipt is None:
        raise RefusedError(Refusal.STATEMENT_MALFORMED)
    job = request.job(answer.job_id) if isinstance(request, BatchRequest) else request
    if job is not None and job.job_id not in {None, answer.job_id}:
        raise RefusedError(Refusal.JOB_ID_MISMATCH)
    for refusal in mismatches(statement, receipt, answer, job):
        raise RefusedError(refusal)
    return BatchedVerdict(None, checkpoint, receipt, statement)


def _receipt_text(content: str) -> Receipt | None:
    try:
        message = b64decode(content, validate=True)
    except ValueError:
        return None
    return Receipt.from_message(message) if b64encode(message).decode() == content else None
