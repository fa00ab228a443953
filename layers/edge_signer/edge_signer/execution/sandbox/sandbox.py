"""Runs jobs, each in its own process, which was forked before the job arrived."""

from __future__ import annotations

import os
import re
import signal
import threading
import time
from contextlib import suppress

from edge_signer.execution.errors import SandboxUnavailableError
from edge_signer.execution.job import Job
from edge_signer.execution.sandbox.attendance import Attendance, Ending, attend
from edge_signer.execution.sandbox.outcome import GuestOutcome, Outcome, Status
from edge_signer.execution.sandbox.protocol import encoded
from edge_signer.execution.sandbox.workers import Worker, Workers

# Rust's allocator writes this before it aborts; the guest does not.
_ALLOCATION_FAILED = re.compile(rb"(memory allocation of \d+ bytes failed)\n(?:note: .*\n)?\Z")


class Sandbox:
    """Runs jobs from any number of threads; as many run at once as there are processors.

    Args:
        at_once: How many jobs may run at once; by default one per processor of this process.
    """

    def __init__(self, at_once: int | None = None) -> None:
        at_once = at_once or len(os.sched_getaffinity(0))
        self._places = threading.BoundedSemaphore(at_once)
        self._workers = Workers(at_most_ahead=at_once)
        # While the function starts. If that fails, the first job raises the error.
        self._prepare_next()

    def execute(self, job: Job) -> Outcome:
        """Run a job, however it ends.

        Raises:
            SandboxUnavailableError: The sandbox failed. The job's outcome is unknown; it may be
                tried again.
        """
        with self._places:
            worker = self._workers.take()
            try:
                return _execute(worker, job)
            finally:
                worker.dismiss()
                self._prepare_next()

    def close(self) -> None:
        """End all processes and wait for them; running jobs fail."""
        self._workers.close()

    def _prepare_next(self) -> None:
        with suppress(SandboxUnavailableError):
            self._workers.order_ahead()


def _execute(worker: Worker, job: Job) -> Outcome:
    began_s = time.monotonic()
    _hand_over(job, worker)
    seen = attend(
        worker,
        stdin=job.stdin,
        deadline_s=began_s + job.limits.timeout_seconds,
        output_bytes=job.limits.output_bytes,
    )
    ended = _guest_outcome(seen)
    return Outcome(
        status=ended.status,
        exit_code=ended.exit_code,
        stdout=bytes(seen.stdout),
        stderr=bytes(seen.stderr),
        wall_time_ms=int((time.monotonic() - began_s) * 1000),
        fuel_used=ended.fuel_used,
        limits=job.limits,
        detail=ended.detail,
    )


def _hand_over(job: Job, worker: Worker) -> None:
    worker.control.settimeout(job.limits.timeout_seconds)
    try:
        for piece in encoded(job):
            worker.control.sendall(piece)
    except OSError as failure:
        raise _failed("the job's process ended before it received the job") from failure


def _guest_outcome(seen: Attendance) -> GuestOutcome:
    match seen.ending:
        case Ending.TIMED_OUT:
            return GuestOutcome(Status.TIMEOUT)
        case Ending.OVERFLOWED:
            return GuestOutcome(Status.OUTPUT_LIMIT)
        case Ending.DIED:
            return _cause_of_death(seen)
    try:
        return GuestOutcome.decode(bytes(seen.report))
    except ValueError as failure:
        raise _failed("the job's process sent no valid report") from failure


def _cause_of_death(seen: Attendance) -> GuestOutcome:
    """Say why a worker died, if only the guest can be the cause."""
    if seen.wait_status is None:
        raise _failed("the process that forks workers ended")
    exit_code = os.waitstatus_to_exitcode(seen.wait_status)
    if exit_code == -signal.SIGXCPU:
        return GuestOutcome(Status.TIMEOUT)
    refused = _ALLOCATION_FAILED.search(seen.stderr)
    if exit_code == -signal.SIGABRT and refused:
        detail = refused[1].decode()
        del seen.stderr[refused.start() :]
        return GuestOutcome(Status.OUT_OF_MEMORY, detail=detail)
    raise _failed(f"the job's process ended with {exit_code}")


def _failed(message: str) -> SandboxUnavailableError:
    return SandboxUnavailableError(message, retry_after_s=1)
