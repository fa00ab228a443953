"""How a job can end, and the exit code that each end has."""

from __future__ import annotations

from enum import StrEnum

# WASI preview1 leaves 126 and above to the host; wasmtime traps a guest that exits with them.
LARGEST_GUEST_EXIT_CODE = 125


class Verdict(StrEnum):
    """Who ended a job, and why."""

    OK = "ok"
    COMPILE_ERROR = "compile_error"
    TRAP = "trap"
    OUT_OF_MEMORY = "out_of_memory"
    TIMEOUT = "timeout"
    OUT_OF_FUEL = "out_of_fuel"
    OUTPUT_LIMIT = "output_limit"


# Where a shell knows such an end: 126 cannot be executed, 128 + n was killed by signal n.
HOST_EXIT_CODES = {
    Verdict.COMPILE_ERROR: 126,
    Verdict.TRAP: 132,  # SIGILL, which an `unreachable` of native code raises
    Verdict.OUT_OF_MEMORY: 137,  # SIGKILL, as by the kernel's killer
    Verdict.TIMEOUT: 142,  # SIGALRM
    Verdict.OUT_OF_FUEL: 152,  # SIGXCPU
    Verdict.OUTPUT_LIMIT: 153,  # SIGXFSZ
}


def exit_code(verdict: Verdict, guest_exit_code: int) -> int:
    """Give the exit code of a job: the guest's own after `ok`, else the verdict's.

    Args:
        verdict: How it ended.
        guest_exit_code: What the guest gave to `proc_exit`, or 0; 0 to 125.
    """
    return HOST_EXIT_CODES.get(verdict, guest_exit_code)
