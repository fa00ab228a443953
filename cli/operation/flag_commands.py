"""The commands `edge-signer flags …`."""

from typing import Annotated

import typer

from cli.options import Json, Region, Stage, State

app = typer.Typer(help="What the operator switches while the system runs.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="Such as kill_switch.")]


@app.command("get")
def get_flags(
    stage: Stage = None, region: Region = None, state: State = None, as_json: Json = False
) -> None:
    """Print every flag, its value and where that comes from."""
    from cli.deployment import deployment
    from cli.operation.flags import show_flags

    show_flags(deployment(stage, region, state), as_json=as_json)


@app.command("set")
def set_flag(
    name: Name,
    value: Annotated[str, typer.Argument(metavar="VALUE", help="What it shall be.")],
    stage: Stage = None,
    region: Region = None,
    state: State = None,
) -> None:
    """Set a flag; every worker sees it within 10 s."""
    from cli.deployment import deployment
    from cli.operation.flags import put_flag

    put_flag(deployment(stage, region, state), name, value)


@app.command("unset")
def unset_flag(name: Name, stage: Stage = None, region: Region = None, state: State = None) -> None:
    """Return a flag to its default; every worker sees it within 10 s."""
    from cli.deployment import deployment
    from cli.operation.flags import remove_flag

    remove_flag(deployment(stage, region, state), name)
