"""What a worker says of the job that it has run."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from edge_signer.execution.sandbox.verdicts import LARGEST_GUEST_EXIT_CODE, Verdict

MAX_DETAIL_LENGTH = 300


@dataclass(frozen=True)
class Report:
    """How a guest ended.

    Args:
        verdict: Who ended it, and why.
        guest_exit_code: What it gave to `proc_exit`, or 0; 0 to 125.
        fuel_used: None if it did not begin to run.
        detail: For the verdict's reader: what trapped, what is missing. At most
            `MAX_DETAIL_LENGTH` printable characters; none after `ok`.
    """

    verdict: Verdict
    guest_exit_code: int = 0
    fuel_used: int | None = None
    detail: str = ""

    def encode(self) -> bytes:
        """The report as JSON."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def decode(cls, encoded: bytes) -> Report:
        """Read a report, whoever wrote it: a guest that broke out may have.

        Raises:
            ValueError: It is none.
        """
        try:
            said = json.loads(encoded)
        except RecursionError as too_deep:
            raise ValueError("not a report") from too_deep
        match said:
            case {
                "verdict": str(verdict),
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
                return cls(Verdict(verdict), code, fuel_used, detail)
        raise ValueError("not a report")
