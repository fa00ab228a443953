"""A temporary system for a command or a measurement."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from emulator.local_state import LocalState, NotRunningError, checkout

_START_TIMEOUT_S = 60.0
_STOP_TIMEOUT_S = 10.0


class SystemStartError(Exception):
    """The system did not start; the text says why in one line."""


@contextmanager
def running_system(
    state_directory: Path, module_and_arguments: Sequence[str] | None = None
) -> Iterator[LocalState]:
    """Run `edge-signer run` on a free port, and stop it when the context ends.

    Args:
        state_directory: Where its local.json is.
        module_and_arguments: Another module that runs a system; None for the command.

    Raises:
        SystemStartError: It ended early, or was not ready within a minute.
    """
    command = ("cli.main", "run", "--port", "0", "--state", str(state_directory))
    process = subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", *(module_and_arguments or command)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        cwd=checkout(),
    )
    try:
        yield _wait_until_ready(process, state_directory)
    finally:
        process.terminate()
        try:
            process.communicate(timeout=_STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def _wait_until_ready(process: subprocess.Popen[str], state_directory: Path) -> LocalState:
    give_up_s = time.monotonic() + _START_TIMEOUT_S
    while time.monotonic() < give_up_s:
        if process.poll() is not None:
            raise SystemStartError(
                process.communicate()[1].strip() or "the system ended immediately"
            )
        with suppress(NotRunningError):
            state = LocalState.load(state_directory)
            # A killed system leaves its file behind.
            if state.pid == process.pid:
                return state
        time.sleep(0.02)
    raise SystemStartError(f"the system was not ready after {_START_TIMEOUT_S:.0f} s")
