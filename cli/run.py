"""`edge-signer run`: the whole system on this machine, until it is stopped."""

import asyncio
import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from rich.markup import escape
from rich.table import Table

from cli.terminal import as_typed, out, say_error
from emulator.credentials.tokens import TENANT_IDS
from emulator.errors import CloudError, EmulatorError
from emulator.gateway.documentation import PATH as DOCUMENTATION_PATH
from emulator.local_state import LocalState, checkout, default_directory, is_checkout
from emulator.system import Settings, start


class RunScreen:
    """Writes to the terminal, or plain lines if there is none."""

    def started(self, state: LocalState, state_file: Path, seconds: float) -> None:
        """Show where the system is, how to talk to it, and how many seconds the start took."""
        facts = Table.grid(padding=(0, 2))
        facts.add_column(style="dim")
        facts.add_column(overflow="fold")
        facts.add_row("API", f"{state.url}{DOCUMENTATION_PATH}")
        facts.add_row("tenants", "  ".join(tenant.tenant_id for tenant in state.tenants))
        facts.add_row("tokens", escape(str(state_file)))
        facts.add_row("logs", escape(str(state_file.parent / "logs")))
        ready = f"[dim]ready in {seconds:.1f} s[/]"
        out.print(f"\n[bold]Edge Signer[/]  [bold cyan]{state.url}[/]  {ready}\n")
        out.print(facts)
        # A line of its own: terminals make a link of it, which a line break would cut.
        out.print(f"\n[dim]console[/]  {escape(state.console_address())}\n")
        for command, effect in (
            ("sign photo.jpg --source-type digitalCapture", "writes photo.jpg.c2pa"),
            ("verify photo.jpg", "validates it with c2pa-rs"),
            ("execute-job examples/hello.wasm olleh", "runs it and verifies the receipt"),
            ("env", "prints address and tokens for a shell"),
            ("doctor", "says what is missing"),
        ):
            out.print(f"{escape(as_typed())} {command:<46} [dim]{effect}[/]")
        out.print("\n[dim]Ctrl-C stops.[/]\n")

    def request(self, method: str, path: str, status: int, duration_ms: float) -> None:
        """Show one answered request."""
        colour = "green" if status < 400 else "yellow" if status < 500 else "red"
        out.print(
            f"[{colour}]{status}[/] {escape(method):<6} {escape(path)}  "
            f"[dim]{duration_ms:.1f} ms[/]"
        )

    def notice(self, line: str) -> None:
        """Show what failed in a worker, or what is missing on this machine."""
        out.print(f"[red]•[/] {escape(line)}")


def run_until_stopped(
    port: int, state_directory: Path | None, template: Path | None, allowed: Sequence[str]
) -> int:
    """Run the system.

    Args:
        port: The port on 127.0.0.1; 0 for any free one.
        state_directory: Where local.json is; None for the default.
        template: The SAM template; None for the checkout's.
        allowed: More tenants that may sign, beside the emulator's own.

    Returns:
        The exit code: 0 after Ctrl-C or SIGTERM; 1 if the system cannot start or cannot go on.
    """
    started = time.perf_counter()
    settings = Settings(
        port=port,
        state_directory=state_directory or default_directory(),
        template=template or checkout() / "template.yaml",
        parameters={"TenantAllowlist": ",".join((*TENANT_IDS, *allowed))},
    )
    screen = RunScreen()
    if not is_checkout():
        _precompile()
    try:
        asyncio.run(_run(settings, screen, started))
    except EmulatorError as error:
        say_error(str(error))
        return 1
    out.print("[dim]Stopped.[/]")
    return 0


def _precompile() -> None:
    """Compile the modules of an installed command once, as `make setup` does in a checkout."""
    from edge_signer.signing.layout.embed_module import EMBED_MODULE
    from edge_signer.signing.manifest.tbs_module import TBS_MODULE

    # Without it, or where nobody may write, each new worker compiles them.
    with suppress(OSError):
        for module in (TBS_MODULE, EMBED_MODULE):
            if not module.precompiled_path.exists():
                module.precompile()


async def _run(settings: Settings, screen: RunScreen, started: float) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    serving = asyncio.create_task(_serve(settings, screen, started))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if serving.done():
        serving.result()
    serving.cancel()
    with suppress(asyncio.CancelledError):
        await serving


async def _serve(settings: Settings, screen: RunScreen, started: float) -> None:
    async with start(settings, screen) as system:
        screen.started(system.state, system.state_file, time.perf_counter() - started)
        raise CloudError(await system.failure())
