"""`edge-signer execute-jobs`: run the jobs of a file as one batch, and print what is verified."""

from __future__ import annotations

import json
import uuid
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

from rich.markup import escape

from cli.api_access import TenantOptions, tenant_access
from cli.jobs.execute_job import EXIT_NO_RESULT, keep_files, receipt_key
from cli.progress import LongTask
from cli.terminal import EXIT_USAGE, fail, out, printable, require_file, show_json, show_row
from edge_signer.execution.batch import MAX_JOBS
from edge_signer.execution.job import HASH_PREFIX
from edge_signer.execution.receipts.batch_verifier import verify_batch
from edge_signer.execution.receipts.refusals import Refusal
from edge_signer.execution.sandbox.outcome import Status
from edge_signer_client import EdgeSigner, EdgeSignerClientError

_PROOFS = {"statement", "proof"}


def execute_jobs(
    file: Path,
    options: TenantOptions,
    *,
    pubkey: str | None,
    batch_id: str | None,
    wait_s: float,
    keep: Path | None,
    as_json: bool,
) -> int:
    """Run jobs, verify every proof, and only then print the results.

    Args:
        file: A job on each line.
        options: Which API runs them, and for which tenant.
        pubkey: The pinned key; None for the emulator's.
        batch_id: The batch's name; None for a new one.
        wait_s: How long to keep polling, in seconds.
        keep: Where to write request.json and answer.json; None for nowhere.
        as_json: Print each result as a line of JSON, without its proof.

    Returns:
        0 if all jobs ended with `ok` and the exit code 0, else 1.

    Raises:
        typer.Exit: Usage error (2), or no result that the pinned key verifies (255).
    """
    jobs = _jobs(file)
    request = {"batch_id": batch_id or f"batch-{uuid.uuid4()}", "jobs": jobs}
    request_json = json.dumps(request).encode()
    access = tenant_access(options, exit_code_without_system=EXIT_NO_RESULT)
    pubkey = receipt_key(pubkey or access.receipt_key)
    try:
        with LongTask(f"running {len(jobs)} jobs"):
            answer = EdgeSigner(access.url, access.credentials).run_batch(request_json, wait_s)
    except EdgeSignerClientError as refused:
        fail(str(refused), EXIT_NO_RESULT)
    judged = verify_batch(answer, pubkey, request_json)
    refusals = {name: one.refusal for name, one in judged.jobs.items()}
    refused_jobs = {name for name, one in refusals.items() if one not in (None, Refusal.NOT_RUN)}
    for refusal in (judged.refusal, *(refusals[name] for name in refused_jobs)):
        if refusal is not None:
            told = f"{refusal}: {refusal.explanation}"
            fail(f"the results cannot be verified, {told}", EXIT_NO_RESULT)
    if keep is not None:
        keep_files(keep, request=request_json, answer=answer)
    results: list[dict[str, Any]] = json.loads(answer)["results"]
    for result in results:
        if as_json:
            show_json({name: value for name, value in result.items() if name not in _PROOFS})
        else:
            _show(result)
    ended = [(one["status"], one.get("exit_code")) for one in results]
    return 0 if set(ended) == {(Status.OK, 0)} else 1


def _show(result: dict[str, Any]) -> None:
    code = f", exit code {result['exit_code']}" if "exit_code" in result else ""
    detail = f": {result['detail']}" if "detail" in result else ""
    show_row(escape(result["job_id"]), f"{result['status']}{code}{detail}")
    for name in ("stdout", "stdout_base64", "stderr", "stderr_base64"):
        for line in result.get(name, "").splitlines():
            out.print(f"  {printable(line)}", markup=False)


def _jobs(file: Path) -> list[dict[str, Any]]:
    require_file(file)
    try:
        lines = file.read_text().splitlines()
    except (OSError, UnicodeDecodeError) as unreadable:
        fail(f"{file}: {unreadable}", EXIT_USAGE)
    numbered = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not 1 <= len(numbered) <= MAX_JOBS:
        fail(f"{file} must have 1 to {MAX_JOBS} lines with jobs", EXIT_USAGE)
    jobs, sent = [], set[str]()
    for number, line in numbered:
        job = _job(file, number, line)
        # A module comes with the first job that needs it.
        if job["module_hash"] in sent:
            job.pop("wasm_bytes", None)
        elif "wasm_bytes" in job:
            sent.add(job["module_hash"])
        jobs.append(job)
    return jobs


def _job(file: Path, number: int, line: str) -> dict[str, Any]:
    where = f"{file}, line {number}"
    try:
        job = json.loads(line)
    except ValueError:
        job = None
    if not isinstance(job, dict) or ("module" in job) == ("module_hash" in job):
        fail(f"{where}: must be an object with either module or module_hash", EXIT_USAGE)
    if "module" in job:
        path = file.parent / str(job.pop("module"))
        try:
            wasm = path.read_bytes()
        except OSError as unreadable:
            fail(f"{where}: {path}: {unreadable.strerror}", EXIT_USAGE)
        job["module_hash"] = HASH_PREFIX + sha256(wasm).hexdigest()
        job["wasm_bytes"] = b64encode(wasm).decode()
    return {"job_id": f"job-{number}", **job}
