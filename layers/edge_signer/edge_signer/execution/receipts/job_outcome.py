"""What is known of a job that has run, and what is signed of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from pydantic import AwareDatetime, ConfigDict

from edge_signer.execution.receipts.receipt import Receipt
from edge_signer.execution.receipts.statement import Count


@dataclass(frozen=True)
class JobOutcome:
    """A job that has run, to whatever end.

    Attributes:
        job_id: The client's name for it, 1 to 128 characters.
        module_hash: `sha256:` and 64 lower-case hexadecimal digits.
        args: What the module was given.
        stdin_sha256: SHA-256 of what it could read from standard input, in hexadecimal.
        limits: Those that were in effect, with their units in their names: at most 16, each of at
            most 40 lower-case letters, digits and underscores.
        status: How it ended, in as many of these characters.
        exit_code: 0 to 255.
        stdout: What it wrote, as it is given to the client.
        stderr: Likewise.
        started_at: When it began, with a time zone.
        finished_at: When it ended.
        wall_time_ms: How long it ran, in milliseconds.
    """

    # Where it is written down, streams are.
    __pydantic_config__: ClassVar = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    job_id: str
    module_hash: str
    args: Sequence[str]
    stdin_sha256: str
    limits: Mapping[str, int]
    status: str
    exit_code: int
    stdout: bytes
    stderr: bytes
    started_at: AwareDatetime
    finished_at: AwareDatetime
    wall_time_ms: Count

    def receipt(self) -> Receipt:
        """Give what the receipt says of it."""
        return Receipt(
            module_hash=self.module_hash,
            exit_code=self.exit_code,
            wall_time_ms=self.wall_time_ms,
            timestamp=int(self.finished_at.timestamp()),
        )
