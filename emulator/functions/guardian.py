"""Kills workers that outlive the emulator.

Run as `python -m emulator.functions.guardian`. It reads lines `+<pid>` and `-<pid>` from standard
input. When the input ends, because the emulator closed it or was killed, it kills the process
groups that are still listed. This works on every Unix; a parent-death signal exists only on Linux.
"""

import os
import signal
import sys
from collections.abc import Iterable
from contextlib import suppress


def main() -> None:
    """Watch until standard input ends, then kill the workers that are left."""
    # Ctrl-C reaches the whole foreground group, and this process must survive it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for pid in survivors(sys.stdin):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)


def survivors(lines: Iterable[str]) -> set[int]:
    """Read the lines to their end, and return the pids that were added and not removed."""
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
