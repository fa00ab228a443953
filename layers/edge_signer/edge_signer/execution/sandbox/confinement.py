"""What the processes of a sandbox hide, and what a worker gives up before it receives a job.

A worker limits its resources and installs a system call filter, both for good. A guest makes no
system calls by itself; the filter is for a guest that exploits a fault in the runtime and runs
native code. It leaves such a guest no files, sockets, programs, other processes or new limits: only
its pipes, memory up to its limit, and the time that is left. Calls that are not listed fail with
EPERM.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import resource
import signal
import struct
import sys

from edge_signer.execution.limits import MAX_MEMORY_MB, MAX_TIMEOUT_SECONDS

# For the interpreter, the compiler and the machine code, in addition to the guest's memory.
HOST_MEMORY_BYTES = 256 * 1024 * 1024
DATA_BYTES = MAX_MEMORY_MB * 1024 * 1024 + HOST_MEMORY_BYTES
CPU_SECONDS = MAX_TIMEOUT_SECONDS + 2
MAX_DESCRIPTORS = 16

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_SECCOMP = 22
_PR_SET_NO_NEW_PRIVS = 38
_SECCOMP_MODE_FILTER = 2
# Offsets in `struct seccomp_data`; of arguments the low half, on little-endian machines.
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT, _SECOND_ARGUMENT = 0, 4, 16, 24
_LOAD, _EQUAL, _ANY_BIT, _RETURN = 0x20, 0x15, 0x45, 0x06
_ALLOW, _KILL_PROCESS, _FAIL_WITH = 0x7FFF0000, 0x80000000, 0x00050000
_CLONE_THREAD = 0x00010000
_F_DUPFD_CLOEXEC = 1030

# Audit architecture, then the numbers of the calls that the filter treats in their own ways.
_MACHINES = {
    "x86_64": (
        0xC000003E,
        {"clone": 56, "tgkill": 234, "clone3": 435, "fcntl": 72, "memfd_create": 319},
    ),
    "aarch64": (
        0xC00000B7,
        {"clone": 220, "tgkill": 131, "clone3": 435, "fcntl": 25, "memfd_create": 279},
    ),
}
# Name: number on x86_64, number on aarch64.
_ALLOWED = {
    # Open descriptors: the three streams, the control socket, tokio's own.
    "read": (0, 63),
    "write": (1, 64),
    "readv": (19, 65),
    "writev": (20, 66),
    "close": (3, 57),
    "fstat": (5, 80),
    "lseek": (8, 62),
    "poll": (7, None),
    "ppoll": (271, 73),
    "epoll_create1": (291, 20),
    "epoll_ctl": (233, 21),
    "epoll_wait": (232, None),
    "epoll_pwait": (281, 22),
    "eventfd2": (290, 19),
    # Memory, bounded by RLIMIT_DATA; the runtime writes machine code and makes it executable.
    "mmap": (9, 222),
    "munmap": (11, 215),
    "mprotect": (10, 226),
    "mremap": (25, 216),
    "madvise": (28, 233),
    "brk": (12, 214),
    "membarrier": (324, 283),
    # Threads, and what a trap needs.
    "futex": (202, 98),
    "set_robust_list": (273, 99),
    "rseq": (334, 293),
    "sched_yield": (24, 124),
    "sched_getaffinity": (204, 123),
    "getpid": (39, 172),
    "gettid": (186, 178),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "sigaltstack": (131, 132),
    "restart_syscall": (219, 128),
    "exit": (60, 93),
    "exit_group": (231, 94),
    # Time and random numbers.
    "clock_gettime": (228, 113),
    "clock_getres": (229, 114),
    "clock_nanosleep": (230, 115),
    "nanosleep": (35, 101),
    "getrandom": (318, 278),
}


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


def confine() -> None:
    """Limit this process, and allow it only the system calls that running a guest takes.

    These limits hold for every job. The runtime enforces a job's own limits, and the parent ends it
    in time; CPU time is limited in case the parent itself is stopped. Address space is not limited,
    because wasmtime reserves more than it uses. The number of threads is not either, because
    all threads of the user would count, and the filter prevents forks.

    Raises:
        OSError: The kernel refuses, or there is no filter for this processor. No job must run.
    """
    for what, soft, hard in (
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_NOFILE, MAX_DESCRIPTORS, MAX_DESCRIPTORS),
        (resource.RLIMIT_DATA, DATA_BYTES, DATA_BYTES),
        # SIGXCPU at the soft limit, SIGKILL at the hard one.
        (resource.RLIMIT_CPU, CPU_SECONDS, CPU_SECONDS + 1),
    ):
        resource.setrlimit(what, (soft, hard))
    _allow_few_system_calls()


def _allow_few_system_calls() -> None:
    """Install the filter for this thread and all that it starts."""
    instructions = b"".join(_program(platform.machine(), os.getpid()))
    code = ctypes.create_string_buffer(instructions, len(instructions))
    program = ctypes.create_string_buffer(
        struct.pack("@HP", len(instructions) // 8, ctypes.addressof(code))
    )
    # Set-user-id programs and file capabilities give this process nothing.
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    _prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.addressof(program))


def _program(machine: str, pid: int) -> list[bytes]:
    """Return the filter in classic BPF, seccomp(2), one instruction per entry."""
    if machine not in _MACHINES:
        raise OSError(f"no system call filter for {machine}")
    audit_architecture, special = _MACHINES[machine]
    column = list(_MACHINES).index(machine)
    allowed = [both[column] for both in _ALLOWED.values()]
    program = [
        _instruction(_LOAD, _ARCHITECTURE),
        _instruction(_EQUAL, audit_architecture, if_true=1),
        _instruction(_RETURN, _KILL_PROCESS),
        _instruction(_LOAD, _NUMBER),
        # The C library then falls back to clone, whose flags a filter can see.
        *_when(special["clone3"], [_instruction(_RETURN, _FAIL_WITH | errno.ENOSYS)]),
        # A file in memory would not count as data. wasmtime copies a guest's initial memory if the
        # kernel has no such files, and fails on any other refusal.
        *_when(special["memfd_create"], [_instruction(_RETURN, _FAIL_WITH | errno.ENOSYS)]),
        *_when(special["clone"], _if_argument(_FIRST_ARGUMENT, _ANY_BIT, _CLONE_THREAD)),
        # For abort(3), in which a thread signals itself.
        *_when(special["tgkill"], _if_argument(_FIRST_ARGUMENT, _EQUAL, pid)),
        # Other commands make the kernel signal any process of the same user.
        *_when(special["fcntl"], _if_argument(_SECOND_ARGUMENT, _EQUAL, _F_DUPFD_CLOEXEC)),
    ]
    for number in allowed:
        if number is not None:
            program += _when(number, [_instruction(_RETURN, _ALLOW)])
    program.append(_instruction(_RETURN, _FAIL_WITH | errno.EPERM))
    return program


def _when(number: int, then: list[bytes]) -> list[bytes]:
    return [_instruction(_EQUAL, number, if_false=len(then)), *then]


def _if_argument(offset: int, test: int, operand: int) -> list[bytes]:
    return [
        _instruction(_LOAD, offset),
        _instruction(test, operand, if_false=1),
        _instruction(_RETURN, _ALLOW),
        _instruction(_RETURN, _FAIL_WITH | errno.EPERM),
    ]


def _instruction(code: int, operand: int, *, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("@HBBI", code, if_true, if_false, operand)


def _prctl(option: int, argument: int, further: int = 0) -> None:
    if sys.platform != "linux":
        raise OSError("jobs can be confined on Linux only")
    libc = ctypes.CDLL(None, use_errno=True)
    words = [ctypes.c_ulong(word) for word in (argument, further, 0, 0)]
    if libc.prctl(option, *words) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"prctl {option}: {os.strerror(number)}")
