"""What a process changes about itself with prctl(2)."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4


def forbid_inspection() -> None:
    """Hide this process's environment, memory and descriptors from other processes of its user.

    A process that holds credentials calls this before it starts the zygote. exec(2) makes a process
    open to inspection again; fork(2) does not.

    Raises:
        OSError: The kernel refuses, or is not Linux.
    """
    prctl(_PR_SET_DUMPABLE, 0)


def die_with_parent(parent_pid: int) -> None:
    """Have the kernel kill this process when its parent ends, for any reason.

    Args:
        parent_pid: The parent at the time of the fork.

    Raises:
        OSError: The kernel refuses.
        ProcessLookupError: The parent has already ended.
    """
    prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent_pid:
        raise ProcessLookupError(parent_pid)


def prctl(option: int, argument: int, further: int = 0) -> None:
    """Change an attribute of this process.

    Raises:
        OSError: The kernel refuses, or is not Linux.
    """
    if sys.platform != "linux":
        raise OSError("jobs can be confined on Linux only")
    libc = ctypes.CDLL(None, use_errno=True)
    words = [ctypes.c_ulong(word) for word in (argument, further, 0, 0)]
    if libc.prctl(option, *words) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"prctl {option}: {os.strerror(number)}")
