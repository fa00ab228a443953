"""What a worker gives up before it is given anything, for good."""

from __future__ import annotations

import resource

from edge_signer.execution.limits import MAX_MEMORY_MB, MAX_TIMEOUT_SECONDS
from edge_signer.execution.sandbox.system_call_filter import allow_few_system_calls

# For the interpreter, the compiler and the code that it makes; beside the guest's own memory.
HOST_MEMORY_BYTES = 256 * 1024 * 1024
DATA_BYTES = MAX_MEMORY_MB * 1024 * 1024 + HOST_MEMORY_BYTES
CPU_SECONDS = MAX_TIMEOUT_SECONDS + 2
MAX_DESCRIPTORS = 16


def confine() -> None:
    """Bound this process, and leave it only the system calls that running a guest takes.

    These are the bounds of any job. A job's own are the runtime's, and the parent's, which ends it
    in time; processor time is bounded in case that the parent is stopped itself. Address space is
    not bounded: wasmtime reserves more than it uses. Nor is the number of threads: all of the
    user's would count, and the filter keeps processes from forking.

    Raises:
        OSError: The kernel refuses, and no job must run.
    """
    for what, soft, hard in (
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_NOFILE, MAX_DESCRIPTORS, MAX_DESCRIPTORS),
        (resource.RLIMIT_DATA, DATA_BYTES, DATA_BYTES),
        # SIGXCPU at the first, SIGKILL at the second.
        (resource.RLIMIT_CPU, CPU_SECONDS, CPU_SECONDS + 1),
    ):
        resource.setrlimit(what, (soft, hard))
    allow_few_system_calls()
