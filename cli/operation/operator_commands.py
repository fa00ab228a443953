"""`edge-signer admin tokens` and `edge-signer admin audit`: with your own credentials of AWS."""

from typing import Annotated

import typer

from cli.options import Json, Region, Stage, State

tokens = typer.Typer(help="Issue, list and remove operators' tokens.", no_args_is_help=True)
audit = typer.Typer(help="What operators changed.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The operator's name.")]


@tokens.command("issue")
def issue(
    name: Name,
    stage: Stage = None,
    region: Region = None,
    state: State = None,
    json: Json = False,
) -> None:
    """Issue an operator's token, and print it this once."""
    from cli.deployment import deployment
    from cli.operation.operators import issue_token

    issue_token(deployment(stage, region, state), name, as_json=json)


@tokens.command("list")
def list_(
    stage: Stage = None, region: Region = None, state: State = None, json: Json = False
) -> None:
    """Show who has a token, by fingerprint: the first 8 digits of the token's SHA-256."""
    from cli.deployment import deployment
    from cli.operation.operators import list_tokens

    list_tokens(deployment(stage, region, state), as_json=json)


@tokens.command("remove")
def remove(
    name: Name,
    stage: Stage = None,
    region: Region = None,
    state: State = None,
    json: Json = False,
) -> None:
    """Take an operator's token away; workers may know it for another five seconds."""
    from cli.deployment import deployment
    from cli.operation.operators import remove_token

    remove_token(deployment(stage, region, state), name, as_json=json)


@audit.command("list")
def list_changes(
    day: Annotated[
        str | None, typer.Option(help="Only of this day, such as 2026-05-31 (UTC).")
    ] = None,
    last: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 20,
    stage: Stage = None,
    region: Region = None,
    state: State = None,
    json: Json = False,
) -> None:
    """Show the last changes, the newest at the end."""
    from cli.deployment import deployment
    from cli.operation.audit import list_audit

    list_audit(deployment(stage, region, state), day, last, as_json=json)
