"""`edge-signer admin tokens` and `admin audit`: both use the caller's own AWS credentials."""

from __future__ import annotations

import json
import re
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from cli.deployment import MAX_PARAMETER_BYTES, aws_failures_reported, deployment
from cli.options import Json, Region, Stage, State
from cli.terminal import EXIT_USAGE, fail, out, printable, show_json, show_row, shown
from edge_signer.administration.audit_trail import FAILED, FOLDER, INTENDED
from edge_signer.http.admin_token import OPERATOR_NAME, admin_tokens_parameter, read_operators
from emulator.credentials.tokens import issue_admin_token, store_operators

tokens = typer.Typer(help="Issue, list and remove operators' tokens.", no_args_is_help=True)
audit = typer.Typer(help="Show what operators changed.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The operator's name.")]

_FINGERPRINT_DIGITS = 8
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FAILED_END = ".failed.json"


@tokens.command("issue")
def issue(
    name: Name,
    stage: Stage = None,
    region: Region = None,
    state: State = None,
    as_json: Json = False,
) -> None:
    """Issue an operator's token and print it, only once."""
    target = deployment(stage, region, state)
    if not OPERATOR_NAME.fullmatch(name):
        fail(
            f"{name} is not a valid operator's name: use up to 63 lower-case letters, digits and "
            "hyphens, and no hyphen first",
            EXIT_USAGE,
        )
    ssm = target.client("ssm")
    operators = _operators(ssm, target.stage)
    if name in operators:
        fail(f"{name} has a token: remove it first, or use another name", EXIT_USAGE)
    token, token_sha256 = issue_admin_token()
    operators[name] = token_sha256
    if len(json.dumps(operators)) > MAX_PARAMETER_BYTES:
        fail("there are too many operators: remove some first", EXIT_USAGE)
    with aws_failures_reported():
        store_operators(ssm, target.stage, operators)
    fingerprint = token_sha256[:_FINGERPRINT_DIGITS]
    if as_json:
        facts = {"operator": name, "fingerprint": fingerprint, "token": token}
        show_json(facts)
    else:
        show_row("operator", name)
        show_row("listed as", fingerprint)
        show_row("token", token)
        out.print("\n[bold]Save the token now: it is never shown again.[/]")
    if out.quiet:
        fail(f"the token could not be written; remove {name} and issue another")


@tokens.command("list")
def list_tokens(
    stage: Stage = None, region: Region = None, state: State = None, as_json: Json = False
) -> None:
    """List operators and their tokens' fingerprints: the first 8 digits of the SHA-256."""
    target = deployment(stage, region, state)
    operators = _operators(target.client("ssm"), target.stage)
    rows = [(name, operators[name][:_FINGERPRINT_DIGITS]) for name in sorted(operators)]
    if as_json:
        listed = [{"operator": name, "fingerprint": fingerprint} for name, fingerprint in rows]
        show_json(listed)
        return
    table = Table("operator", "token", box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name, fingerprint in rows:
        table.add_row(escape(name), fingerprint)
    out.print(table)


@tokens.command("remove")
def remove(
    name: Name,
    stage: Stage = None,
    region: Region = None,
    state: State = None,
    as_json: Json = False,
) -> None:
    """Remove an operator's token; workers may accept it for another five seconds."""
    target = deployment(stage, region, state)
    ssm = target.client("ssm")
    operators = _operators(ssm, target.stage)
    if name not in operators:
        fail(f"there is no operator {name}", EXIT_USAGE)
    fingerprint = operators.pop(name)[:_FINGERPRINT_DIGITS]
    with aws_failures_reported():
        store_operators(ssm, target.stage, operators)
    if as_json:
        show_json({"operator": name, "removed": fingerprint})
        return
    show_row("operator", name)
    show_row("removed", fingerprint)
    out.print("\nWorkers stop accepting it within five seconds.")


@audit.command("list")
def list_changes(
    day: Annotated[
        str | None, typer.Option(help="Only changes of this day (UTC), such as 2026-05-31.")
    ] = None,
    last: Annotated[int, typer.Option(min=1, max=1000, help="How many to show.")] = 20,
    stage: Stage = None,
    region: Region = None,
    state: State = None,
    as_json: Json = False,
) -> None:
    """List the last changes, the newest at the end."""
    target = deployment(stage, region, state)
    if day is not None and not _DAY.fullmatch(day):
        fail(f"--day {day} is not a day such as 2026-05-31", EXIT_USAGE)
    with aws_failures_reported():
        bucket = target.variables("admin").get("MANIFEST_BUCKET", "")
        changes = _changes(target.client("s3"), bucket, f"{FOLDER}/{day or ''}", last)
    if as_json:
        show_json(changes)
        return
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for title in ("when (UTC)", "operator", "action", "target", "before", "after", ""):
        table.add_column(title, overflow="fold")
    for change in changes:
        at = str(change["at"])[:19].replace("T", " ")
        named = ("operator", "action", "target", "before", "after")
        table.add_row(
            *(escape(printable(cell)) for cell in (at, *(shown(change[one]) for one in named))),
            "[red]failed[/]" if change["state"] == FAILED else "",
        )
    out.print(table)


def _operators(ssm: Any, stage: str) -> dict[str, str]:
    parameter = admin_tokens_parameter(stage)
    with aws_failures_reported():
        try:
            text = ssm.get_parameter(Name=parameter)["Parameter"]["Value"]
        except ssm.exceptions.ParameterNotFound:
            return {}
    try:
        return read_operators(text)
    except ValueError as broken:
        fail(f"{parameter}: {broken}; no operator can sign in until it is corrected")


def _changes(s3: Any, bucket: str, prefix: str, last: int) -> list[dict[str, Any]]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    keys = [one["Key"] for page in pages for one in page.get("Contents", [])]
    failed = {key for key in keys if key.endswith(_FAILED_END)}
    changes = []
    # Keys begin with the time: their order is that of the changes.
    for key in sorted(set(keys) - failed)[-last:]:
        content = json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
        did_fail = f"{key.removesuffix('.json')}{_FAILED_END}" in failed
        changes.append({**content, "state": FAILED if did_fail else INTENDED, "audit_key": key})
    return changes
