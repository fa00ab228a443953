"""A job in a worker, from handing it over to its outcome, as the parent sees it."""

from __future__ import annotations

import os
import re
import selectors
import signal
import time
from contextlib import suppress
from dataclasses import replace
from math import inf
from pathlib import Path

from edge_signer.execution.errors import SandboxUnavailableError
from edge_signer.execution.job import Job
from edge_signer.execution.sandbox.outcome import GuestOutcome, Outcome, Status
from edge_signer.execution.sandbox.outline import may_start
from edge_signer.execution.sandbox.protocol import (
    STOP,
    STOPS_WITHIN_S,
    UNUSABLE_CODE,
    WAIT_STATUS,
    Order,
    ToRun,
    UnusableCodeError,
    encoded,
)
from edge_signer.execution.sandbox.workers import Worker

# Rust's allocator writes this before it aborts; the guest does not.
ALLOCATION_FAILED = re.compile(rb"(memory allocation of \d+ bytes failed)\n(?:note: .*\n)?\Z")
_PIECE_BYTES = 64 * 1024
_MAX_REPORT_BYTES = 4096
# A waiting process receives at once; on a machine without free processors, later.
_HAND_OVER_S = 5.0
# A guest that runs for longer makes way for whatever else the machine has to do.
_MAKES_WAY_AFTER_S = 0.1
# A tenth of the processor time of others. With less, a guest on a busy machine could not say how
# much fuel it used when it is stopped.
_LOW_PRIORITY = 10
# How long a worker may take to say how much fuel its guest used, after it is told to stop.
_LAST_WORDS_S = STOPS_WITHIN_S + 0.4


def run_in(worker: Worker, job: Job, code: bytearray) -> Outcome:
    """Run a job in a worker, however it ends.

    Args:
        worker: Waits for its order. The caller ends it.
        job: The job.
        code: Its module, compiled.

    Raises:
        SandboxUnavailableError: The sandbox failed.
        UnusableCodeError: wasmtime does not take the code; the job did not run.
    """
    hand_over(ToRun(job, code, may_start(job.wasm)), worker)
    # How long a busy machine takes to pass the job on is not the job's fault.
    began_s = time.monotonic()
    stdout, stderr = bytearray(), bytearray()
    ended = _attend(worker, job, began_s + job.limits.timeout_seconds, stdout, stderr)
    ended_s = time.monotonic()
    if ended.status in (Status.TIMEOUT, Status.OUTPUT_LIMIT):
        ended = replace(ended, fuel_used=_fuel_used_when_stopped(worker))
    return Outcome(
        **vars(ended),
        stdout=bytes(stdout),
        stderr=bytes(stderr),
        wall_time_ms=int((ended_s - began_s) * 1000),
        limits=job.limits,
    )


def hand_over(order: Order, worker: Worker) -> None:
    """Send a worker its order.

    Raises:
        SandboxUnavailableError: It does not receive it.
    """
    worker.control.settimeout(_HAND_OVER_S)
    try:
        for piece in encoded(order):
            worker.control.sendall(piece)
    except TimeoutError as failure:
        raise failed("the job's process did not receive the job in time") from failure
    except OSError as failure:
        raise failed("the job's process ended before it received the job") from failure


def _attend(
    worker: Worker, job: Job, deadline_s: float, stdout: bytearray, stderr: bytearray
) -> GuestOutcome:
    """Feed a worker and read what it writes, until it reports, dies or exceeds a limit.

    Args:
        worker: Has received its job. The caller ends it.
        job: The job.
        deadline_s: By the monotonic clock.
        stdout: Receives the guest's standard output, up to its limit.
        stderr: Likewise.
    """
    report = bytearray()
    streams = {
        worker.stdout.fileno(): (stdout, job.limits.output_bytes),
        worker.stderr.fileno(): (stderr, job.limits.output_bytes),
        worker.control.fileno(): (report, _MAX_REPORT_BYTES),
    }
    unread = memoryview(job.stdin)
    with selectors.DefaultSelector() as selector:
        selector.register(worker.stdin, selectors.EVENT_WRITE)
        for descriptor in streams:
            selector.register(descriptor, selectors.EVENT_READ)
        makes_way_s = time.monotonic() + _MAKES_WAY_AFTER_S
        while streams:
            now_s = time.monotonic()
            if now_s >= makes_way_s:
                _make_way(worker.pid)
                makes_way_s = inf
            until_s = min(deadline_s, makes_way_s)
            ready = selector.select(until_s - now_s) if now_s < until_s else []
            if not ready and until_s == deadline_s:
                return GuestOutcome(Status.TIMEOUT)
            for key, _ in ready:
                if key.fileobj is worker.stdin:
                    unread = unread[_write(key.fd, unread) :]
                    if not unread:
                        selector.unregister(worker.stdin)
                        worker.stdin.close()
                    continue
                kept, most = streams[key.fd]
                piece = read_piece(key.fd, min(most + 1 - len(kept), _PIECE_BYTES))
                kept += piece
                if len(kept) > most:
                    del kept[most:]
                    return GuestOutcome(Status.OUTPUT_LIMIT)
                if not piece or (kept is report and kept.endswith(b"\n")):
                    selector.unregister(key.fd)
                    del streams[key.fd]
    if not report.endswith(b"\n"):
        return _cause_of_death(exit_code_of(worker), stderr)
    if report == UNUSABLE_CODE:
        raise UnusableCodeError
    try:
        return GuestOutcome.decode(bytes(report))
    except ValueError as failure:
        raise failed("the job's process sent no valid report") from failure


def _make_way(pid: int) -> None:
    """Have the kernel prefer other processes to a worker.

    Linux may weigh each session as a whole, and use priorities within it only. A worker is alone
    in its session, so the session gets this priority as well, where the kernel allows it.
    """
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, pid, _LOW_PRIORITY)
        Path(f"/proc/{pid}/autogroup").write_text(str(_LOW_PRIORITY))


def _fuel_used_when_stopped(worker: Worker) -> int | None:
    """Have a worker stop its guest, and return the fuel that it has used; None if it cannot say."""
    report = bytearray()
    until_s = time.monotonic() + _LAST_WORDS_S
    with selectors.DefaultSelector() as selector, suppress(OSError, ValueError):
        worker.control.send(STOP)
        # A guest is not stopped while it waits for somebody to read what it writes.
        for one in (worker.stdout, worker.stderr, worker.control):
            selector.register(one, selectors.EVENT_READ)
        while not report.endswith(b"\n") and (left_s := until_s - time.monotonic()) > 0:
            for key, _ in selector.select(left_s):
                piece = read_piece(key.fd, _PIECE_BYTES)
                if key.fileobj is worker.control:
                    report += piece[: _MAX_REPORT_BYTES - len(report)]
                if not piece:
                    selector.unregister(key.fileobj)
            if not selector.get_map() or len(report) >= _MAX_REPORT_BYTES:
                break
        return GuestOutcome.decode(bytes(report)).fuel_used
    return None


def _write(descriptor: int, content: memoryview) -> int:
    try:
        return os.write(descriptor, content) if content else 0
    except BrokenPipeError:
        return len(content)


def read_piece(descriptor: int, most_bytes: int) -> bytes:
    """Read what a worker wrote; nothing if it has ended."""
    try:
        return os.read(descriptor, most_bytes)
    except ConnectionResetError:
        return b""


def exit_code_of(worker: Worker) -> int:
    """Return the exit code of a worker that has ended; negative for a signal.

    Raises:
        SandboxUnavailableError: It cannot be known.
    """
    worker.lifeline.settimeout(1)
    packed = b""
    with suppress(OSError):
        packed = worker.lifeline.recv(WAIT_STATUS.size)
    if len(packed) != WAIT_STATUS.size:
        raise failed("the process that forks workers ended")
    return os.waitstatus_to_exitcode(WAIT_STATUS.unpack(packed)[0])


def _cause_of_death(exit_code: int, stderr: bytearray) -> GuestOutcome:
    """Say why a worker died, if only the guest can be the cause."""
    if exit_code == -signal.SIGXCPU:
        return GuestOutcome(Status.TIMEOUT)
    refused = ALLOCATION_FAILED.search(stderr)
    if exit_code == -signal.SIGABRT and refused:
        detail = refused[1].decode()
        del stderr[refused.start() :]
        return GuestOutcome(Status.OUT_OF_MEMORY, detail=detail)
    raise failed(f"the job's process ended with {exit_code}")


def failed(message: str) -> SandboxUnavailableError:
    """Make the error of a sandbox that failed."""
    return SandboxUnavailableError(message, retry_after_s=1)
