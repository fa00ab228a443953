"""Makes sure that no worker outlives the emulator, however it ends.

Run as `python -m emulator.functions.guardian`. It reads lines `+<pid>` and `-<pid>` from its
standard input. When that ends, because the emulator closed it or was killed, it kills the process
groups that are still listed. A process of its own does this on every Unix, where a parent-death
signal would be Linux's alone.
"""

import os
import signal
import sys
from collections.abc import Iterable
from contextlib import suppress


def main() -> None:
    """Watch until standard input ends, then kill what is left."""
    # Ctrl-C reaches the whole foreground group, and this process must see the end of it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for pid in survivors(sys.stdin):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)


def survivors(lines: Iterable[str]) -> set[int]:
    """Follow the lines to their end, and return the pids that were added and not taken away."""
    alive: set[int] = set()
    for line in lines:
        pid = int(line[1:])
        if line.startswith("+"):
            alive.add(pid)
        else:
            alive.discard(pid)
    return alive


if __name__ == "__main__":
    main()
