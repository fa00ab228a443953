"""`edge-signer execute-job`: run a module on the service and print its output once verified."""

from __future__ import annotations

import json
import os
import stat
import sys
import uuid
from base64 import b64decode, b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

from cli.api_access import TenantOptions, tenant_access
from cli.jobs.rerun import Comparison, compared_with_rerun, require_linux
from cli.progress import LongTask
from cli.terminal import EXIT_USAGE, fail, require_file, say_error, show_json
from edge_signer.execution.errors import ModuleTooLargeError, NotAModuleError
from edge_signer.execution.job import HASH_PREFIX, checked_module
from edge_signer.execution.receipts.receipt import pinned_key
from edge_signer.execution.receipts.result import JobResult
from edge_signer.execution.receipts.result_verifier import verify_result
from edge_signer.execution.sandbox.outcome import Status
from edge_signer_client import EdgeSigner, EdgeSignerClientError
from emulator.files import write_atomically

#: There is no trusted result. No module and no verdict ends with this code.
EXIT_NO_RESULT = 255


def execute_job(
    module: Path,
    args: list[str],
    options: TenantOptions,
    *,
    pubkey: str | None,
    job_id: str | None,
    stdin: Path | None,
    env: list[str],
    requirements: dict[str, int],
    wait_s: float,
    keep: Path | None,
    verify_by_rerun: bool,
    as_json: bool,
) -> int:
    """Run a module, verify receipt and attestation, and only then print its output.

    Args:
        module: A WASI preview1 command.
        args: Its arguments.
        options: Which API runs it, and for which tenant.
        pubkey: The pinned key; None for the emulator's.
        job_id: The job's name; None for a new one.
        stdin: File for its standard input; `-` for this command's own. None takes what is piped
            into this command, or nothing.
        env: Its environment variables, each as NAME=VALUE.
        requirements: The job's limits by name.
        wait_s: How long to keep polling, in seconds.
        keep: Where to write request.json, answer.json and receipt.json; None for nowhere.
        verify_by_rerun: Run the module here as well, and print its output only if that agrees.
        as_json: Print the result as one JSON object.

    Returns:
        The job's exit code.

    Raises:
        typer.Exit: Usage error (2), or no result that the pinned key verifies (255).
    """
    if verify_by_rerun:
        require_linux(EXIT_USAGE)
    request_json = _request(module, args, job_id, stdin, _variables(env), requirements)
    access = tenant_access(options, exit_code_without_system=EXIT_NO_RESULT)
    pubkey = receipt_key(pubkey or access.receipt_key)
    try:
        with LongTask(f"running {module.name}"):
            answer = EdgeSigner(access.url, access.credentials).run_job(request_json, wait_s)
    except EdgeSignerClientError as refused:
        fail(str(refused), EXIT_NO_RESULT)
    verdict = verify_result(answer, pubkey, request_json)
    if verdict.refusal is not None:
        refusal = verdict.refusal
        fail(f"the result cannot be verified, {refusal}: {refusal.explanation}", EXIT_NO_RESULT)
    result = JobResult.model_validate_json(answer)
    if keep is not None:
        receipt = result.receipt_json.encode()
        keep_files(keep, request=request_json, answer=answer, receipt=receipt)
    comparison: Comparison | None = None
    if verify_by_rerun and verdict.statement is not None:
        wasm = b64decode(json.loads(request_json)["wasm_bytes"])
        comparison = compared_with_rerun(wasm, verdict.statement, request_json, EXIT_NO_RESULT)
    if as_json:
        # The receipt as an object is easier to read.
        fields = json.loads(answer)
        fields["receipt"] = json.loads(fields.pop("receipt_json"))
        if comparison is not None:
            fields["rerun"] = comparison.facts()
        show_json(fields, indent=2)
    elif comparison is None or comparison.agrees:
        _pass_on(answer, result)
    else:
        comparison.complain()
    return result.exit_code if comparison is None or comparison.agrees else EXIT_NO_RESULT


def _request(
    module: Path,
    args: list[str],
    job_id: str | None,
    stdin: Path | None,
    env: dict[str, str],
    wanted: dict[str, int],
) -> bytes:
    require_file(module)
    try:
        wasm = module.read_bytes()
        given = _piped() if stdin is None else _input(stdin)
    except OSError as unreadable:
        fail(f"{unreadable.filename}: {unreadable.strerror}", EXIT_USAGE)
    module_hash = HASH_PREFIX + sha256(wasm).hexdigest()
    try:
        checked_module(wasm, module_hash)
    except (NotAModuleError, ModuleTooLargeError) as refused:
        fail(f"{module}: {refused.message}", EXIT_USAGE)
    request: dict[str, Any] = {
        "job_id": job_id or f"job-{uuid.uuid4()}",
        "module_hash": module_hash,
        "wasm_bytes": b64encode(wasm).decode(),
        "args": args,
        "requirements": wanted,
    }
    if given:
        request["stdin_base64"] = b64encode(given).decode()
    if env:
        request["env"] = env
    return json.dumps(request).encode()


def _piped() -> bytes:
    """Read what is piped into this command or redirected to it; a terminal gives nothing."""
    try:
        mode = os.fstat(sys.stdin.fileno()).st_mode
    except (AttributeError, OSError, ValueError):
        # Standard input is closed.
        return b""
    is_given = stat.S_ISFIFO(mode) or stat.S_ISREG(mode)
    return sys.stdin.buffer.read() if is_given else b""


def _variables(env: list[str]) -> dict[str, str]:
    variables = {}
    for one in env:
        name, equals, value = one.partition("=")
        if not equals or not name:
            fail(f"--env must be NAME=VALUE, not {one!r}", EXIT_USAGE)
        variables[name] = value
    return variables


def _input(stdin: Path) -> bytes:
    if str(stdin) == "-":
        return sys.stdin.buffer.read()
    require_file(stdin)
    return stdin.read_bytes()


def receipt_key(given: str | None) -> str:
    """Return the key to verify with, or end the command."""
    if given is None:
        fail("--url needs --pubkey: a key that comes with the answer proves nothing", EXIT_USAGE)
    if pinned_key(given) is None:
        fail("--pubkey must be 64 lower-case hexadecimal digits of an Ed25519 key", EXIT_USAGE)
    return given


def keep_files(directory: Path, **contents: bytes) -> None:
    """Write JSON files into a folder, by their names without ending."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            write_atomically(directory / f"{name}.json", content, mode=0o644)
    except OSError as failure:
        fail(f"{failure.filename}: {failure.strerror}", EXIT_USAGE)


def _pass_on(answer: bytes, result: JobResult) -> None:
    for stream, written in (
        (sys.stdout, result.stdout_bytes()),
        (sys.stderr, result.stderr_bytes()),
    ):
        stream.buffer.write(written)
        stream.flush()
    if result.status != Status.OK:
        detail = json.loads(answer).get("detail", "")
        say_error(f"{result.status}: {detail}" if detail else result.status)
