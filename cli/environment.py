"""`edge-signer env`: the local system's address and tokens, as a shell or a program takes them."""

from __future__ import annotations

import shlex
from pathlib import Path

from cli.api_access import LOCAL_TENANT, local_token, running_emulator
from cli.terminal import out, show_json


def show_environment(tenant: str | None, state: Path | None, *, as_json: bool) -> None:
    """Print variables that the command, the clients' examples and curl take.

    Args:
        tenant: Whose token; None for acme's.
        state: The emulator's state directory; None for the default.
        as_json: Whether to print an object, and not `export` lines.

    Raises:
        typer.Exit: Nothing runs here (1), or there is no such tenant (2).
    """
    local = running_emulator(state)
    token = local_token(local, tenant or LOCAL_TENANT)
    variables = {
        "EDGE_SIGNER_URL": local.url,
        "EDGE_SIGNER_TOKEN": token,
        "EDGE_SIGNER_ADMIN_TOKEN": local.admin_token,
        "EDGE_SIGNER_RECEIPT_KEY": local.receipt_public_key,
    }
    if as_json:
        show_json(variables)
        return
    for name, value in variables.items():
        out.print(f"export {name}={shlex.quote(value)}", markup=False)
