"""`edge-signer run`: the whole system on this machine until somebody stops it."""

import asyncio
import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from cli.run_screen import RunScreen
from emulator.credentials.tokens import TENANT_IDS
from emulator.errors import CloudError, EmulatorError
from emulator.local_state import checkout, default_directory
from emulator.system import Settings, start


def run_until_stopped(
    port: int, state_directory: Path | None, template: Path | None, allowed: Sequence[str]
) -> int:
    """Run the system.

    Args:
        port: The port on 127.0.0.1; 0 for any free one.
        state_directory: Where local.json is; None for the default.
        template: The SAM template; None for the checkout's.
        allowed: Tenants that may sign besides those that the emulator makes.

    Returns:
        The exit code: 0 after Ctrl-C or SIGTERM, which is how this command ends; 1 when it
        cannot start or cannot go on.
    """
    started = time.perf_counter()
    settings = Settings(
        port=port,
        state_directory=state_directory or default_directory(),
        template=template or checkout() / "template.yaml",
        parameters={"TenantAllowlist": ",".join((*TENANT_IDS, *allowed))},
    )
    screen = RunScreen()
    try:
        asyncio.run(_run(settings, screen, started))
    except EmulatorError as error:
        screen.failed(str(error))
        return 1
    screen.stopped()
    return 0


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
