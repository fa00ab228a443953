"""`edge-signer admin`: what operators change over HTTP, each change recorded under their name."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cli.operation import operator_commands
from cli.options import Json, State

app = typer.Typer(
    help="Change things over HTTP, recorded under your name; EDGE_SIGNER_ADMIN_TOKEN is the key.",
    no_args_is_help=True,
)
breaker = typer.Typer(help="The circuit breaker of KMS.", no_args_is_help=True)
limiter = typer.Typer(help="What tenants have used of their limits.", no_args_is_help=True)
chaos = typer.Typer(
    help="Have KMS fail for a while, where ChaosAllowed is true; never in prod.",
    no_args_is_help=True,
)
app.add_typer(breaker, name="breaker")
app.add_typer(limiter, name="limiter")
app.add_typer(chaos, name="chaos")
app.add_typer(operator_commands.tokens, name="tokens")
app.add_typer(operator_commands.audit, name="audit")

Url = Annotated[
    str | None,
    typer.Option(help="Address of the API.", show_default="the emulator that runs here"),
]


@app.command("flags")
def flags(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Such as kill_switch.")],
    value: Annotated[str, typer.Argument(metavar="VALUE", help="What it shall be.")],
    tenant: Annotated[
        str | None, typer.Option(help="For this tenant alone: true or false.")
    ] = None,
    url: Url = None,
    state: State = None,
    json: Json = False,
) -> None:
    """Set a flag, for everybody or for one tenant; every worker sees it within 10 s."""
    asked: dict[str, Any] = {"action": "update", "flag": name, "value": value}
    if tenant is not None:
        asked |= {"tenant_id": tenant, "value": {"true": True, "false": False}.get(value, value)}
    _change("/admin/flags", asked, url, state, json)


@app.command("shutdown")
def shutdown(
    service: Annotated[
        str, typer.Argument(metavar="SERVICE", help="edge, central, execution or all.")
    ],
    url: Url = None,
    state: State = None,
    json: Json = False,
) -> None:
    """Have an engine sign, or execution run, nothing any more; all stops everything."""
    asked = {"action": "emergency_shutdown", "service": service}
    _change("/admin/flags", asked, url, state, json)


@breaker.command("status")
def breaker_status(url: Url = None, state: State = None, json: Json = False) -> None:
    """Show the breaker as all workers share it."""
    from cli.operation.admin_client import AdminTarget

    AdminTarget(url, state, json).show("/admin/circuit-breaker/status")


@breaker.command("reset")
def breaker_reset(url: Url = None, state: State = None, json: Json = False) -> None:
    """Close the breaker; workers follow within a second."""
    asked = {"action": "reset", "service": "kms"}
    _change("/admin/circuit-breaker", asked, url, state, json)


@limiter.command("clear")
def limiter_clear(
    tenant: Annotated[str, typer.Argument(metavar="TENANT", help="Whose usage.")],
    url: Url = None,
    state: State = None,
    json: Json = False,
) -> None:
    """Forget what a tenant used; limits of its own stay."""
    _change("/admin/rate-limiter", {"action": "clear", "tenant_id": tenant}, url, state, json)


@chaos.command("start")
def chaos_start(
    failure: Annotated[
        str,
        typer.Argument(
            metavar="FAILURE", help="429_rate_limit, 503_service_unavailable or timeout."
        ),
    ],
    rate: Annotated[float, typer.Option(help="Share of the calls that fail, 0 to 1.")] = 0.1,
    duration: Annotated[int, typer.Option(help="Seconds, after which it ends.")] = 60,
    scope: Annotated[
        str, typer.Option(help="edge, or all for the central signer's calls too.")
    ] = "edge",
    url: Url = None,
    state: State = None,
    json: Json = False,
) -> None:
    """Have calls of KMS fail; every worker begins within 10 s, and ends by itself."""
    asked = {
        "enabled": True,
        "failure_type": failure,
        "failure_rate": rate,
        "duration": duration,
        "scope": scope,
    }
    _change("/admin/chaos", asked, url, state, json)


@chaos.command("stop")
def chaos_stop(url: Url = None, state: State = None, json: Json = False) -> None:
    """Have no calls fail any more; every worker stops within 10 s."""
    _change("/admin/chaos", {"enabled": False}, url, state, json)


def _change(
    path: str, body: dict[str, Any], url: str | None, state: Path | None, as_json: bool
) -> None:
    from cli.operation.admin_client import AdminTarget

    AdminTarget(url, state, as_json).change(path, body)
