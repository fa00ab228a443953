"""Attends to a worker while it runs a job: reads with bounds, and ends it in time."""

from __future__ import annotations

import os
import selectors
import time
from dataclasses import dataclass, field
from enum import Enum, auto

from edge_signer.execution.sandbox.worker_protocol import STATUS
from edge_signer.execution.sandbox.workers import Worker

_PIECE_BYTES = 64 * 1024
_MAX_REPORT_BYTES = 4096


class Ending(Enum):
    """Why the attendance ended."""

    REPORTED = auto()
    DIED = auto()
    TIMED_OUT = auto()
    OVERFLOWED = auto()


@dataclass
class Attendance:
    """What a worker gave.

    Args:
        ending: Why there is no more.
        stdout: At most as many bytes as allowed.
        stderr: The same.
        report: One line, if it came.
        status: What waitpid(2) said of a worker that died, unless the zygote died too.
    """

    ending: Ending = Ending.DIED
    stdout: bytearray = field(default_factory=bytearray)
    stderr: bytearray = field(default_factory=bytearray)
    report: bytearray = field(default_factory=bytearray)
    status: int | None = None


def attend(worker: Worker, *, stdin: bytes, deadline_s: float, output_bytes: int) -> Attendance:
    """Feed a worker and read all that it writes, until it has reported, died, or gone too far.

    Args:
        worker: With a job. It is not ended here.
        stdin: What the guest may read, if it cares to.
        deadline_s: By the monotonic clock.
        output_bytes: The most that either stream may have.
    """
    seen = Attendance()
    streams = {
        worker.stdout.fileno(): (seen.stdout, output_bytes),
        worker.stderr.fileno(): (seen.stderr, output_bytes),
        worker.control.fileno(): (seen.report, _MAX_REPORT_BYTES),
    }
    unread = memoryview(stdin)
    with selectors.DefaultSelector() as selector:
        selector.register(worker.stdin, selectors.EVENT_WRITE)
        for descriptor in streams:
            selector.register(descriptor, selectors.EVENT_READ)
        while streams:
            left_s = deadline_s - time.monotonic()
            ready = selector.select(left_s) if left_s > 0 else []
            if not ready:
                seen.ending = Ending.TIMED_OUT
                return seen
            for key, _ in ready:
                if key.fileobj is worker.stdin:
                    unread = unread[_write(key.fd, unread) :]
                    if not unread:
                        selector.unregister(worker.stdin)
                        worker.stdin.close()
                    continue
                kept, most = streams[key.fd]
                piece = _read(key.fd, most + 1 - len(kept))
                kept += piece
                if len(kept) > most:
                    del kept[most:]
                    seen.ending = Ending.OVERFLOWED
                    return seen
                if not piece or (kept is seen.report and kept.endswith(b"\n")):
                    selector.unregister(key.fd)
                    del streams[key.fd]
    if seen.report.endswith(b"\n"):
        seen.ending = Ending.REPORTED
    else:
        seen.status = _status(worker)
    return seen


def _write(descriptor: int, content: memoryview) -> int:
    try:
        return os.write(descriptor, content) if content else 0
    except BrokenPipeError:
        return len(content)


def _read(descriptor: int, most: int) -> bytes:
    try:
        return os.read(descriptor, min(most, _PIECE_BYTES))
    except ConnectionResetError:
        return b""


def _status(worker: Worker) -> int | None:
    worker.lifeline.settimeout(1)
    try:
        packed = worker.lifeline.recv(STATUS.size)
    except OSError:
        return None
    return STATUS.unpack(packed)[0] if len(packed) == STATUS.size else None
