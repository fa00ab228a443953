"""What `edge-signer run` shows: a start screen, then a line for each request."""

from pathlib import Path

from rich.markup import escape
from rich.table import Table

from cli.terminal import out, say_error
from emulator.gateway.documentation import PATH as DOCUMENTATION_PATH
from emulator.local_state import LocalState


class RunScreen:
    """Writes to the terminal, or plain lines where there is none."""

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
        facts.add_row("API", f"{state.url}{DOCUMENTATION_PATH}")
        facts.add_row("tenants", "  ".join(tenant.tenant_id for tenant in state.tenants))
        facts.add_row("tokens", escape(str(state_file)))
        facts.add_row("logs", escape(str(state_file.parent / "logs")))
        out.print()
        out.print(
            f"[bold]Edge Signer[/]  [bold cyan]{state.url}[/]  [dim]ready in {seconds:.1f} s[/]"
        )
        out.print()
        out.print(facts)
        out.print()
        for command, effect in (
            ("sign photo.jpg --source-type digitalCapture", "writes photo.jpg.c2pa"),
            ("verify photo.jpg", "asks c2pa-rs what it is worth"),
            ("execute-job examples/hello.wasm olleh", "runs it, signed"),
        ):
            out.print(f"edge-signer {command:<46} [dim]{effect}[/]")
        out.print()
        out.print("[dim]Ctrl-C stops.[/]")
        out.print()

    def request(self, method: str, path: str, status: int, duration_ms: float) -> None:
        """Show one answered request."""
        colour = "green" if status < 400 else "yellow" if status < 500 else "red"
        out.print(
            f"[{colour}]{status}[/] {escape(method):<6} {escape(path)}  "
            f"[dim]{duration_ms:.1f} ms[/]"
        )

    def notice(self, line: str) -> None:
        """Show what went wrong in a worker, or what is missing here."""
        out.print(f"[red]•[/] {escape(line)}")

    def failed(self, line: str) -> None:
        """Show why the system cannot start or go on, on standard error."""
        say_error(line)

    def stopped(self) -> None:
        """Show that everything has ended."""
        out.print("[dim]Stopped.[/]")
