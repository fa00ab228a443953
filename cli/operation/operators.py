"""What the commands about operators' tokens do: one small parameter of SSM."""

from __future__ import annotations

import json
from typing import Any

from rich.markup import escape
from rich.table import Table

from cli.deployment import MAX_PARAMETER_BYTES, Deployment, aws_failures_told
from cli.terminal import EXIT_USAGE, fail, out, show_row
from edge_signer.http.admin_token import OPERATOR_NAME, admin_tokens_parameter, read_operators
from emulator.credentials.tokens import issue_admin_token, store_operators

FINGERPRINT_DIGITS = 8


def issue_token(target: Deployment, name: str, *, as_json: bool) -> None:
    """Issue the token of an operator.

    Args:
        target: Where.
        name: Of the operator.
        as_json: Print one JSON object.

    Raises:
        typer.Exit: The name is none or taken, or there are too many (2), or AWS refuses (1).
    """
    if not OPERATOR_NAME.fullmatch(name):
        fail(
            f"{name} is no operator's name: up to 63 lower-case letters, digits and hyphens, "
            "the first no hyphen",
            EXIT_USAGE,
        )
    ssm = target.client("ssm")
    operators = _operators(ssm, target.stage)
    if name in operators:
        fail(f"{name} has a token: remove it first, or issue one by another name", EXIT_USAGE)
    token, token_sha256 = issue_admin_token()
    operators[name] = token_sha256
    if len(json.dumps(operators)) > MAX_PARAMETER_BYTES:
        fail("there are too many operators: remove some first", EXIT_USAGE)
    with aws_failures_told():
        store_operators(ssm, target.stage, operators)
    fingerprint = token_sha256[:FINGERPRINT_DIGITS]
    if as_json:
        facts = {"operator": name, "fingerprint": fingerprint, "token": token}
        out.print(json.dumps(facts), markup=False)
    else:
        show_row("operator", name)
        show_row("listed as", fingerprint)
        show_row("token", token)
        out.print("\n[bold]Keep what is secret now: it is never shown again.[/]")
    if out.quiet:
        fail(f"the token could not be written; remove {name} and issue another")


def list_tokens(target: Deployment, *, as_json: bool) -> None:
    """Show every operator.

    Args:
        target: Whose.
        as_json: Print one JSON array.

    Raises:
        typer.Exit: AWS refuses, or the parameter is broken (1).
    """
    operators = _operators(target.client("ssm"), target.stage)
    rows = [(name, operators[name][:FINGERPRINT_DIGITS]) for name in sorted(operators)]
    if as_json:
        listed = [{"operator": name, "fingerprint": fingerprint} for name, fingerprint in rows]
        out.print(json.dumps(listed), markup=False)
        return
    table = Table("operator", "token", box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name, fingerprint in rows:
        table.add_row(escape(name), fingerprint)
    out.print(table)


def remove_token(target: Deployment, name: str, *, as_json: bool) -> None:
    """Take an operator's token away.

    Args:
        target: Where from.
        name: Of the operator.
        as_json: Print one JSON object.

    Raises:
        typer.Exit: There is no such operator (2), or AWS refuses (1).
    """
    ssm = target.client("ssm")
    operators = _operators(ssm, target.stage)
    if name not in operators:
        fail(f"there is no operator {name}", EXIT_USAGE)
    fingerprint = operators.pop(name)[:FINGERPRINT_DIGITS]
    with aws_failures_told():
        store_operators(ssm, target.stage, operators)
    if as_json:
        out.print(json.dumps({"operator": name, "removed": fingerprint}), markup=False)
        return
    show_row("operator", name)
    show_row("removed", fingerprint)
    out.print("\nWorkers that know it forget it within five seconds.")


def _operators(ssm: Any, stage: str) -> dict[str, str]:
    parameter = admin_tokens_parameter(stage)
    with aws_failures_told():
        try:
            text = ssm.get_parameter(Name=parameter)["Parameter"]["Value"]
        except ssm.exceptions.ParameterNotFound:
            return {}
    try:
        return read_operators(text)
    except ValueError as broken:
        fail(f"{parameter}: {broken}; nobody is let in until it is mended")
