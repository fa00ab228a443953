"""Run a template until SIGTERM: STATE_DIRECTORY TEMPLATE PYTHON."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

from emulator.system import Settings, start
from tests.system.running import Notes


async def serve(state_directory: Path, template: Path, interpreter: Path) -> None:
    """Serve it on a free port."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    settings = Settings(
        port=0, state_directory=state_directory, template=template, interpreter=interpreter
    )
    async with start(settings, Notes()):
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(serve(*map(Path, sys.argv[1:4])))
