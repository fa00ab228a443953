"""The commands about jobs. What one needs is imported when it runs, so help is fast."""

from pathlib import Path
from typing import Annotated

import typer

from cli import options
from cli.options import HmacKey, Json, PinnedKey, State, Tenant, Token, Url


def execute_job(
    module: Annotated[Path, typer.Argument(help="A WASI preview1 command.")],
    args: Annotated[
        list[str] | None, typer.Argument(help="Its arguments: everything after the module.")
    ] = None,
    url: Url = None,
    token: Token = None,
    hmac_key: HmacKey = None,
    tenant: Tenant = None,
    pubkey: options.ReceiptKey = None,
    job_id: options.JobId = None,
    stdin: options.StandardInput = None,
    env: options.Variables = None,
    timeout: options.JobTimeout = 20,
    memory: options.JobMemory = 128,
    wait: options.JobWait = 60,
    keep: options.JobFolder = None,
    verify_by_rerun: Annotated[
        bool,
        typer.Option(
            "--verify-by-rerun",
            help="Run the module here too, on Linux; print its output only if that agrees.",
        ),
    ] = False,
    json: Json = False,
    state: State = None,
) -> None:
    """Run a WebAssembly module, verify its receipt and print its output.

    Exits with the module's code, or 255 if the result cannot be verified or a rerun differs.
    """
    from cli.api_access import TenantOptions
    from cli.jobs.execute_job import execute_job

    raise typer.Exit(
        execute_job(
            module,
            args or [],
            TenantOptions(url, token, hmac_key, tenant, state),
            pubkey=pubkey,
            job_id=job_id,
            stdin=stdin,
            env=env or [],
            requirements={"timeout_seconds": timeout, "memory_mb": memory},
            wait_s=wait,
            keep=keep,
            verify_by_rerun=verify_by_rerun,
            as_json=json,
        )
    )


def execute_jobs(
    file: Annotated[
        Path,
        typer.Argument(
            help="A job a line, as JSON: `module`, a path beside this file, or `module_hash`; and"
            " the other fields of POST /jobs."
        ),
    ],
    url: Url = None,
    token: Token = None,
    hmac_key: HmacKey = None,
    tenant: Tenant = None,
    pubkey: options.ReceiptKey = None,
    batch_id: Annotated[
        str | None, typer.Option(help="The batch's name; the same name gives the same results.")
    ] = None,
    wait: options.JobWait = 60,
    keep: Annotated[
        Path | None, typer.Option(help="Folder for request.json and answer.json.")
    ] = None,
    json: Json = False,
    state: State = None,
) -> None:
    """Run up to 100 jobs as one batch, verify their proofs and print their results.

    Exit codes: 0 all ended with `ok` and 0; 1 not; 2 usage error; 255 unverified.
    """
    from cli.api_access import TenantOptions
    from cli.jobs.execute_jobs import execute_jobs

    raise typer.Exit(
        execute_jobs(
            file,
            TenantOptions(url, token, hmac_key, tenant, state),
            pubkey=pubkey,
            batch_id=batch_id,
            wait_s=wait,
            keep=keep,
            as_json=json,
        )
    )


def verify_receipt(
    file: Annotated[Path, typer.Argument(help="The receipt as received; - for standard input.")],
    pubkey: PinnedKey,
    json: Json = False,
) -> None:
    """Verify an execution receipt. Exit codes: 0 signed by the key, 1 not, 2 usage error."""
    from cli.jobs.receipts import verify_receipt_file

    raise typer.Exit(verify_receipt_file(file, pubkey, as_json=json))


def verify_attestation(
    file: Annotated[
        Path,
        typer.Argument(help="The whole result of a job, or of a batch; - for standard input."),
    ],
    pubkey: PinnedKey,
    request: Annotated[
        Path | None,
        typer.Option(help="The job request; its id, module and arguments must match."),
    ] = None,
    rerun: Annotated[
        Path | None,
        typer.Option(help="The module: run it again here, on Linux, and compare. Needs --request."),
    ] = None,
    json: Json = False,
) -> None:
    """Verify a job result with its receipt and attestation. Exit codes: 0 valid, 1 not, 2 usage.

    With --rerun, 1 also if the rerun differs.
    """
    from cli.jobs.receipts import verify_result_file

    raise typer.Exit(verify_result_file(file, pubkey, request, rerun, as_json=json))
