"""Whether a pinned key attested a result: the envelope, the statement, and what it is bound to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from pydantic import ValidationError

from edge_signer.execution.receipts import ed25519
from edge_signer.execution.receipts.attestation import args_sha256, receipt_text
from edge_signer.execution.receipts.dsse import Envelope, pre_authentication_encoding
from edge_signer.execution.receipts.receipt import Receipt
from edge_signer.execution.receipts.receipt_verifier import pinned_key
from edge_signer.execution.receipts.refusals import Refusal
from edge_signer.execution.receipts.statement import Statement

_FAULTS = {
    ed25519.Fault.NOT_CANONICAL: Refusal.ENVELOPE_SIGNATURE_NOT_CANONICAL,
    ed25519.Fault.MISMATCH: Refusal.ENVELOPE_SIGNATURE_MISMATCH,
}


@dataclass(frozen=True)
class ExpectedJob:
    """What a client has in hand, and wants to see attested.

    Attributes:
        job_id: The job it asked for.
        module_hash: `sha256:` and 64 lower-case hexadecimal digits.
        stdout: What the module is said to have written.
        stderr: Likewise.
        status: How the job is said to have ended.
        exit_code: Likewise.
        receipt: What the job's receipt says, verified.
        args: What the module was to be given; None where the client does not know.
        stdin: What it was to read; None where the client does not know.
        limits: Those that are said to have been in effect; None where the client was not told.
    """

    job_id: str
    module_hash: str
    stdout: bytes
    stderr: bytes
    status: str
    exit_code: int
    receipt: Receipt
    args: Sequence[str] | None
    stdin: bytes | None
    limits: Mapping[str, int] | None


@dataclass(frozen=True)
class AttestationVerdict:
    """What is to be thought of an attestation: it has either a refusal or a statement.

    Attributes:
        refusal: Why it is refused.
        statement: What it says, where the pinned key signed that and all of it was expected.
    """

    refusal: Refusal | None
    statement: Statement | None = None


def verify_attestation(
    envelope: object, pinned_pubkey: str, expected: ExpectedJob
) -> AttestationVerdict:
    """Judge an attestation. Any envelope gets a verdict; nothing is raised.

    Args:
        envelope: The DSSE envelope, as JSON was read.
        pinned_pubkey: The signer's key, which did not come with the result: 64 lower-case
            hexadecimal digits.
        expected: What it must say.
    """
    public_key = pinned_key(pinned_pubkey)
    if public_key is None:
        return AttestationVerdict(Refusal.PINNED_KEY_INVALID)
    read = Envelope.from_dict(envelope)
    if read is None:
        return AttestationVerdict(Refusal.ENVELOPE_MALFORMED)
    refusal = _envelope_refusal(read, public_key)
    if refusal is not None:
        return AttestationVerdict(refusal)
    statement = _statement(read.payload)
    if statement is None:
        return AttestationVerdict(Refusal.STATEMENT_MALFORMED)
    refusal = next(_mismatches(statement, expected), None)
    return AttestationVerdict(refusal, statement if refusal is None else None)


def _envelope_refusal(envelope: Envelope, public_key: bytes) -> Refusal | None:
    if envelope.key_id != ed25519.key_id(public_key):
        return Refusal.ENVELOPE_KEY_NOT_PINNED
    message = pre_authentication_encoding(envelope.payload)
    fault = ed25519.signature_fault(public_key, message, envelope.signature)
    return None if fault is None else _FAULTS[fault]


def _statement(payload: bytes) -> Statement | None:
    """Read a statement; None where it is not in the one form that a signer gives it."""
    try:
        statement = Statement.model_validate_json(payload)
    except ValidationError:
        return None
    names = tuple(stream.name for stream in statement.subject)
    is_one_form = names == ("stdout", "stderr") and statement.to_bytes() == payload
    return statement if is_one_form else None


def _mismatches(statement: Statement, expected: ExpectedJob) -> Iterator[Refusal]:
    definition = statement.predicate.buildDefinition
    run = statement.predicate.runDetails
    stdout, stderr = statement.subject
    (module,), (said,) = definition.resolvedDependencies, run.byproducts
    limits = definition.internalParameters.limits
    if run.metadata.invocationId != expected.job_id:
        yield Refusal.JOB_ID_MISMATCH
    if f"sha256:{module.digest.sha256}" != expected.module_hash:
        yield Refusal.MODULE_HASH_MISMATCH
    chosen = definition.externalParameters
    if expected.args is not None and chosen.argsSha256 != _args_sha256(expected.args):
        yield Refusal.ARGS_MISMATCH
    if expected.stdin is not None and chosen.stdinSha256 != sha256(expected.stdin).hexdigest():
        yield Refusal.STDIN_MISMATCH
    if stdout.digest.sha256 != sha256(expected.stdout).hexdigest():
        yield Refusal.STDOUT_MISMATCH
    if stderr.digest.sha256 != sha256(expected.stderr).hexdigest():
        yield Refusal.STDERR_MISMATCH
    if expected.limits is not None and limits != expected.limits:
        yield Refusal.LIMITS_MISMATCH
    if said.annotations.status != expected.status:
        yield Refusal.STATUS_MISMATCH
    if said.annotations.exitCode != expected.exit_code:
        yield Refusal.EXIT_CODE_MISMATCH
    if said != receipt_text(expected.receipt, said.annotations.status):
        yield Refusal.RECEIPT_MISMATCH


def _args_sha256(args: Sequence[str]) -> str | None:
    try:
        return args_sha256(args)
    except UnicodeEncodeError:
        return None
