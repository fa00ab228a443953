"""The commands of `edge-signer`. What a command needs is imported when it runs, so help is fast."""

from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from cli import options
from cli.doctor.command import doctor
from cli.jobs.commands import execute_job, execute_jobs, verify_attestation, verify_receipt
from cli.options import DEFAULT_POLICY, HmacKey, Json, State, Tenant, Token, Url
from cli.usage import Commands, show_version

app = typer.Typer(cls=Commands, no_args_is_help=True, pretty_exceptions_enable=False)


def _add_group(name: str, module: str, description: str) -> None:
    """Add the commands of a module's `app`, which is imported when one of them is named."""

    class Group(TyperGroup):
        def list_commands(self, ctx: Any) -> list[str]:
            return self._loaded().list_commands(ctx)

        def get_command(self, ctx: Any, cmd_name: str) -> Any:
            return self._loaded().get_command(ctx, cmd_name)

        def _loaded(self) -> TyperGroup:
            return typer.main.get_group(import_module(module).app)

    group = typer.Typer(cls=Group, help=description, no_args_is_help=True)
    app.add_typer(group, name=name)


_add_group(
    "admin",
    "cli.operation.admin",
    "Change settings over HTTP; every change is audited. Authenticates with "
    "EDGE_SIGNER_ADMIN_TOKEN.",
)
_add_group("console", "cli.console", "Publish the console of a stage on AWS.")
_add_group("certificate", "cli.certificates.commands", "Manage the signing keys' certificates.")
_add_group("flags", "cli.operation.flags", "Show and change flags at run time.")
_add_group("policies", "cli.operation.policies", "Manage signing policies.")
_add_group("tenants", "cli.operation.tenants", "Issue, rotate, list and remove API tokens.")
_add_group("trust", "cli.trust.commands", "Install, show and remove lists of trusted signers.")


@app.callback()
def common(
    version: Annotated[
        bool,
        typer.Option("--version", callback=show_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """C2PA Content Credentials signed from the edge, while the key never leaves KMS."""


@app.command()
def run(
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0 for any free one.")
    ] = 3000,
    state: State = None,
    template: Annotated[
        Path | None, typer.Option(help="SAM template.", show_default="template.yaml")
    ] = None,
    allow: Annotated[
        list[str] | None,
        typer.Option(help="Another tenant that may sign; may be given more than once."),
    ] = None,
) -> None:
    """Run the whole system on this machine, without an AWS account, until Ctrl-C."""
    from cli.run import run_until_stopped

    raise typer.Exit(run_until_stopped(port, state, template, allow or ()))


@app.command()
def sign(
    files: Annotated[
        list[Path], typer.Argument(help="Assets, or folders of them; only SHA-256 is sent.")
    ],
    output: options.Output = None,
    output_dir: options.OutputDir = None,
    in_place: options.InPlace = False,
    remote: options.Remote = False,
    sidecar: options.Sidecar = False,
    source_type: options.SourceType = None,
    parent: options.Parent = None,
    no_parent: options.NoParent = False,
    component: options.Component = None,
    input: options.Input = None,
    action: options.Action = None,
    manifest: options.Definition = None,
    assets_checked: options.AssetsChecked = False,
    title: options.Title = None,
    tsa: options.Tsa = None,
    policy: options.Policy = DEFAULT_POLICY,
    force: options.Force = False,
    verify: options.Verify = True,
    at_once: options.AtOnce = 4,
    report: options.Report = None,
    json: Json = False,
    url: Url = None,
    token: Token = None,
    hmac_key: HmacKey = None,
    tenant: Tenant = None,
    state: State = None,
) -> None:
    """Sign files: the manifest goes into a new file (-o), beside FILE, or online (--remote).

    A file that carries credentials becomes its own parent: the new manifest begins with c2pa.opened
    and holds the earlier ones.

    Exit codes: 0 all signed; 1 refused, or some failed; 2 usage error.
    """
    from cli.api_access import TenantOptions
    from cli.signing.sign import sign_files
    from cli.signing.sign_options import SignOptions

    raise typer.Exit(
        sign_files(
            files,
            TenantOptions(url, token, hmac_key, tenant, state),
            SignOptions(
                policy,
                *(source_type, tsa, title, output),
                *(output_dir, in_place, remote, sidecar),
                *(force, verify, at_once, report),
                *(parent, no_parent, component or (), input or ()),
                *(action or (), manifest, assets_checked, json),
            ),
        )
    )


@app.command()
def derive(
    original: Annotated[Path, typer.Argument(help="An image; only SHA-256 is sent.")],
    output: options.DerivativeOutput,
    width: options.Width = None,
    height: options.Height = None,
    format: options.Format = None,
    quality: options.Quality = None,
    assets_checked: options.AssetsChecked = False,
    title: options.Title = None,
    tsa: options.Tsa = None,
    policy: options.Policy = DEFAULT_POLICY,
    force: options.Force = False,
    verify: options.Verify = True,
    json: Json = False,
    url: Url = None,
    token: Token = None,
    hmac_key: HmacKey = None,
    tenant: Tenant = None,
    state: State = None,
) -> None:
    """Make an image smaller, or convert it, and sign it as an edit of the original.

    The manifest begins with c2pa.opened and holds the original's credentials, which are found in
    the file, beside it, or where the file's XMP says. Needs Pillow.

    Exit codes: 0 signed; 1 refused; 2 usage error.
    """
    from cli.api_access import TenantOptions
    from cli.derive import DeriveOptions, derive_file

    raise typer.Exit(
        derive_file(
            original,
            TenantOptions(url, token, hmac_key, tenant, state),
            DeriveOptions(
                output=output,
                width=width,
                height=height,
                format=format,
                quality=quality,
                policy=policy,
                tsa=tsa,
                title=title,
                force=force,
                verify=verify,
                assets_checked=assets_checked,
                as_json=json,
            ),
        )
    )


@app.command()
def verify(
    files: Annotated[
        list[str], typer.Argument(help="Assets, folders of them, or URLs with --fetch.")
    ],
    manifest: options.Manifest = None,
    embedded: options.Embedded = False,
    anchors: options.Anchors = None,
    tsa_anchors: options.TsaAnchors = None,
    fetch: options.Fetch = False,
    fetch_from: options.FetchFrom = None,
    html: options.Html = None,
    json: Json = False,
    crjson: options.CrJson = False,
    at_once: options.VerifyAtOnce = 4,
    state: State = None,
) -> None:
    """Validate files and their credentials with two engines: c2pa-rs and our own validator.

    Exit codes: 0 all valid and trusted, ingredients included; 1 anything else; 2 usage error.
    """
    from cli.verification.verify import VerifyOptions, verify_files

    raise typer.Exit(
        verify_files(
            files,
            VerifyOptions(
                *(manifest, embedded, anchors, tsa_anchors, fetch, fetch_from or ()),
                *(html, json, crjson, at_once, state),
            ),
        )
    )


app.command()(doctor)
app.command("execute-job", context_settings={"allow_interspersed_args": False})(execute_job)
app.command("execute-jobs")(execute_jobs)
app.command("verify-receipt")(verify_receipt)
app.command("verify-attestation")(verify_attestation)


@app.command()
def env(tenant: Tenant = None, json: Json = False, state: State = None) -> None:
    """Print the local system's address and tokens: `eval "$(edge-signer env)"` sets them."""
    from cli.environment import show_environment

    show_environment(tenant, state, as_json=json)


@app.command()
def demo() -> None:
    """Run the system, sign a photograph, verify it and show where the time went."""
    from cli.demo import run_demo

    raise typer.Exit(run_demo())


if __name__ == "__main__":
    app()
