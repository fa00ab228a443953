"""Verifies a whole JobResult with a pinned key: its receipt, its attestation and its output."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from pydantic import ValidationError

from edge_signer.execution.receipts import ed25519
from edge_signer.execution.receipts.dsse import Envelope, pre_authentication_encoding
from edge_signer.execution.receipts.receipt import Receipt, verify_receipt
from edge_signer.execution.receipts.refusals import Refusal, RefusedError
from edge_signer.execution.receipts.result import Ended, JobRequest, JobResult, read_json
from edge_signer.execution.receipts.statement import (
    Arguments,
    Builder,
    Ending,
    ReceiptText,
    Statement,
    args_sha256,
    env_sha256,
)

_FAULTS = {
    ed25519.Fault.NOT_CANONICAL: Refusal.ENVELOPE_SIGNATURE_NOT_CANONICAL,
    ed25519.Fault.MISMATCH: Refusal.ENVELOPE_SIGNATURE_MISMATCH,
}


@dataclass(frozen=True)
class ResultVerdict:
    """The verdict on a result: either a refusal or everything that was proved.

    Attributes:
        refusal: Why the result is refused.
        receipt: What the receipt says.
        statement: What the attestation says.
    """

    refusal: Refusal | None
    receipt: Receipt | None = None
    statement: Statement | None = None


def verify_result(
    result_json: bytes | str, pinned_pubkey: str, request_json: bytes | str | None = None
) -> ResultVerdict:
    """Verify a result. Returns a verdict for any input, of any type, and raises nothing.

    Args:
        result_json: The JobResult as received.
        pinned_pubkey: The signer's key, from another source than the result: 64 lower-case
            hexadecimal digits.
        request_json: The JobRequest that it answers. Without it, nothing shows that the job, its
            module, its arguments and its input are those that the client requested.
    """
    try:
        return _verified(result_json, pinned_pubkey, request_json)
    except RefusedError as refused:
        return ResultVerdict(refused.refusal)


def _verified(
    result_json: bytes | str, pinned_pubkey: str, request_json: bytes | str | None
) -> ResultVerdict:
    result = read_json(JobResult, result_json)
    if result is None:
        raise RefusedError(Refusal.RESULT_MALFORMED)
    request = None if request_json is None else read_json(JobRequest, request_json)
    if request is None and request_json is not None:
        raise RefusedError(Refusal.REQUEST_MALFORMED)
    receipt_json = result.receipt_json.encode("utf-8", "surrogatepass")
    verdict = verify_receipt(receipt_json, pinned_pubkey)
    if verdict.receipt is None:
        return ResultVerdict(verdict.refusal)
    if request is not None and request.job_id not in {None, result.job_id}:
        raise RefusedError(Refusal.JOB_ID_MISMATCH)
    statement = _signed_statement(result.attestation, bytes.fromhex(pinned_pubkey))
    for refusal in mismatches(statement, verdict.receipt, result, request):
        raise RefusedError(refusal)
    return ResultVerdict(None, verdict.receipt, statement)


def _signed_statement(attestation: object, public_key: bytes) -> Statement:
    """Read the statement of an attestation that a key signed."""
    envelope = Envelope.from_dict(attestation)
    if envelope is None:
        raise RefusedError(Refusal.ENVELOPE_MALFORMED)
    if envelope.key_id != ed25519.key_id(public_key):
        raise RefusedError(Refusal.ENVELOPE_KEY_NOT_PINNED)
    message = pre_authentication_encoding(envelope.payload)
    fault = ed25519.signature_fault(public_key, message, envelope.signature)
    if fault is not None:
        raise RefusedError(_FAULTS[fault])
    return read_statement(envelope.payload)


def read_statement(payload: bytes) -> Statement:
    """Read a statement.

    Raises:
        RefusedError: It is not byte by byte what a signer writes.
    """
    try:
        statement = Statement.model_validate_json(payload)
    except ValidationError as invalid:
        raise RefusedError(Refusal.STATEMENT_MALFORMED) from invalid
    names = tuple(stream.name for stream in statement.subject)
    # Only the bytes that a signer writes.
    if names != ("stdout", "stderr") or statement.to_bytes() != payload:
        raise RefusedError(Refusal.STATEMENT_MALFORMED)
    return statement


def mismatches(
    statement: Statement, receipt: Receipt, result: Ended, request: JobRequest | None
) -> Iterator[Refusal]:
    """Compare the statement with the receipt, the result and, if present, the request."""
    definition = statement.predicate.buildDefinition
    run = statement.predicate.runDetails
    stdout, stderr = statement.subject
    (module,), (attested,) = definition.resolvedDependencies, run.byproducts
    if run.metadata.invocationId != result.job_id:
        yield Refusal.JOB_ID_MISMATCH
    module_hash = receipt.module_hash if request is None else request.expected_module_hash()
    if f"sha256:{module.digest.sha256}" != module_hash:
        yield Refusal.MODULE_HASH_MISMATCH
    if request is not None:
        yield from _input_mismatches(definition.externalParameters, request)
    if stdout.digest.sha256 != sha256(result.stdout_bytes()).hexdigest():
        yield Refusal.STDOUT_MISMATCH
    if stderr.digest.sha256 != sha256(result.stderr_bytes()).hexdigest():
        yield Refusal.STDERR_MISMATCH
    if result.limits is not None and definition.internalParameters.limits != result.limits:
        yield Refusal.LIMITS_MISMATCH
    yield from _ending_mismatches(attested.annotations, run.builder, result)
    if attested.annotations.exitCode != receipt.exit_code or attested != ReceiptText.of(
        receipt, attested.annotations
    ):
        yield Refusal.RECEIPT_MISMATCH


def _ending_mismatches(ending: Ending, builder: Builder, result: Ended) -> Iterator[Refusal]:
    if ending.status != result.status:
        yield Refusal.STATUS_MISMATCH
    if ending.exitCode != result.exit_code:
        yield Refusal.EXIT_CODE_MISMATCH
    if ending.guestExitCode != result.guest_exit_code:
        yield Refusal.GUEST_EXIT_CODE_MISMATCH
    # A release that did not name itself did not sign these either.
    if builder.version is not None:
        if result.fuel_used not in {None, ending.fuelUsed}:
            yield Refusal.FUEL_USED_MISMATCH
        if result.compile_time_ms not in {None, ending.compileTimeMs}:
            yield Refusal.COMPILE_TIME_MS_MISMATCH


def _input_mismatches(inputs: Arguments, request: JobRequest) -> Iterator[Refusal]:
    if inputs.argsSha256 != _args_sha256(request.args):
        yield Refusal.ARGS_MISMATCH
    if inputs.stdinSha256 != sha256(request.stdin_bytes()).hexdigest():
        yield Refusal.STDIN_MISMATCH
    if inputs.envSha256 != _env_sha256(request.env):
        yield Refusal.ENV_MISMATCH


def _env_sha256(env: Mapping[str, str]) -> str | None:
    """Return what a statement says of variables: nothing if there are none."""
    try:
        return env_sha256(env) if env else None
    except UnicodeEncodeError:
        return ""


def _args_sha256(args: Sequence[str]) -> str | None:
    try:
        return args_sha256(args)
    except UnicodeEncodeError:
        return None
