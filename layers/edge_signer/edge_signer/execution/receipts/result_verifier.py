"""Whether a pinned key vouches for a whole JobResult: its receipt, its attestation, its output."""

from __future__ import annotations

from dataclasses import dataclass

from edge_signer.execution.receipts.attestation_verifier import ExpectedJob, verify_attestation
from edge_signer.execution.receipts.job_result import JobRequest, JobResult, read_json
from edge_signer.execution.receipts.receipt import Receipt
from edge_signer.execution.receipts.receipt_verifier import verify_receipt
from edge_signer.execution.receipts.refusals import Refusal, RefusedError
from edge_signer.execution.receipts.statement import Statement


@dataclass(frozen=True)
class ResultVerdict:
    """What is to be thought of a result: it has either a refusal or all that was proved.

    Attributes:
        refusal: Why it is refused.
        receipt: What the receipt says.
        statement: What the attestation says.
    """

    refusal: Refusal | None
    receipt: Receipt | None = None
    statement: Statement | None = None


def verify_result(
    result_json: bytes, pinned_pubkey: str, request_json: bytes | None = None
) -> ResultVerdict:
    """Judge a result. Any bytes get a verdict; nothing is raised.

    Args:
        result_json: The JobResult as it came.
        pinned_pubkey: The signer's key, which did not come with the result: 64 lower-case
            hexadecimal digits.
        request_json: The JobRequest that it answers. Without it nobody knows whether the job, its
            module, its arguments and its input are those that were asked for.
    """
    try:
        return _verified(result_json, pinned_pubkey, request_json)
    except RefusedError as refused:
        return ResultVerdict(refused.refusal)


def _verified(result_json: bytes, pinned_pubkey: str, request_json: bytes | None) -> ResultVerdict:
    result = read_json(JobResult, result_json)
    if result is None:
        raise RefusedError(Refusal.RESULT_MALFORMED)
    request = None if request_json is None else _request(request_json)
    judged = verify_receipt(result.receipt_json.encode("utf-8", "surrogatepass"), pinned_pubkey)
    if judged.receipt is None:
        return ResultVerdict(judged.refusal)
    expected = _expected(result, request, judged.receipt)
    attested = verify_attestation(result.attestation, pinned_pubkey, expected)
    if attested.statement is None:
        return ResultVerdict(attested.refusal)
    return ResultVerdict(None, judged.receipt, attested.statement)


def _request(request_json: bytes) -> JobRequest:
    request = read_json(JobRequest, request_json)
    if request is None:
        raise RefusedError(Refusal.REQUEST_MALFORMED)
    return request


def _expected(result: JobResult, request: JobRequest | None, receipt: Receipt) -> ExpectedJob:
    """Put together what the attestation must say: what was asked for goes before what came."""
    asked = request or JobRequest(module_hash=receipt.module_hash)
    if asked.job_id not in {None, result.job_id}:
        raise RefusedError(Refusal.JOB_ID_MISMATCH)
    return ExpectedJob(
        job_id=result.job_id,
        module_hash=asked.expected_module_hash(),
        stdout=result.stdout_bytes(),
        stderr=result.stderr_bytes(),
        status=result.status,
        exit_code=result.exit_code,
        receipt=receipt,
        args=None if request is None else request.args,
        stdin=None if request is None else request.stdin_bytes(),
        limits=result.limits,
    )
