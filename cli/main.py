"""The commands of `edge-signer`; each imports what it does only when it is run."""

from pathlib import Path
from typing import Annotated

import typer

from cli.certificates import certificate_commands
from cli.edge_client import DEFAULT_POLICY
from cli.operation import admin_commands, flag_commands, policy_commands, tenant_commands
from cli.options import Json, PinnedKey, State
from cli.source_types import USUAL

app = typer.Typer(
    help="C2PA Content Credentials signed from the edge, while the key never leaves KMS.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(admin_commands.app, name="admin")
app.add_typer(certificate_commands.app, name="certificate")
app.add_typer(flag_commands.app, name="flags")
app.add_typer(policy_commands.app, name="policies")
app.add_typer(tenant_commands.app, name="tenants")


@app.command()
def run(
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0 takes any free one.")
    ] = 3000,
    state: State = None,
    template: Annotated[
        Path | None, typer.Option(help="SAM template.", show_default="template.yaml")
    ] = None,
    allow: Annotated[
        list[str] | None,
        typer.Option(help="One more tenant that may sign; give it again for another."),
    ] = None,
) -> None:
    """Run the whole system here, without an AWS account, until Ctrl-C."""
    from cli.run import run_until_stopped

    raise typer.Exit(run_until_stopped(port, state, template, allow or ()))


@app.command()
def sign(
    file: Annotated[Path, typer.Argument(help="The asset; only its SHA-256 is sent.")],
    url: Annotated[
        str | None, typer.Option(help="Address of a signer; by default the one that runs here.")
    ] = None,
    token: Annotated[
        str | None, typer.Option(envvar="EDGE_SIGNER_TOKEN", help="The tenant's API token.")
    ] = None,
    hmac_key: Annotated[
        str | None,
        typer.Option(envvar="EDGE_SIGNER_HMAC_KEY", help="The token's HMAC key, where it has one."),
    ] = None,
    tenant: Annotated[str, typer.Option(help="The tenant to sign for.")] = "acme",
    policy: Annotated[str, typer.Option(help="The policy to sign under.")] = DEFAULT_POLICY,
    source_type: Annotated[
        str | None,
        typer.Option(
            help="How the asset came to be: a digital source type, as a term or a URI.\n\n"
            + "\n\n".join(f"{term}: {meaning}" for term, meaning in USUAL.items()),
            show_default="none: it must be given",
        ),
    ] = None,
    tsa: Annotated[
        bool | None,
        typer.Option("--tsa/--no-tsa", help="Time-stamp it.", show_default="as the policy says"),
    ] = None,
    title: Annotated[
        str | None, typer.Option(help="Name of the asset; anybody who verifies it can read it.")
    ] = None,
    state: State = None,
) -> None:
    """Sign a file and write FILE.c2pa beside it."""
    from cli.sign import sign_file

    sign_file(
        file,
        url=url,
        token=token,
        hmac_key=hmac_key,
        tenant=tenant,
        policy=policy,
        source_type=source_type,
        tsa=tsa,
        title=title,
        state=state,
    )


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="The asset.")],
    manifest: Annotated[
        Path | None,
        typer.Option(help="Its sidecar.", show_default="FILE.c2pa if there is one"),
    ] = None,
    embedded: Annotated[
        bool, typer.Option("--embedded", help="Judge what is in the file, not the sidecar.")
    ] = False,
    anchors: Annotated[
        Path | None,
        typer.Option(help="PEM file of trusted roots.", show_default="the emulator's"),
    ] = None,
    tsa_anchors: Annotated[
        Path | None, typer.Option(help="PEM file of more roots, for time-stamps alone.")
    ] = None,
    json: Json = False,
    crjson: Annotated[bool, typer.Option("--crjson", help="Print c2pa-rs's crJSON.")] = False,
    state: State = None,
) -> None:
    """Validate a file and its credentials with c2pa-rs.

    Exit codes: 0 valid and trusted, with everything in it; 1 anything else; 2 usage error.
    """
    from cli.verify import verify_file

    raise typer.Exit(
        verify_file(
            file,
            manifest=manifest,
            embedded=embedded,
            anchors=anchors,
            tsa_anchors=tsa_anchors,
            state=state,
            as_json=json,
            as_crjson=crjson,
        )
    )


@app.command("execute-job", context_settings={"allow_interspersed_args": False})
def execute_job(
    module: Annotated[Path, typer.Argument(help="A WASI preview1 command.")],
    args: Annotated[
        list[str] | None, typer.Argument(help="Its arguments: all that follows the module.")
    ] = None,
    url: Annotated[
        str | None, typer.Option(help="Address of a service; by default the one that runs here.")
    ] = None,
    token: Annotated[
        str | None, typer.Option(envvar="EDGE_SIGNER_TOKEN", help="The tenant's API token.")
    ] = None,
    hmac_key: Annotated[
        str | None,
        typer.Option(envvar="EDGE_SIGNER_HMAC_KEY", help="The token's HMAC key, where it has one."),
    ] = None,
    tenant: Annotated[str, typer.Option(help="The tenant to run it for.")] = "acme",
    pubkey: Annotated[
        str | None,
        typer.Option(
            envvar="EDGE_SIGNER_RECEIPT_KEY",
            help="The service's receipt key, got elsewhere; needed with --url.",
            show_default="the emulator's",
        ),
    ] = None,
    job_id: Annotated[
        str | None, typer.Option(help="The job's name; the same again gives the same result.")
    ] = None,
    stdin: Annotated[
        Path | None, typer.Option(help="What the module may read; - for standard input.")
    ] = None,
    timeout: Annotated[int, typer.Option(min=1, help="Seconds that the module may take.")] = 20,
    memory: Annotated[int, typer.Option(min=1, help="MiB that it may have.")] = 128,
    wait: Annotated[float, typer.Option(min=0, help="Seconds to go on asking.")] = 60,
    keep: Annotated[
        Path | None,
        typer.Option(help="Folder for request.json, answer.json and receipt.json."),
    ] = None,
    json: Json = False,
    state: State = None,
) -> None:
    """Have a module run, verify its receipt, print what it wrote: exit as the module, or 255."""
    from cli.execute_job import Service, execute_job

    raise typer.Exit(
        execute_job(
            module,
            args or [],
            Service(url, token, hmac_key, tenant, pubkey, state),
            job_id=job_id,
            stdin=stdin,
            requirements={"timeout_seconds": timeout, "memory_mb": memory},
            wait_s=wait,
            keep=keep,
            as_json=json,
        )
    )


@app.command("verify-receipt")
def verify_receipt(
    file: Annotated[Path, typer.Argument(help="The receipt as it came; - for standard input.")],
    pubkey: PinnedKey,
    json: Json = False,
) -> None:
    """Say whether a key signed an execution receipt: exit 0 it did, 1 not, 2 usage."""
    from cli.receipts import verify_receipt_file

    raise typer.Exit(verify_receipt_file(file, pubkey, as_json=json))


@app.command("verify-attestation")
def verify_attestation(
    file: Annotated[Path, typer.Argument(help="The whole answer to a job; - for standard input.")],
    pubkey: PinnedKey,
    request: Annotated[
        Path | None,
        typer.Option(help="The request that it answers: job, module and arguments must be its."),
    ] = None,
    json: Json = False,
) -> None:
    """Say whether a key vouches for a job's output, receipt and attestation: exit 0, 1 or 2."""
    from cli.receipts import verify_result_file

    raise typer.Exit(verify_result_file(file, pubkey, request, as_json=json))


@app.command()
def demo() -> None:
    """Run the system, sign a photograph, verify it, show where the time went, stop."""
    from cli.demo import run_demo

    raise typer.Exit(run_demo())


if __name__ == "__main__":
    app()
