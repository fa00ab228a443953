"""`edge-signer flags`: which are in force, and how an operator changes one."""

from __future__ import annotations

import json
from typing import NamedTuple

from rich.markup import escape
from rich.table import Table

from cli.deployment import MAX_PARAMETER_BYTES, Deployment, aws_failures_told
from cli.terminal import EXIT_USAGE, fail, out
from edge_signer.configuration.flags import (
    NOT_SUPPORTED_YET,
    FlagError,
    Flags,
    flag_text,
    read_flag,
)
from edge_signer.configuration.parameters import SsmParameterFolder
from edge_signer.configuration.settings import Settings, SettingsError

_SEEN = "every worker sees it within 10 s"


class _Row(NamedTuple):
    """A flag as it is shown; the value is None where what workers go by cannot be told."""

    flag: str
    value: str | None
    source: str
    fault: str = ""


def show_flags(target: Deployment, *, as_json: bool) -> None:
    """Print every flag, and what else lies in the folder.

    Args:
        target: Whose.
        as_json: Print one JSON array.

    Raises:
        typer.Exit: AWS does not answer, or the function's environment is none (1).
    """
    with aws_failures_told():
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
        out.print(json.dumps([row._asdict() for row in rows]), markup=False)
        return
    table = Table("flag", "value", "from", "fault", box=None)
    for row in rows:
        table.add_row(*(escape(value or "-") for value in row))
    out.print(table)


def put_flag(target: Deployment, name: str, value: str) -> None:
    """Set a flag.

    Args:
        target: Where.
        name: Of the flag.
        value: As the operator wrote it.

    Raises:
        typer.Exit: There is no such flag, or it has no such value (2), or AWS refuses (1).
    """
    try:
        text = flag_text(read_flag(name, value))
    except FlagError as refused:
        fail(str(refused), EXIT_USAGE)
    if not text:
        # SSM keeps no empty value, and this one would shut everybody out.
        fail(f"{name} takes one tenant at least; for nobody, set kill_switch true", EXIT_USAGE)
    if len(text) > MAX_PARAMETER_BYTES:
        fail(f"{name} is longer than {MAX_PARAMETER_BYTES} bytes, the maximum of SSM", EXIT_USAGE)
    with aws_failures_told():
        target.client("ssm").put_parameter(
            Name=f"{target.folder('flags')}/{name}", Type="String", Value=text, Overwrite=True
        )
    out.print(f"{name} is {text} on {target.stage}: {_SEEN}", markup=False)


def remove_flag(target: Deployment, name: str) -> None:
    """Return a flag to its default; what was never supported can be removed too.

    Args:
        target: Where.
        name: Of the flag.

    Raises:
        typer.Exit: There is no such flag (2), or AWS refuses (1).
    """
    if name not in (*Flags.model_fields, *NOT_SUPPORTED_YET):
        fail(f"{name} is not a flag; known flags: {', '.join(Flags.model_fields)}", EXIT_USAGE)
    with aws_failures_told():
        # Unlike DeleteParameter, this is content with a name that is not there.
        target.client("ssm").delete_parameters(Names=[f"{target.folder('flags')}/{name}"])
    out.print(f"{name} has its default on {target.stage}: {_SEEN}", markup=False)


def _row(name: str, text: str | None, defaults: Flags) -> _Row:
    if text is None:
        return _Row(name, flag_text(getattr(defaults, name)), "default")
    try:
        return _Row(name, flag_text(read_flag(name, text)), "SSM")
    except FlagError as broken:
        return _Row(name, None, "SSM", str(broken))
