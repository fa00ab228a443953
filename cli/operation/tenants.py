"""The commands `edge-signer tenants …`: issue, rotate, list and remove API tokens."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from cli.deployment import aws_failures_reported, deployment
from cli.operation.tenant_table import FINGERPRINT_DIGITS, IssuedToken, TenantTable, table_of
from cli.options import Json, Region, Stage, State
from cli.terminal import EXIT_USAGE, fail, out, printable, show_json, show_row
from edge_signer.platform.names import RESERVED, TENANT_ID
from emulator.credentials.tokens import Credential, issue

app = typer.Typer()

Name = Annotated[str, typer.Argument(metavar="TENANT", help="The tenant's name.")]

_GRACE = re.compile(r"([0-9]{1,8})([smhd]?)")
_UNIT_S = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400}
_LONGEST_GRACE_S = 90 * _UNIT_S["d"]


@app.command()
def add(
    tenant: Name,
    hmac: Annotated[
        bool, typer.Option("--hmac", help="Require signed requests; issues a key for them.")
    ] = False,
    stage: Stage = None,
    region: Region = None,
    state: State = None,
    as_json: Json = False,
) -> None:
    """Issue a new tenant's token and print it, only once."""
    table = table_of(deployment(stage, region, state))
    _require_name(tenant)
    with aws_failures_reported(table.name):
        if _working_tokens(table, tenant):
            fail(
                f"{tenant} already has a token: `edge-signer tenants rotate {tenant}` issues "
                "the next one",
                EXIT_USAGE,
            )
        credential = issue(tenant, with_hmac=hmac)
        table.put(credential)
    _show_credential(credential, as_json, {})
    if not as_json:
        out.print("\nIt may sign once the flag tenant_allowlist contains it: `edge-signer flags`.")


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
    as_json: Json = False,
) -> None:
    """Issue a tenant's next token and print it, only once; the older ones expire."""
    table = table_of(deployment(stage, region, state))
    _require_name(tenant)
    grace_s = _seconds(grace)
    with aws_failures_reported(table.name):
        older = _working_tokens(table, tenant)
        if not older:
            fail(f"there is no tenant {tenant} with a token that works", EXIT_USAGE)
        if hmac is None:
            hmac = any(token.hmac_required for token in older)
        credential = issue(tenant, with_hmac=hmac)
        table.put(credential)
    ends_at_s = credential.created_at + grace_s
    ending = [token.fingerprint for token in older]
    # Printed first: the older tokens must not expire before anyone has the new one.
    _show_credential(credential, as_json, {"ending": ending, "ending_at": ends_at_s})
    with aws_failures_reported("the older tokens do not expire yet, rotate again"):
        table.end(older, ends_at_s)
    if not as_json:
        out.print(f"\nExpire at {_date(ends_at_s)} UTC or earlier: {', '.join(ending)}")


@app.command("list")
def list_tokens(
    stage: Stage = None, region: Region = None, state: State = None, as_json: Json = False
) -> None:
    """List tenants and their tokens' fingerprints: the first 8 digits of the SHA-256."""
    table = table_of(deployment(stage, region, state))
    with aws_failures_reported(table.name):
        tokens = table.tokens()
    if as_json:
        show_json([_facts(token) for token in tokens])
        return
    shown = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    # A long name wraps; the other columns keep their width, so that nothing is cut.
    shown.add_column("tenant", overflow="fold")
    for title in ("token", "created (UTC)", "ends (UTC)", "HMAC"):
        shown.add_column(title, no_wrap=True)
    now_s = time.time()
    for token in tokens:
        shown.add_row(
            escape(printable(token.tenant_id)),
            escape(token.fingerprint),
            _date(token.created_at),
            "[red]ended[/]" if token.has_ended(now_s) else _date(token.expires_at),
            "yes" if token.hmac_required else "-",
        )
    out.print(shown)


@app.command()
def remove(
    tenant: Name,
    token: Annotated[
        str | None,
        typer.Option(
            metavar="FINGERPRINT", help="Only this token, as listed.", show_default="every token"
        ),
    ] = None,
    stage: Stage = None,
    region: Region = None,
    state: State = None,
    as_json: Json = False,
) -> None:
    """Remove a tenant's tokens; workers may accept them for another ten seconds."""
    table = table_of(deployment(stage, region, state))
    with aws_failures_reported(table.name):
        theirs = [one for one in table.tokens() if one.tenant_id == tenant]
        if not theirs:
            fail(f"there is no tenant {tenant}", EXIT_USAGE)
        named = [one for one in theirs if token in (None, one.fingerprint)]
        if not named:
            fail(f"{tenant} has no token {token}; `list` shows the fingerprints", EXIT_USAGE)
        table.remove(named)
    removed = [one.fingerprint for one in named]
    if as_json:
        show_json({"tenant_id": tenant, "removed": removed})
        return
    show_row("tenant", tenant)
    show_row("removed", ", ".join(removed))
    out.print("\nWorkers stop accepting them within ten seconds.")


def _working_tokens(table: TenantTable, tenant: str) -> list[IssuedToken]:
    now_s = time.time()
    theirs = [token for token in table.tokens() if token.tenant_id == tenant]
    return [token for token in theirs if not token.has_ended(now_s)]


def _require_name(tenant: str) -> None:
    if tenant in RESERVED:
        fail(f"{tenant} is a reserved name: a folder of the manifest bucket has it", EXIT_USAGE)
    if not TENANT_ID.fullmatch(tenant):
        fail(
            f"{tenant} is not a valid tenant's name: use up to 63 lower-case letters, digits and "
            "hyphens, and no hyphen first",
            EXIT_USAGE,
        )


def _seconds(grace: str) -> int:
    form = _GRACE.fullmatch(grace)
    seconds = int(form[1]) * _UNIT_S[form[2]] if form else None
    if form is None or seconds is None or (seconds and not form[2]):
        fail(f"--grace {grace} is not a duration: give 90s, 30m, 24h, 7d or 0", EXIT_USAGE)
    if seconds > _LONGEST_GRACE_S:
        fail(f"--grace {grace} is longer than 90d", EXIT_USAGE)
    return seconds


def _facts(token: IssuedToken) -> dict[str, object]:
    return {
        "tenant_id": token.tenant_id,
        "fingerprint": token.fingerprint,
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "hmac_required": token.hmac_required,
    }


def _show_credential(credential: Credential, as_json: bool, more: dict[str, object]) -> None:
    fingerprint = credential.token_sha256[:FINGERPRINT_DIGITS]
    if as_json:
        secrets = {"token": credential.token, "hmac_key": credential.hmac_key}
        facts = {"tenant_id": credential.tenant_id, "fingerprint": fingerprint, **secrets, **more}
        show_json(facts)
    else:
        show_row("tenant", credential.tenant_id)
        show_row("listed as", fingerprint)
        show_row("token", credential.token)
        if credential.hmac_key is not None:
            show_row("HMAC key", credential.hmac_key)
        out.print("\n[bold]Save the secrets now: they are never shown again.[/]")
    if out.quiet:
        fail(f"the token could not be written; remove {fingerprint} and issue another")


def _date(epoch_s: int | None) -> str:
    return "-" if epoch_s is None else f"{datetime.fromtimestamp(epoch_s, UTC):%Y-%m-%d %H:%M}"
