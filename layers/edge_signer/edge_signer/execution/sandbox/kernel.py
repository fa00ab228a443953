"""What a process changes about itself with prctl(2)."""

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
    """Hide this process's environment, memory and descriptors from other processes of its user.

    A process that holds credentials calls this before it starts the zygote. exec(2) makes a process
    open to inspection again; fork(2) does not.

    Raises:
        OSError: The kernel refuses, or is not Linux.
    """
    _prctl(_PR_SET_DUMPABLE, 0)


def die_with_parent(parent_pid: int) -> None:
    """Have the kernel kill this process when its parent ends, for any reason.

    Args:
        parent_pid: The parent at the time of the fork.

    Raises:
        OSError: The kernel refuses.
        ProcessLookupError: The parent has already ended.
    """
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent_pid:
        raise ProcessLookupError(parent_pid)


def give_up_new_privileges() -> None:
    """Deny this process the privileges of set-user-id programs and file capabilities.

    Raises:
        OSError: The kernel refuses.
    """
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)


def filter_system_calls(program_address: int) -> None:
    """Put this process under a seccomp filter, for good.

    Args:
        program_address: Address of a `struct sock_fprog`.

    Raises:
        OSError: The kernel has no seccomp, or refuses the program.
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
