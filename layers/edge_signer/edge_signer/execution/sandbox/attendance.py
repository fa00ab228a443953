"""Feeds a worker and reads its output while it runs a job, within bounds and in time."""

from __future__ import annotations

import os
import selectors
import time
from dataclasses import dataclass, field
from enum import Enum, auto

from edge_signer.execution.sandbox.protocol import WAIT_STATUS
from edge_signer.execution.sandbox.workers import Worker

_PIECE_BYTES = 64 * 1024
_MAX_REPORT_BYTES = 4096


class Ending(Enum):
    """Why reading from a worker ended."""

    REPORTED = auto()
    DIED = auto()
    TIMED_OUT = auto()
    OVERFLOWED = auto()


@dataclass
class Attendance:
    """What a worker wrote.

    Args:
        ending: Why reading ended.
        stdout: At most the allowed number of bytes.
        stderr: Likewise.
        report: The GuestOutcome as one line, if it arrived.
        wait_status: Of a worker that died, as returned by waitpid(2); None if the zygote died too.
    """

    ending: Ending = Ending.DIED
    stdout: bytearray = field(default_factory=bytearray)
    stderr: bytearray = field(default_factory=bytearray)
    report: bytearray = field(default_factory=bytearray)
    wait_status: int | None = None


def attend(worker: Worker, *, stdin: bytes, deadline_s: float, output_bytes: int) -> Attendance:
    """Feed a worker and read all that it writes, until it reports, dies or exceeds a limit.

    Args:
        worker: Has received its job. The caller ends it.
        stdin: The guest's standard input; it need not read it.
        deadline_s: By the monotonic clock.
        output_bytes: Limit of each output stream.
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
        seen.wait_status = _wait_status(worker)
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


def _wait_status(worker: Worker) -> int | None:
    worker.lifeline.settimeout(1)
    try:
        packed = worker.lifeline.recv(WAIT_STATUS.size)
    except OSError:
        return None
    return WAIT_STATUS.unpack(packed)[0] if len(packed) == WAIT_STATUS.size else None
