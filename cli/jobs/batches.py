"""`edge-signer verify-attestation` for the answer to a batch, or to one of its jobs."""

from __future__ import annotations

from rich.markup import escape

from cli.terminal import EXIT_NOT_TRUSTED, out, printable, show_json, show_row
from edge_signer.execution.receipts.batch_verifier import (
    BatchedVerdict,
    verify_batch,
    verify_batched_job,
)
from edge_signer.execution.receipts.refusals import Refusal
from edge_signer.execution.receipts.result import read_object


def is_of_batch(answer_json: bytes) -> bool:
    """Tell whether an answer is that to a batch, or to one of its jobs."""
    members = read_object(answer_json) or {}
    return "results" in members or "proof" in members


def batched_verdicts(
    answer_json: bytes, pubkey: str, request_json: bytes | None
) -> tuple[Refusal | None, dict[str, BatchedVerdict]]:
    """Judge an answer, and give the verdicts on its jobs by their names."""
    members = read_object(answer_json) or {}
    if "results" in members:
        judged = verify_batch(answer_json, pubkey, request_json)
        return judged.refusal, judged.jobs
    one = verify_batched_job(answer_json, pubkey, request_json)
    return None, {str(members.get("job_id")): one}


def show_verdicts(
    refusal: Refusal | None,
    jobs: dict[str, tuple[BatchedVerdict, dict[str, object]]],
    held: str,
    *,
    as_json: bool,
) -> int:
    """Print the verdicts on jobs, each with what was proved.

    Returns:
        0 if the key vouches for all of them, else 1.
    """
    refusals = [refusal, *(verdict.refusal for verdict, _ in jobs.values())]
    is_verified = not any(refusals) and bool(jobs)
    if as_json:
        listed = [
            {"job_id": name, "verified": one.refusal is None, "refusal": one.refusal, **facts}
            for name, (one, facts) in jobs.items()
        ]
        show_json({"verified": is_verified, "refusal": refusal, "jobs": listed})
        return 0 if is_verified else EXIT_NOT_TRUSTED
    for name, (one, facts) in jobs.items():
        told = f"{facts.get('status')}, exit code {facts.get('exit_code')}"
        if one.refusal is not None:
            told = f"{one.refusal}: {one.refusal.explanation}"
        show_row(escape(printable(name)), told)
    if refusal is not None:
        out.print(f"[bold red]Refused[/]    {refusal}: {refusal.explanation}")
    elif is_verified:
        out.print(f"[bold green]Verified[/]   {held}")
    else:
        out.print("[bold red]Refused[/]    not all jobs are verified")
    return 0 if is_verified else EXIT_NOT_TRUSTED
