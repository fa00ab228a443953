"""The commands `edge-signer flags …`: show and change flags in SSM."""

from __future__ import annotations

from typing import Annotated, NamedTuple

import typer
from rich.markup import escape
from rich.table import Table

from cli.deployment import MAX_PARAMETER_BYTES, aws_failures_reported, deployment
from cli.options import Json, Region, Stage, State
from cli.terminal import EXIT_USAGE, fail, out, show_json
from edge_signer.configuration.flags import (
    NOT_SUPPORTED_YET,
    FlagError,
    Flags,
    flag_text,
    read_flag,
)
from edge_signer.configuration.parameters import SsmParameterFolder
from edge_signer.configuration.settings import Settings, SettingsError

app = typer.Typer()

Name = Annotated[str, typer.Argument(metavar="NAME", help="Such as kill_switch.")]

_SEEN = "every worker sees it within 10 s"


class _Row(NamedTuple):
    """A flag as it is shown; the value is None if workers cannot read it."""

    flag: str
    value: str | None
    source: str
    fault: str = ""


@app.command("list")
@app.command("get", hidden=True)
def get_flags(
    stage: Stage = None, region: Region = None, state: State = None, as_json: Json = False
) -> None:
    """Print every flag with its value and where the value comes from."""
    target = deployment(stage, region, state)
    with aws_failures_reported():
        ssm = target.client("ssm")
        texts = SsmParameterFolder(ssm, target.folder("flags"), refresh_s=0).read()
        variables = {**target.variables("sign"), "AWS_REGION": ssm.meta.region_name}
    try:
        defaults = Flags.defaults(Settings.from_environment(variables))
    except SettingsError as broken:
        fail(f"the function's environment is broken: {broken}")
    names = [*Flags.model_fields, *sorted(texts.keys() - Flags.model_fields.keys())]
    rows = [_row(name, texts.get(name), defaults) for name in names]
    if as_json:
        show_json([row._asdict() for row in rows])
        return
    table = Table("flag", "value", "from", "fault", box=None)
    for row in rows:
        table.add_row(*(escape(value or "-") for value in row))
    out.print(table)


@app.command("set")
def set_flag(
    name: Name,
    value: Annotated[str, typer.Argument(metavar="VALUE", help="The new value.")],
    stage: Stage = None,
    region: Region = None,
    state: State = None,
    as_json: Json = False,
) -> None:
    """Set a flag; every worker sees it within 10 s."""
    target = deployment(stage, region, state)
    try:
        text = flag_text(read_flag(name, value))
    except FlagError as refused:
        fail(str(refused), EXIT_USAGE)
    if not text:
        # SSM stores no empty value, and this one would lock everyone out.
        fail(f"{name} needs at least one tenant; to stop all of them, set kill_switch", EXIT_USAGE)
    if len(text) > MAX_PARAMETER_BYTES:
        fail(f"{name} has more than {MAX_PARAMETER_BYTES} bytes, the limit of SSM", EXIT_USAGE)
    with aws_failures_reported():
        target.client("ssm").put_parameter(
            Name=f"{target.folder('flags')}/{name}", Type="String", Value=text, Overwrite=True
        )
    if as_json:
        show_json({"flag": name, "value": text, "from": "SSM", "stage": target.stage})
        return
    out.print(f"{name} is {text} on {target.stage}: {_SEEN}", markup=False)


@app.command("unset")
def unset_flag(
    name: Name,
    stage: Stage = None,
    region: Region = None,
    state: State = None,
    as_json: Json = False,
) -> None:
    """Return a flag to its default; every worker sees it within 10 s."""
    target = deployment(stage, region, state)
    # A flag that was never supported can be removed too.
    if name not in (*Flags.model_fields, *NOT_SUPPORTED_YET):
        fail(f"{name} is not a flag; known flags: {', '.join(Flags.model_fields)}", EXIT_USAGE)
    with aws_failures_reported():
        # Unlike DeleteParameter, this does not fail if the parameter does not exist.
        target.client("ssm").delete_parameters(Names=[f"{target.folder('flags')}/{name}"])
    if as_json:
        show_json({"flag": name, "value": None, "from": "default", "stage": target.stage})
        return
    out.print(f"{name} is back to its default on {target.stage}: {_SEEN}", markup=False)


def _row(name: str, text: str | None, defaults: Flags) -> _Row:
    if text is None:
        return _Row(name, flag_text(getattr(defaults, name)), "default")
    try:
        return _Row(name, flag_text(read_flag(name, text)), "SSM")
    except FlagError as broken:
        return _Row(name, None, "SSM", str(broken))
