"""The commands `edge-signer admin …`: change settings over HTTP; every change is audited."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.api_access import require_api_address, running_emulator
from cli.operation import operators
from cli.options import Json, State, Url
from cli.terminal import EXIT_USAGE, fail, show_json, show_row, shown
from edge_signer_client import (
    Credentials,
    CredentialsError,
    RefusedError,
    Session,
    UnexpectedAnswerError,
    UnreachableError,
)

TOKEN_VARIABLE = "EDGE_SIGNER_ADMIN_TOKEN"  # noqa: S105 - its name
_REFUSED = range(400, 500)
#: 429 if a flood of requests keeps operators out, 503 if the change cannot be audited.
_TRY_WITHOUT = {429, 503}
_WITHOUT_ADMIN = (
    "; in an emergency, AWS credentials are enough: "
    "`edge-signer flags set kill_switch true --stage …`"
)

app = typer.Typer()
breaker = typer.Typer(help="Show and reset the circuit breaker of KMS.", no_args_is_help=True)
limiter = typer.Typer(help="Reset what tenants have used of their limits.", no_args_is_help=True)
chaos = typer.Typer(
    help="Make KMS fail for a while, if ChaosAllowed is true; never in prod.",
    no_args_is_help=True,
)
app.add_typer(breaker, name="breaker")
app.add_typer(limiter, name="limiter")
app.add_typer(chaos, name="chaos")
app.add_typer(operators.tokens, name="tokens")
app.add_typer(operators.audit, name="audit")


@app.command("flags")
def flags(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Such as kill_switch.")],
    value: Annotated[str, typer.Argument(metavar="VALUE", help="The new value.")],
    tenant: Annotated[
        str | None, typer.Option(help="Only for this tenant; VALUE is true or false.")
    ] = None,
    url: Url = None,
    state: State = None,
    as_json: Json = False,
) -> None:
    """Set a flag, for everyone or for one tenant; every worker sees it within 10 s."""
    asked: dict[str, Any] = {"action": "update", "flag": name, "value": value}
    if tenant is not None:
        asked |= {"tenant_id": tenant, "value": {"true": True, "false": False}.get(value, value)}
    _change("/admin/flags", asked, url, state, as_json)


@app.command("shutdown")
def shutdown(
    service: Annotated[
        str,
        typer.Argument(
            metavar="SERVICE", help="edge, central, execution, verification, derivatives or all."
        ),
    ],
    url: Url = None,
    state: State = None,
    as_json: Json = False,
) -> None:
    """Stop an engine, job execution, verification, derivatives, or everything."""
    asked = {"action": "emergency_shutdown", "service": service}
    _change("/admin/flags", asked, url, state, as_json)


@breaker.command("status")
def breaker_status(url: Url = None, state: State = None, as_json: Json = False) -> None:
    """Show the state that all workers share."""
    found = _ask("GET", "/admin/circuit-breaker/status", None, url, state)
    if as_json:
        show_json(found)
        return
    for name, value in found.items():
        show_row(name, shown(value))


@breaker.command("reset")
def breaker_reset(url: Url = None, state: State = None, as_json: Json = False) -> None:
    """Close the breaker; workers follow within a second."""
    asked = {"action": "reset", "service": "kms"}
    _change("/admin/circuit-breaker", asked, url, state, as_json)


@limiter.command("clear")
def limiter_clear(
    tenant: Annotated[str, typer.Argument(metavar="TENANT", help="The tenant's name.")],
    url: Url = None,
    state: State = None,
    as_json: Json = False,
) -> None:
    """Reset what a tenant has used; its own limits stay."""
    _change("/admin/rate-limiter", {"action": "clear", "tenant_id": tenant}, url, state, as_json)


@chaos.command("start")
def chaos_start(
    failure: Annotated[
        str,
        typer.Argument(
            metavar="FAILURE", help="429_rate_limit, 503_service_unavailable or timeout."
        ),
    ],
    rate: Annotated[float, typer.Option(help="Share of the calls that fail, 0 to 1.")] = 0.1,
    duration: Annotated[int, typer.Option(help="How long it lasts, in seconds.")] = 60,
    scope: Annotated[
        str, typer.Option(help="edge, or all for the central signer's calls too.")
    ] = "edge",
    url: Url = None,
    state: State = None,
    as_json: Json = False,
) -> None:
    """Make KMS calls fail for a while; every worker starts within 10 s."""
    asked = {
        "enabled": True,
        "failure_type": failure,
        "failure_rate": rate,
        "duration": duration,
        "scope": scope,
    }
    _change("/admin/chaos", asked, url, state, as_json)


@chaos.command("stop")
def chaos_stop(url: Url = None, state: State = None, as_json: Json = False) -> None:
    """Stop making KMS calls fail; every worker stops within 10 s."""
    _change("/admin/chaos", {"enabled": False}, url, state, as_json)


def _change(
    path: str, body: dict[str, Any], url: str | None, state: Path | None, as_json: bool
) -> None:
    """Ask for a change, and print what was done."""
    done = _ask("POST", path, body, url, state)
    if as_json:
        show_json(done)
        return
    for name in ("action", "target", "before", "after", "operator"):
        show_row(name, shown(done[name]))
    show_row("recorded", done["audit_key"])


def _ask(
    method: str, path: str, body: dict[str, Any] | None, url: str | None, state: Path | None
) -> dict[str, Any]:
    """Send a request as an operator.

    Raises:
        typer.Exit: It is refused (2), or fails or cannot be reached (1).
    """
    session = Session(*_access(url, state))
    content = None if body is None else json.dumps(body).encode()
    try:
        response = session.request(method, path, content)
        answer: dict[str, Any] = response.json()
    except CredentialsError as unusable:
        fail(f"{TOKEN_VARIABLE}: {unusable}", EXIT_USAGE)
    except RefusedError as refused:
        hint = _WITHOUT_ADMIN if refused.status in _TRY_WITHOUT else ""
        is_ours = not isinstance(refused, UnexpectedAnswerError)
        fail(f"{refused}{hint}", EXIT_USAGE if is_ours and refused.status in _REFUSED else 1)
    except UnreachableError as failure:
        fail(str(failure))
    except ValueError:
        fail(str(session.unexpected(response)))
    return answer


def _access(url: str | None, state: Path | None) -> tuple[str, Credentials]:
    token = os.environ.get(TOKEN_VARIABLE)
    if url is None:
        local = running_emulator(state)
        return local.url, Credentials(token or local.admin_token)
    require_api_address(url)
    if not token:
        fail(f"--url needs the admin token in {TOKEN_VARIABLE}", EXIT_USAGE)
    return url, Credentials(token)
