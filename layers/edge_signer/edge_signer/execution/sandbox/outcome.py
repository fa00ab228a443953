"""How a job ended: its status, its exit code and its output."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from enum import StrEnum

from edge_signer.execution.limits import Limits

# WASI preview1 reserves 126 and above for the host. A guest may use them, but then the job's exit
# code is that of a status, so that it never looks like another.
LARGEST_GUEST_EXIT_CODE = 125
LARGEST_EXIT_CODE = 2**32 - 1
MAX_DETAIL_LENGTH = 300
COMPILES_TO_TOO_MUCH = "it compiles to too much code: build it smaller"
COMPILING_TOOK_MEMORY = "compiling it takes too much memory: split its largest functions"
COMPILING_TOOK_TIME = "compiling it takes too long: build it smaller, or split large functions"


class Status(StrEnum):
    """Why a job ended."""

    OK = "ok"
    RESERVED_EXIT_CODE = "reserved_exit_code"
    COMPILE_ERROR = "compile_error"
    COMPILE_LIMIT = "compile_limit"
    TRAP = "trap"
    OUT_OF_MEMORY = "out_of_memory"
    TIMEOUT = "timeout"
    OUT_OF_FUEL = "out_of_fuel"
    OUTPUT_LIMIT = "output_limit"


# As in a shell: 126 is not executable, 128 + n was killed by signal n.
HOST_EXIT_CODES = {
    Status.COMPILE_ERROR: 126,
    Status.COMPILE_LIMIT: 127,
    Status.RESERVED_EXIT_CODE: 128,  # as a shell's `exit` with an argument out of range
    Status.TRAP: 132,  # SIGILL, which `unreachable` raises in native code
    Status.OUT_OF_MEMORY: 137,  # SIGKILL, as sent by the kernel's OOM killer
    Status.TIMEOUT: 142,  # SIGALRM
    Status.OUT_OF_FUEL: 152,  # SIGXCPU
    Status.OUTPUT_LIMIT: 153,  # SIGXFSZ
}

_GUEST_EXIT_CODES = {
    Status.OK: range(LARGEST_GUEST_EXIT_CODE + 1),
    Status.RESERVED_EXIT_CODE: range(LARGEST_GUEST_EXIT_CODE + 1, LARGEST_EXIT_CODE + 1),
}
_NONE = range(1)
# What an attestation can say.
_MOST_FUEL = 2**53 - 1


@dataclass(frozen=True)
class GuestOutcome:
    """How a guest ended: what its worker reports, or the parent finds.

    Args:
        status: Why it ended.
        guest_exit_code: The argument of `proc_exit`, or 0: 0 to 125 after `ok`, 126 to 2^32 - 1
            after `reserved_exit_code`, otherwise 0.
        fuel_used: None if it did not begin to run, its process was killed, or its fuel is not
            counted.
        detail: What trapped or is missing, for people. At most `MAX_DETAIL_LENGTH` printable
            characters; empty after `ok`.
    """

    status: Status
    guest_exit_code: int = 0
    fuel_used: int | None = None
    detail: str = ""

    @property
    def exit_code(self) -> int:
        """The job's exit code: the guest's own after `ok`, otherwise that of the status."""
        return HOST_EXIT_CODES.get(self.status, self.guest_exit_code)

    @property
    def reserved_exit_code(self) -> int | None:
        """The guest's exit code if the job's exit code cannot be the same, from 126 up."""
        return self.guest_exit_code if self.status is Status.RESERVED_EXIT_CODE else None

    def encode(self) -> bytes:
        """Encode as JSON."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def decode(cls, encoded: bytes) -> GuestOutcome:
        """Read what `encode` makes. The bytes are not trusted: a guest that broke out writes any.

        Raises:
            ValueError: The bytes are something else.
        """
        try:
            said = json.loads(encoded)
        except RecursionError as too_deep:
            raise ValueError("not the outcome of a guest") from too_deep
        match said:
            case {
                "status": str(status),
                "guest_exit_code": int(code),
                "fuel_used": None | int() as fuel_used,
                "detail": str(detail),
            } if (
                # True is an int too.
                bool not in (type(code), type(fuel_used))
                and code in _GUEST_EXIT_CODES.get(Status(status), _NONE)
                and (fuel_used is None or 0 <= fuel_used <= _MOST_FUEL)
                and len(detail) <= MAX_DETAIL_LENGTH
                and detail.isprintable()
            ):
                return cls(Status(status), code, fuel_used, detail)
        raise ValueError("not the outcome of a guest")


@dataclass(frozen=True, kw_only=True)
class Outcome(GuestOutcome):
    """How a job ended, and what it wrote.

    Args:
        stdout: Any bytes, up to the limit.
        stderr: Likewise.
        wall_time_ms: From handing the job over to its end, without compiling.
        limits: The limits that it ran under.
        compile_time_ms: How long its module was compiled; None if it was compiled before.
    """

    stdout: bytes
    stderr: bytes
    wall_time_ms: int
    limits: Limits
    compile_time_ms: int | None = None
