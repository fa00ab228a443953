"""`edge-signer tenants`: who may call, in the emulator that runs here or in a stage on AWS."""

from typing import Annotated

import typer

from cli.options import Json, Region, Stage, State

app = typer.Typer(help="Issue, replace, list and remove API tokens.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="TENANT", help="The tenant's name.")]


@app.command()
def add(
    tenant: Name,
    hmac: Annotated[
        bool, typer.Option("--hmac", help="Requests must be signed; makes a key for it.")
    ] = False,
    stage: Stage = None,
    region: Region = None,
    state: State = None,
    json: Json = False,
) -> None:
    """Issue a new tenant's token, and print it this once."""
    from cli.deployment import deployment
    from cli.operation.tenants import add_tenant

    add_tenant(deployment(stage, region, state), tenant, with_hmac=hmac, as_json=json)


@app.command()
def rotate(
    tenant: Name,
    grace: Annotated[
        str, typer.Option(help="How long older tokens still work: 90s, 30m, 24h, 7d or 0.")
    ] = "24h",
    hmac: Annotated[
        bool | None,
        typer.Option(
            "--hmac/--no-hmac",
            help="Whether requests with the new token must be signed.",
            show_default="as with the older tokens",
        ),
    ] = None,
    stage: Stage = None,
    region: Region = None,
    state: State = None,
    json: Json = False,
) -> None:
    """Issue a tenant's next token, print it this once, and let the older ones end."""
    from cli.deployment import deployment
    from cli.operation.tenants import rotate_tenant

    rotate_tenant(deployment(stage, region, state), tenant, grace, with_hmac=hmac, as_json=json)


@app.command("list")
def list_(
    stage: Stage = None,
    region: Region = None,
    state: State = None,
    json: Json = False,
) -> None:
    """Show who has tokens, by fingerprint: the first 8 digits of the token's SHA-256."""
    from cli.deployment import deployment
    from cli.operation.tenants import list_tenants

    list_tenants(deployment(stage, region, state), as_json=json)


@app.command()
def remove(
    tenant: Name,
    token: Annotated[
        str | None,
        typer.Option(
            metavar="FINGERPRINT", help="Only this one, as listed.", show_default="every token"
        ),
    ] = None,
    stage: Stage = None,
    region: Region = None,
    state: State = None,
    json: Json = False,
) -> None:
    """Take a tenant's tokens away; workers may know them for another ten seconds."""
    from cli.deployment import deployment
    from cli.operation.tenants import remove_tenant

    remove_tenant(deployment(stage, region, state), tenant, token, as_json=json)
