"""`edge-signer verify-receipt` and `verify-attestation`: verify a job with a pinned key."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from cli.jobs.batches import batched_verdicts, is_of_batch, show_verdicts
from cli.jobs.rerun import Comparison, compared_with_rerun, module_to_rerun
from cli.terminal import (
    EXIT_NOT_TRUSTED,
    EXIT_USAGE,
    fail,
    out,
    require_file,
    say_error,
    show_json,
    show_row,
)
from edge_signer.execution.receipts.batch_verifier import BatchedVerdict
from edge_signer.execution.receipts.receipt import (
    MAX_RECEIPT_BYTES,
    Receipt,
    pinned_key,
    verify_receipt,
)
from edge_signer.execution.receipts.refusals import Refusal
from edge_signer.execution.receipts.result import MAX_JSON_BYTES, JobRequest, read_json
from edge_signer.execution.receipts.result_verifier import verify_result
from edge_signer.execution.receipts.statement import Statement

_UNBOUND = (
    "Without --request, this proves the output but not the job: nothing was compared with the id, "
    "module, arguments, standard input and variables that you sent."
)


def verify_receipt_file(file: Path, pubkey: str, *, as_json: bool) -> int:
    """Verify a receipt and print the verdict.

    Args:
        file: The receipt; `-` for standard input.
        pubkey: The pinned key.
        as_json: Print the verdict as one JSON object.

    Returns:
        0 if the pinned key signed it, else 1.
    """
    _require_key(pubkey)
    verdict = verify_receipt(_read(file, MAX_RECEIPT_BYTES), pubkey)
    facts = {} if verdict.receipt is None else _receipt_facts(verdict.receipt)
    return _show(verdict.refusal, facts, "the pinned key signed this receipt", as_json=as_json)


def verify_result_file(
    file: Path, pubkey: str, request: Path | None, rerun: Path | None, *, as_json: bool
) -> int:
    """Verify a JobResult, or the answer to a batch, with everything in it and print the verdict.

    Args:
        file: The answer, to a batch or to one of its jobs as well; `-` for standard input.
        pubkey: The pinned key.
        request: The request that it must answer; None accepts any.
        rerun: The module, to run again and compare; None does not.
        as_json: Print the verdict as one JSON object.

    Returns:
        0 if the pinned key signed all of it and the rerun, if any, agrees; else 1.
    """
    _require_key(pubkey)
    if rerun is not None and request is None:
        fail("--rerun needs --request, which has the arguments, input and variables", EXIT_USAGE)
    wasm = None if rerun is None else module_to_rerun(rerun, EXIT_USAGE)
    result_json = _read(file, MAX_JSON_BYTES)
    request_json = None if request is None else _read(request, MAX_JSON_BYTES)
    asked = "of this request" if request else "whatever was asked for"
    if is_of_batch(result_json):
        if rerun is not None:
            fail("--rerun takes the answer to a job, not to a batch or a job of one", EXIT_USAGE)
        refusal, jobs = batched_verdicts(result_json, pubkey, request_json)
        shown = {name: (one, _batched_facts(one)) for name, one in jobs.items()}
        held = f"the pinned key vouches for these {len(jobs)} jobs of a batch, {asked}"
        return show_verdicts(refusal, shown, held, as_json=as_json)
    verdict = verify_result(result_json, pubkey, request_json)
    facts: dict[str, object] = {}
    if verdict.receipt is not None and verdict.statement is not None:
        facts = _statement_facts(verdict.statement) | _receipt_facts(verdict.receipt)
    if verdict.statement is not None:
        facts["not_compared"] = _not_compared(request_json)
    comparison: Comparison | None = None
    if verdict.refusal is None and verdict.statement and wasm is not None and request_json:
        comparison = compared_with_rerun(wasm, verdict.statement, request_json, EXIT_USAGE)
        if as_json:
            facts["rerun"] = comparison.facts()
    vouched = "the pinned key vouches for this output of this module"
    code = _show(verdict.refusal, facts, f"{vouched}, {asked}", as_json=as_json)
    if verdict.refusal is None and request is None and not as_json:
        say_error(_UNBOUND)
    if comparison is None:
        return code
    if not as_json:
        comparison.say()
    return code if comparison.agrees else EXIT_NOT_TRUSTED


def _not_compared(request_json: bytes | None) -> list[str]:
    """Name what the attestation says of the job and no request confirms."""
    request = None if request_json is None else read_json(JobRequest, request_json)
    if request is None:
        return ["job_id", "module", "args", "stdin", "env"]
    # Arguments, input and variables that a request does not name are compared with none.
    return ["job_id"] if request.job_id is None else []


def _require_key(pubkey: str) -> None:
    if pinned_key(pubkey) is None:
        fail(f"--pubkey: {Refusal.PINNED_KEY_INVALID.explanation}", EXIT_USAGE)


def _read(file: Path, max_bytes: int) -> bytes:
    """Read a file, up to one byte more than the verifiers accept."""
    if str(file) == "-":
        return sys.stdin.buffer.read(max_bytes + 1)
    require_file(file)
    try:
        with file.open("rb") as stream:
            return stream.read(max_bytes + 1)
    except OSError as unreadable:
        fail(f"{file}: {unreadable.strerror}", EXIT_USAGE)


def _receipt_facts(receipt: Receipt) -> dict[str, object]:
    return {
        "module": receipt.module_hash,
        "exit_code": receipt.exit_code,
        "wall_time_ms": receipt.wall_time_ms,
        "timestamp": receipt.timestamp,
    }


def _batched_facts(verdict: BatchedVerdict) -> dict[str, object]:
    if verdict.checkpoint is None or verdict.receipt is None or verdict.statement is None:
        return {}
    signed = {"checkpoint": verdict.checkpoint.origin, "jobs_in_batch": verdict.checkpoint.size}
    return _statement_facts(verdict.statement) | _receipt_facts(verdict.receipt) | signed


def _statement_facts(statement: Statement) -> dict[str, object]:
    run = statement.predicate.runDetails
    definition = statement.predicate.buildDefinition
    ending = run.byproducts[0].annotations
    told = {
        "guest_exit_code": ending.guestExitCode,
        "fuel_used": ending.fuelUsed,
        "compile_time_ms": ending.compileTimeMs,
    }
    own = {name: value for name, value in told.items() if value is not None}
    version = run.builder.version
    if version is not None:
        own |= version.model_dump(by_alias=True)
    return {
        "job_id": run.metadata.invocationId,
        "build_type": definition.buildType,
        "status": ending.status,
        **own,
        "limits": definition.internalParameters.limits,
        "started_at": run.metadata.startedOn,
        "finished_at": run.metadata.finishedOn,
    }


def _show(refusal: Refusal | None, facts: dict[str, object], held: str, *, as_json: bool) -> int:
    if as_json:
        verified = {"verified": refusal is None, "refusal": refusal, **facts}
        show_json(verified)
    elif refusal is None:
        for name, value in facts.items():
            show_row(name, _in_words(name, value))
        out.print(f"[bold green]Verified[/]   {held}")
    else:
        out.print(f"[bold red]Refused[/]    {refusal}: {refusal.explanation}")
    return 0 if refusal is None else EXIT_NOT_TRUSTED


def _in_words(name: str, value: object) -> str:
    if isinstance(value, list):
        return ", ".join(value) or "nothing"
    if isinstance(value, dict):
        return ", ".join(f"{limit} {bound}" for limit, bound in value.items())
    if name == "timestamp" and isinstance(value, int):
        try:
            return f"{value}, {datetime.fromtimestamp(value, UTC):%Y-%m-%dT%H:%M:%SZ}"
        except (OverflowError, ValueError, OSError):
            return f"{value}, after the calendar's end"
    return str(value)
