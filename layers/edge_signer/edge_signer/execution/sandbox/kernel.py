"""What a process asks of the Linux kernel for itself, by prctl(2)."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_SECCOMP = 22
_PR_SET_NO_NEW_PRIVS = 38
_SECCOMP_MODE_FILTER = 2


def forbid_inspection() -> None:
    """Make this process opaque to others of its user: its environment, memory and descriptors.

    Whoever holds credentials calls this before it starts what runs jobs. A program started with
    exec is open to inspection again, a fork is not.

    Raises:
        OSError: The kernel refuses, or is not Linux.
    """
    _prctl(_PR_SET_DUMPABLE, 0)


def die_with_parent(parent_pid: int) -> None:
    """Have this process killed when its parent ends, however that ends.

    Args:
        parent_pid: Of the parent that this process had when it was forked.

    Raises:
        OSError: The kernel refuses.
        ProcessLookupError: The parent had ended before.
    """
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent_pid:
        raise ProcessLookupError(parent_pid)


def give_up_new_privileges() -> None:
    """Make set-user-id programs and file capabilities worthless to this process.

    Raises:
        OSError: The kernel refuses.
    """
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)


def filter_system_calls(program_address: int) -> None:
    """Put this process under a seccomp filter, for good.

    Args:
        program_address: Of a `struct sock_fprog`.

    Raises:
        OSError: The kernel knows no seccomp, or refuses the program.
    """
    _prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, program_address)


def _prctl(option: int, argument: int, further: int = 0) -> None:
    if sys.platform != "linux":
        raise OSError("jobs can be confined on Linux only")
    libc = ctypes.CDLL(None, use_errno=True)
    words = [ctypes.c_ulong(word) for word in (argument, further, 0, 0)]
    if libc.prctl(option, *words) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"prctl {option}: {os.strerror(number)}")
