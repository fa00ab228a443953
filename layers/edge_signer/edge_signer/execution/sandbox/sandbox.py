"""Runs jobs: each in a process of its own, which was forked before the job came."""

from __future__ import annotations

import os
import re
import signal
import threading
import time
from contextlib import suppress
from dataclasses import dataclass

from edge_signer.execution.errors import SandboxUnavailableError
from edge_signer.execution.job import Job
from edge_signer.execution.limits import Limits
from edge_signer.execution.sandbox.attendance import Attendance, Ending, attend
from edge_signer.execution.sandbox.job_message import encoded
from edge_signer.execution.sandbox.report import Report
from edge_signer.execution.sandbox.verdicts import Verdict, exit_code
from edge_signer.execution.sandbox.workers import Worker, Workers

# What Rust's allocator says before it aborts; the guest did not write it.
_ALLOCATION_FAILED = re.compile(rb"(memory allocation of \d+ bytes failed)\n(?:note: .*\n)?\Z")


@dataclass(frozen=True)
class Outcome:
    """How a job ended, and all that can be attested of it.

    Args:
        verdict: Who ended it, and why.
        exit_code: 0 to 125 is the guest's own and comes with `ok`; above that, the verdict's.
        stdout: As far as the limit, any bytes.
        stderr: The same.
        wall_time_ms: From handing the job over to its end, compiling included.
        fuel_used: None where the guest did not begin to run, or was killed.
        limits: Under which it ran.
        detail: What trapped or is missing, for people; empty after `ok`.
    """

    verdict: Verdict
    exit_code: int
    stdout: bytes
    stderr: bytes
    wall_time_ms: int
    fuel_used: int | None
    limits: Limits
    detail: str


class Sandbox:
    """Runs jobs from any number of threads, as many at once as there are processors.

    Args:
        at_once: How many jobs may run; by default one for each processor of this process.
    """

    def __init__(self, at_once: int | None = None) -> None:
        at_once = at_once or len(os.sched_getaffinity(0))
        self._places = threading.BoundedSemaphore(at_once)
        self._workers = Workers(at_most_ahead=at_once)
        # While a function starts. Where it cannot be, the first job says so.
        self._prepare_next()

    def execute(self, job: Job) -> Outcome:
        """Run a job to its end, whatever that is.

        Raises:
            SandboxUnavailableError: The sandbox failed; nothing is known of the job, and it may be
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
        """End all that was started, and wait for it; jobs that run fail."""
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
    report = _report(seen)
    return Outcome(
        verdict=report.verdict,
        exit_code=exit_code(report.verdict, report.guest_exit_code),
        stdout=bytes(seen.stdout),
        stderr=bytes(seen.stderr),
        wall_time_ms=int((time.monotonic() - began_s) * 1000),
        fuel_used=report.fuel_used,
        limits=job.limits,
        detail=report.detail,
    )


def _hand_over(job: Job, worker: Worker) -> None:
    worker.control.settimeout(job.limits.timeout_seconds)
    try:
        for piece in encoded(job):
            worker.control.sendall(piece)
    except OSError as failure:
        raise _failed("the job's process ended before it began") from failure


def _report(seen: Attendance) -> Report:
    match seen.ending:
        case Ending.TIMED_OUT:
            return Report(Verdict.TIMEOUT)
        case Ending.OVERFLOWED:
            return Report(Verdict.OUTPUT_LIMIT)
        case Ending.DIED:
            return _report_of_death(seen)
    try:
        return Report.decode(bytes(seen.report))
    except ValueError as failure:
        raise _failed("the job's process gave no report") from failure


def _report_of_death(seen: Attendance) -> Report:
    """Say why a worker died, where a guest can be the reason and nothing else."""
    if seen.status is None:
        raise _failed("the process that makes workers ended")
    ended = os.waitstatus_to_exitcode(seen.status)
    if ended == -signal.SIGXCPU:
        return Report(Verdict.TIMEOUT)
    refused = _ALLOCATION_FAILED.search(seen.stderr)
    if ended == -signal.SIGABRT and refused:
        detail = refused[1].decode()
        del seen.stderr[refused.start() :]
        return Report(Verdict.OUT_OF_MEMORY, detail=detail)
    raise _failed(f"the job's process ended with {ended}")


def _failed(message: str) -> SandboxUnavailableError:
    return SandboxUnavailableError(message, retry_after_s=1)
