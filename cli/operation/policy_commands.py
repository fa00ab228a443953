"""The commands `edge-signer policies …`."""

from pathlib import Path
from typing import Annotated

import typer

from cli.options import Json, Region, Stage, State

app = typer.Typer(help="What the signer is willing to say.", no_args_is_help=True)


@app.command("list")
def list_policies(
    stage: Stage = None, region: Region = None, state: State = None, as_json: Json = False
) -> None:
    """List the policies in force, and documents that cannot be read."""
    from cli.deployment import deployment
    from cli.operation.policies import show_policies

    show_policies(deployment(stage, region, state), as_json=as_json)


@app.command()
def show(
    policy_id: Annotated[str, typer.Argument(help="Such as newsroom-default-v3.")],
    stage: Stage = None,
    region: Region = None,
    state: State = None,
) -> None:
    """Print a policy as it is in force, as YAML."""
    from cli.deployment import deployment
    from cli.operation.policies import show_policy

    show_policy(deployment(stage, region, state), policy_id)


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(help="YAML files, each named <policy_id>.yaml.")],
) -> None:
    """Say whether documents are policies: exit 0 if all are, 1 if not."""
    from cli.operation.policies import check_files

    raise typer.Exit(check_files(files))


@app.command()
def put(
    file: Annotated[Path, typer.Argument(help="A YAML file, named <policy_id>.yaml.")],
    stage: Stage = None,
    region: Region = None,
    state: State = None,
) -> None:
    """Put a policy in force; workers take it up within a minute."""
    from cli.deployment import deployment
    from cli.operation.policies import put_policy

    put_policy(deployment(stage, region, state), file)
