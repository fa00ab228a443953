"""What `edge-signer run` shows: a start screen, then a line for each request."""

import json
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from emulator.local_state import LocalState

_EXAMPLE = {
    "tenant_id": "acme",
    "policy_id": "newsroom-default-v3",
    "asset_sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "assertions": {
        "c2pa.actions": [
            {"action": "created", "digitalSourceType": "https://ns.adobe.com/cloud/photoshop"}
        ]
    },
    "tsa": False,
}


class RunScreen:
    """Writes to the terminal, or plain lines where there is none."""

    def __init__(self) -> None:
        self._out = Console(highlight=False, soft_wrap=True)
        self._errors = Console(stderr=True, highlight=False, soft_wrap=True)

    def started(self, state: LocalState, state_file: Path, seconds: float) -> None:
        """Show where the system is and how to talk to it.

        Args:
            state: What local.json says.
            state_file: Where local.json is.
            seconds: How long the start took.
        """
        facts = Table.grid(padding=(0, 2))
        facts.add_column(style="dim")
        facts.add_column(overflow="fold")
        facts.add_row("tenants", "  ".join(tenant.tenant_id for tenant in state.tenants))
        facts.add_row("tokens", escape(str(state_file)))
        facts.add_row("logs", escape(str(state_file.parent / "logs")))
        self._out.print()
        self._out.print(
            f"[bold]Edge Signer[/]  [bold cyan]{state.url}[/]  [dim]ready in {seconds:.1f} s[/]"
        )
        self._out.print()
        self._out.print(facts)
        self._out.print()
        self._out.print(escape(_example_call(state)))
        self._out.print()
        self._out.print("[dim]Ctrl-C stops.[/]")
        self._out.print()

    def request(self, method: str, path: str, status: int, duration_ms: float) -> None:
        """Show one answered request."""
        colour = "green" if status < 400 else "yellow" if status < 500 else "red"
        self._out.print(
            f"[{colour}]{status}[/] {escape(method):<6} {escape(path)}  "
            f"[dim]{duration_ms:.1f} ms[/]"
        )

    def notice(self, line: str) -> None:
        """Show what went wrong in a worker."""
        self._out.print(f"[red]•[/] {escape(line)}")

    def failed(self, line: str) -> None:
        """Show why the system cannot start or go on, on standard error."""
        self._errors.print(f"[red]edge-signer:[/] {escape(line)}")

    def stopped(self) -> None:
        """Show that everything has ended."""
        self._out.print("[dim]Stopped.[/]")


def _example_call(state: LocalState) -> str:
    return (
        f"curl {state.url}/edge-sign -H 'Content-Type: application/json' "
        f"-H 'Authorization: Bearer {state.token_of('acme')}' -d '{json.dumps(_EXAMPLE)}'"
    )
