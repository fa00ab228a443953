"""What the commands about tenants do, and what a person or a machine sees of it."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from rich.markup import escape
from rich.table import Table

from cli.deployment import Deployment
from cli.operation.tenant_table import (
    FINGERPRINT_DIGITS,
    IssuedToken,
    TableError,
    TenantTable,
    table_of,
)
from cli.terminal import EXIT_USAGE, fail, out, printable, show_row
from edge_signer.platform.names import RESERVED, TENANT_ID
from emulator.credentials.tokens import Credential, issue

_GRACE = re.compile(r"([0-9]{1,8})([smhd]?)")
_UNIT_S = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400}
_LONGEST_GRACE_S = 90 * _UNIT_S["d"]


def add_tenant(target: Deployment, tenant: str, *, with_hmac: bool, as_json: bool) -> None:
    """Issue the first token of a tenant.

    Args:
        target: Where to.
        tenant: Its name.
        with_hmac: Whether its requests must be signed.
        as_json: Print one JSON object.

    Raises:
        typer.Exit: The name is none or taken (2), or the table does not answer (1).
    """
    _require_name(tenant)
    table = table_of(target)
    with _failures_told():
        if _working_tokens(table, tenant):
            fail(
                f"{tenant} has a token already: `edge-signer tenants rotate {tenant}` gives it "
                "the next one",
                EXIT_USAGE,
            )
        credential = issue(tenant, with_hmac=with_hmac)
        table.put(credential)
    _show_credential(credential, as_json, {})
    if not as_json:
        out.print("\nIt may sign once it is in the flag tenant_allowlist: `edge-signer flags`.")


def rotate_tenant(
    target: Deployment, tenant: str, grace: str, *, with_hmac: bool | None, as_json: bool
) -> None:
    """Issue the next token of a tenant, and let its older ones end.

    Args:
        target: Where to.
        tenant: Its name.
        grace: How long the older ones still work, such as 24h.
        with_hmac: Whether its requests must be signed; None for what was asked of them so far.
        as_json: Print one JSON object.

    Raises:
        typer.Exit: There is no such tenant or the grace is none (2), or the table does not
            answer (1).
    """
    _require_name(tenant)
    table, grace_s = table_of(target), _seconds(grace)
    with _failures_told():
        older = _working_tokens(table, tenant)
        if not older:
            fail(f"there is no tenant {tenant} with a token that works", EXIT_USAGE)
        if with_hmac is None:
            with_hmac = any(token.hmac_required for token in older)
        credential = issue(tenant, with_hmac=with_hmac)
        table.put(credential)
    ends_at_s = credential.created_at + grace_s
    ending = [token.fingerprint for token in older]
    # First, because the older ones must not end while nobody has the new one.
    _show_credential(credential, as_json, {"ending": ending, "ending_at": ends_at_s})
    try:
        table.end(older, ends_at_s)
    except TableError as failure:
        fail(f"the older tokens have no end yet, rotate again: {failure}")
    if not as_json:
        out.print(f"\nEnding at {_date(ends_at_s)} UTC or before: {', '.join(ending)}")


def list_tenants(target: Deployment, *, as_json: bool) -> None:
    """Show every token by its fingerprint.

    Args:
        target: Whose.
        as_json: Print one JSON array; times are epoch seconds.

    Raises:
        typer.Exit: The table does not answer (1).
    """
    with _failures_told():
        tokens = table_of(target).tokens()
    if as_json:
        out.print(json.dumps([_facts(token) for token in tokens]), markup=False)
        return
    shown = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    # A long name goes on in the next line; all else keeps its width, so that nothing is cut.
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


def remove_tenant(
    target: Deployment, tenant: str, fingerprint: str | None, *, as_json: bool
) -> None:
    """Take tokens away from a tenant.

    Args:
        target: Where from.
        tenant: Its name.
        fingerprint: Which token; None for all.
        as_json: Print one JSON object.

    Raises:
        typer.Exit: There is no such tenant or token (2), or the table does not answer (1).
    """
    table = table_of(target)
    with _failures_told():
        theirs = [token for token in table.tokens() if token.tenant_id == tenant]
        if not theirs:
            fail(f"there is no tenant {tenant}", EXIT_USAGE)
        named = [token for token in theirs if fingerprint in (None, token.fingerprint)]
        if not named:
            fail(f"{tenant} has no token {fingerprint}; `list` has the fingerprints", EXIT_USAGE)
        table.remove(named)
    removed = [token.fingerprint for token in named]
    if as_json:
        out.print(json.dumps({"tenant_id": tenant, "removed": removed}), markup=False)
        return
    show_row("tenant", tenant)
    show_row("removed", ", ".join(removed))
    out.print("\nWorkers that know them forget them within ten seconds.")


def _working_tokens(table: TenantTable, tenant: str) -> list[IssuedToken]:
    now_s = time.time()
    theirs = [token for token in table.tokens() if token.tenant_id == tenant]
    return [token for token in theirs if not token.has_ended(now_s)]


def _require_name(tenant: str) -> None:
    if tenant in RESERVED:
        fail(f"{tenant} is no tenant's name: the record of operators' changes has it", EXIT_USAGE)
    if not TENANT_ID.fullmatch(tenant):
        fail(
            f"{tenant} is no tenant's name: up to 63 lower-case letters, digits and hyphens, "
            "the first no hyphen",
            EXIT_USAGE,
        )


def _seconds(grace: str) -> int:
    form = _GRACE.fullmatch(grace)
    seconds = int(form[1]) * _UNIT_S[form[2]] if form else None
    if form is None or seconds is None or (seconds and not form[2]):
        fail(f"--grace {grace} is no time: give 90s, 30m, 24h, 7d or 0", EXIT_USAGE)
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
        out.print(json.dumps(facts), markup=False)
    else:
        show_row("tenant", credential.tenant_id)
        show_row("listed as", fingerprint)
        show_row("token", credential.token)
        if credential.hmac_key is not None:
            show_row("HMAC key", credential.hmac_key)
        out.print("\n[bold]Keep what is secret now: it is never shown again.[/]")
    if out.quiet:
        fail(f"the token could not be written; remove {fingerprint} and issue another")


def _date(epoch_s: int | None) -> str:
    return "-" if epoch_s is None else f"{datetime.fromtimestamp(epoch_s, UTC):%Y-%m-%d %H:%M}"


@contextmanager
def _failures_told() -> Iterator[None]:
    try:
        yield
    except TableError as failure:
        fail(str(failure))
