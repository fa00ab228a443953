"""How a job ended: its status, its exit code and its output."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from enum import StrEnum

from edge_signer.execution.limits import Limits

# WASI preview1 reserves 126 and above for the host; wasmtime traps a guest that exits with them.
LARGEST_GUEST_EXIT_CODE = 125
MAX_DETAIL_LENGTH = 300


class Status(StrEnum):
    """Why a job ended."""

    OK = "ok"
    COMPILE_ERROR = "compile_error"
    TRAP = "trap"
    OUT_OF_MEMORY = "out_of_memory"
    TIMEOUT = "timeout"
    OUT_OF_FUEL = "out_of_fuel"
    OUTPUT_LIMIT = "output_limit"


# As in a shell: 126 is not executable, 128 + n was killed by signal n.
HOST_EXIT_CODES = {
    Status.COMPILE_ERROR: 126,
    Status.TRAP: 132,  # SIGILL, which `unreachable` raises in native code
    Status.OUT_OF_MEMORY: 137,  # SIGKILL, as sent by the kernel's OOM killer
    Status.TIMEOUT: 142,  # SIGALRM
    Status.OUT_OF_FUEL: 152,  # SIGXCPU
    Status.OUTPUT_LIMIT: 153,  # SIGXFSZ
}


@dataclass(frozen=True)
class GuestOutcome:
    """How a guest ended: what its worker reports, or the parent finds.

    Args:
        status: Why it ended.
        guest_exit_code: The argument of `proc_exit`, or 0; 0 to 125.
        fuel_used: None if it did not begin to run, or was killed.
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
                and 0 <= code <= LARGEST_GUEST_EXIT_CODE
                and (fuel_used is None or fuel_used >= 0)
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
        wall_time_ms: From handing the job over to its end, compiling included.
        limits: The limits that it ran under.
    """

    stdout: bytes
    stderr: bytes
    wall_time_ms: int
    limits: Limits
