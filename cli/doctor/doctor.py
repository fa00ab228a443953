"""`edge-signer doctor`: checks, and prints a line for each with its remedy."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import groupby

from rich.markup import escape

from cli.api_access import ApiAccess, TenantOptions, require_api_address, tenant_access
from cli.deployment import Deployment, deployment
from cli.doctor.account import Account, no_account_checkups
from cli.doctor.checkup import Checkup, Found, Line, ok, run
from cli.doctor.machine import machine_checkups
from cli.doctor.stage import Stage, address_line, api_url_of
from cli.progress import LongTask
from cli.terminal import out, printable, show_json
from emulator.local_state import LocalState, NotRunningError, default_directory

_ADMIN_TOKEN = "EDGE_SIGNER_ADMIN_TOKEN"  # noqa: S105 - its name
_COLOURS = {"ok": "green", "missing": "red", "wrong": "red"}
_HEADS = {"machine": "This machine", "account": "The account", "stage": "The stage"}


def examine(stage: str | None, region: str | None, access: TenantOptions, *, as_json: bool) -> int:
    """Check this machine, an account and a deployment, as far as they are named or running here.

    Args:
        stage: A stage on AWS; None for the emulator, if it runs.
        region: Of the stage.
        access: The address and token of a deployment; by default the stage's or the emulator's.
        as_json: Whether to print one JSON object.

    Returns:
        0 if nothing is missing or wrong that is needed, else 1.

    Raises:
        typer.Exit: An option is wrong (2).
    """
    target = deployment(stage, region, None) if stage is not None else None
    if access.url is not None:
        require_api_address(access.url)
    state = access.state or default_directory()
    with LongTask("looking at this machine") as task:
        lines = run("machine", list(machine_checkups(state)))
        local = _running(access)
        task.stage("looking at the account")
        lines += _account_lines(target, local, region)
        task.stage("looking at the stage")
        lines += _stage_lines(target, local, access)
    if as_json:
        healthy = not any(one.is_failure for one in lines)
        show_json({"healthy": healthy, "checks": [one.as_json() for one in lines]})
    else:
        _show(lines)
    return int(any(one.is_failure for one in lines))


def _running(access: TenantOptions) -> LocalState | None:
    try:
        return LocalState.load(access.state or default_directory())
    except NotRunningError:
        return None


def _account_lines(
    target: Deployment | None, local: LocalState | None, region: str | None
) -> list[Line]:
    if target is None and local is not None:
        target = Deployment(
            "dev", aws_endpoint=local.aws_endpoint, emulated_variables=local.variables
        )
    if target is not None:
        account = Account(target)
        lines = run("account", list(account.access_checkups()))
        if not any(one.is_failure for one in lines):
            lines += run("account", list(account.checkups()))
        return lines

    def credentials() -> object:
        import boto3

        return boto3.session.Session(region_name=region).get_credentials()

    return run("account", list(no_account_checkups(credentials)))


def _stage_lines(
    target: Deployment | None, local: LocalState | None, access: TenantOptions
) -> list[Line]:
    url, token = access.url, os.environ.get(_ADMIN_TOKEN, "")
    if url is None and target is not None:
        stage = target.stage

        def look() -> Found:
            return ok(api_url_of(target.unchecked_client("cloudformation"), stage))

        (line,) = run("stage", [Checkup("address", look, "name it with --url", is_needed=False)])
        if line.state != "ok":
            return [line]
        url = line.found
    if url is None and local is None:
        return [address_line("no stage is named, and no local system runs")]
    return Stage(
        url or _local_url(local), _tenant(access, url), _admin_token(local, url, token)
    ).lines()


def _local_url(local: LocalState | None) -> str:
    return local.url if local is not None else ""


def _tenant(access: TenantOptions, url: str | None) -> ApiAccess | None:
    if url is not None and access.token is None:
        return None
    named = TenantOptions(url, access.token, access.hmac_key, access.tenant, access.state)
    return tenant_access(named)


def _admin_token(local: LocalState | None, url: str | None, token: str) -> str:
    return token or (local.admin_token if local is not None and url is None else "")


def _show(lines: Sequence[Line]) -> None:
    width = max(len(one.name) for one in lines)
    for group, of_group in groupby(lines, key=lambda one: one.group):
        out.print(f"[bold]{_HEADS[group]}[/]")
        for one in of_group:
            colour = _COLOURS[one.state] if one.needed or one.state == "ok" else "yellow"
            text = escape(printable(one.found))
            optional = "" if one.needed or one.state == "ok" else " [dim](optional)[/]"
            out.print(f"  [{colour}]{one.state:<7}[/] {one.name:<{width}}  {text}{optional}")
            if one.remedy:
                out.print(f"  {'':<7} {'':<{width}}  [dim]→ {escape(one.remedy)}[/]")
        out.print()
    failures = sum(one.is_failure for one in lines)
    unneeded = sum(one.state != "ok" for one in lines) - failures
    said = f"{failures} to put right" if failures else "Nothing to put right"
    more = f"; {unneeded} optional" if unneeded else ""
    out.print(f"[bold {'red' if failures else 'green'}]{said}[/]{more}")
