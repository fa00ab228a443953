"""`edge-signer execute-job`: a module to the service, its output to whoever asked, once proven."""

from __future__ import annotations

import json
import sys
import uuid
from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from cli.api_address import require_api_address
from cli.job_client import JobClient, JobClientError
from cli.terminal import EXIT_USAGE, fail, out, require_file, say_error
from edge_signer.execution.errors import ModuleTooLargeError, NotAModuleError
from edge_signer.execution.job import HASH_PREFIX, checked_module
from edge_signer.execution.receipts.receipt import pinned_key
from edge_signer.execution.receipts.result import JobResult
from edge_signer.execution.receipts.result_verifier import verify_result
from edge_signer.execution.sandbox.outcome import Status
from emulator.files import write_atomically
from emulator.local_state import LocalState, NotRunningError, default_directory

#: Neither a module nor a verdict has it: there is no result that could be trusted.
EXIT_NO_RESULT = 255


@dataclass(frozen=True)
class Service:
    """Who runs the job.

    Attributes:
        url: Its address; None for the emulator that runs here.
        token: The tenant's bearer token; None for the emulator's.
        hmac_key: What the request is signed with; None where the token has no HMAC key.
        tenant: The tenant.
        pubkey: The pinned key; None for the emulator's.
        state: The emulator's state directory; None for the default.
    """

    url: str | None
    token: str | None
    hmac_key: str | None
    tenant: str
    pubkey: str | None
    state: Path | None


def execute_job(
    module: Path,
    args: list[str],
    service: Service,
    *,
    job_id: str | None,
    stdin: Path | None,
    requirements: dict[str, int],
    wait_s: float,
    keep: Path | None,
    as_json: bool,
) -> int:
    """Have a module run, verify receipt and attestation, and only then print what it wrote.

    Args:
        module: A WASI preview1 command.
        args: Its arguments.
        service: Who runs it.
        job_id: The job's name; None for a new one.
        stdin: What it may read; `-` for standard input, None for nothing.
        requirements: By name.
        wait_s: For how long to go on asking.
        keep: Where to write request.json, answer.json and receipt.json; None for nowhere.
        as_json: Print the result as one JSON object.

    Returns:
        The job's exit code.

    Raises:
        typer.Exit: Wrong use (2), or no result that the pinned key vouches for (255).
    """
    request_json = _request(module, args, job_id, stdin, requirements)
    client, pubkey = _connected(service)
    try:
        answer = client.run(request_json, wait_s)
    except JobClientError as refused:
        fail(str(refused), EXIT_NO_RESULT)
    refusal = verify_result(answer, pubkey, request_json).refusal
    if refusal is not None:
        fail(f"the answer proves nothing, {refusal}: {refusal.explanation}", EXIT_NO_RESULT)
    result = JobResult.model_validate_json(answer)
    if keep is not None:
        _keep(keep, request_json, answer, result)
    if as_json:
        out.print(json.dumps(_as_in_documents(answer), indent=2), markup=False)
    else:
        _pass_on(answer, result)
    return result.exit_code


def _request(
    module: Path, args: list[str], job_id: str | None, stdin: Path | None, wanted: dict[str, int]
) -> bytes:
    require_file(module)
    try:
        wasm = module.read_bytes()
        given = b"" if stdin is None else _input(stdin)
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
    return json.dumps(request).encode()


def _input(stdin: Path) -> bytes:
    if str(stdin) == "-":
        return sys.stdin.buffer.read()
    require_file(stdin)
    return stdin.read_bytes()


def _connected(service: Service) -> tuple[JobClient, str]:
    url, token, pubkey = service.url, service.token, service.pubkey
    if url is not None:
        require_api_address(url)
    if token == "" or service.hmac_key == "":
        fail("the token, or the HMAC key, is empty", EXIT_USAGE)
    if url is None:
        state = _local(service)
        url, pubkey = state.url, pubkey or state.receipt_public_key
        if token is None:
            try:
                token = state.token_of(service.tenant)
            except KeyError:
                fail(f"the emulator has no tenant {service.tenant}", EXIT_USAGE)
    if token is None:
        fail("--url needs --token, or EDGE_SIGNER_TOKEN", EXIT_USAGE)
    if pubkey is None:
        fail("--url needs --pubkey: a key that comes with an answer proves nothing", EXIT_USAGE)
    if pinned_key(pubkey) is None:
        fail("--pubkey must be 64 lower-case hexadecimal digits of an Ed25519 key", EXIT_USAGE)
    return JobClient(url, token, service.tenant, service.hmac_key), pubkey


def _local(service: Service) -> LocalState:
    try:
        return LocalState.load(service.state or default_directory())
    except NotRunningError as absent:
        fail(
            f"{absent}: start a system with `edge-signer run`, or name a service with --url; "
            "nothing runs unsigned",
            EXIT_NO_RESULT,
        )


def _keep(directory: Path, request_json: bytes, answer: bytes, result: JobResult) -> None:
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name, content in (
            ("request.json", request_json),
            ("answer.json", answer),
            ("receipt.json", result.receipt_json.encode()),
        ):
            write_atomically(directory / name, content, mode=0o644)
    except OSError as failure:
        fail(f"{failure.filename}: {failure.strerror}", EXIT_USAGE)


def _as_in_documents(answer: bytes) -> dict[str, Any]:
    """Give the answer with the receipt as an object, as people read it."""
    fields: dict[str, Any] = json.loads(answer)
    return fields | {"receipt": json.loads(fields.pop("receipt_json"))}


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
