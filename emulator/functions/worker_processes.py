"""Starts worker processes, and kills them with their children; a guardian is the safety net."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from emulator.local_state import checkout


class WorkerProcesses:
    """Every worker process of one emulator."""

    def __init__(self) -> None:
        self._guardian: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start the guardian."""
        self._guardian = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "emulator.functions.guardian",
            stdin=subprocess.PIPE,
            start_new_session=True,
            cwd=checkout(),
        )

    async def spawn(
        self, command: Sequence[str], environment: Mapping[str, str], cwd: Path, log: Path
    ) -> asyncio.subprocess.Process:
        """Start a worker in its own process group, so that Ctrl-C does not reach it.

        Args:
            command: The program and its arguments.
            environment: All of its environment variables.
            cwd: Its working directory.
            log: Where its output is appended.
        """
        with log.open("ab") as output:
            process = await asyncio.create_subprocess_exec(
                *command,
                env=dict(environment),
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self._tell(f"+{process.pid}\n")
        return process

    async def kill(self, process: asyncio.subprocess.Process) -> None:
        """Kill a worker and its children, and wait for its end."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
        self._tell(f"-{process.pid}\n")

    async def close(self) -> None:
        """End the guardian, which kills any worker that is left."""
        if self._guardian is None or self._guardian.stdin is None:
            return
        self._guardian.stdin.close()
        await self._guardian.wait()

    def _tell(self, line: str) -> None:
        if self._guardian is not None and self._guardian.stdin is not None:
            self._guardian.stdin.write(line.encode())


def has_exited(pid: int) -> bool:
    """Return at once whether a child has exited, without reaping it.

    asyncio notices a child's end a moment late; meanwhile a dead worker would get work.
    """
    if not hasattr(os, "waitid"):
        return False
    try:
        return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:
        return True
