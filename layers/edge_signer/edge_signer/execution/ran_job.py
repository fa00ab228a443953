"""A job that has run and is not answered yet: all that is said of it, signed or not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from pydantic import TypeAdapter

from edge_signer.execution.limits import Limits
from edge_signer.execution.receipts.attestation import job_statement
from edge_signer.execution.receipts.job_outcome import JobOutcome
from edge_signer.execution.requested_job import RequestedJob
from edge_signer.execution.sandbox.outcome import Outcome


@dataclass(frozen=True)
class RanJob:
    """A job that has run.

    Attributes:
        outcome: What is signed of it.
        fuel_used: None where the guest did not begin to run, or was killed.
        detail: What trapped or is missing, for people.
    """

    outcome: JobOutcome
    fuel_used: int | None
    detail: str

    def to_json(self) -> bytes:
        """Write it down, so that it can be signed later."""
        return _KEPT.dump_json(self)

    @classmethod
    def from_json(cls, kept: bytes) -> RanJob:
        """Read what `to_json` wrote.

        Raises:
            ValueError: It is something else, or nothing that could be signed.
        """
        ran = _KEPT.validate_json(kept)
        try:
            job_statement(ran.outcome)
            if ran.outcome.receipt().timestamp < 0:
                raise ValueError("it ended before 1970")
        except OverflowError as beyond:
            raise ValueError("a time beyond the calendar") from beyond
        return ran

    def is_of(self, asked: RequestedJob) -> bool:
        """Tell whether this is the job that is asked for, with the limits that it gets now."""
        outcome = self.outcome
        found = (outcome.job_id, outcome.module_hash, tuple(outcome.args), outcome.stdin_sha256)
        wanted = (asked.job_id, asked.module_hash, asked.args, sha256(asked.stdin).hexdigest())
        return found == wanted and dict(outcome.limits) == attested_limits(asked.limits)


_KEPT = TypeAdapter(RanJob)


def run_job(asked: RequestedJob, execute: Callable[[], Outcome]) -> RanJob:
    """Run a job, and say what is known of it.

    Args:
        asked: The job.
        execute: Runs it.

    Raises:
        SandboxUnavailableError: Nothing is known of the job.
    """
    started_at = datetime.now(UTC)
    ended = execute()
    return RanJob(
        JobOutcome(
            job_id=asked.job_id,
            module_hash=asked.module_hash,
            args=asked.args,
            stdin_sha256=sha256(asked.stdin).hexdigest(),
            limits=attested_limits(ended.limits),
            status=ended.status,
            exit_code=ended.exit_code,
            stdout=ended.stdout,
            stderr=ended.stderr,
            started_at=started_at,
            finished_at=datetime.now(UTC),
            wall_time_ms=ended.wall_time_ms,
        ),
        ended.fuel_used,
        ended.detail,
    )


def attested_limits(limits: Limits) -> dict[str, Any]:
    """Give those limits that are numbers; architecture and runtime are the build type's."""
    return {
        name: int(bound) for name, bound in asdict(limits).items() if not isinstance(bound, str)
    }
