"""Has a worker compile a module, within a budget of its own, as the parent sees it.

The worker is confined like one that runs a guest, but never runs the module. It is ended when it
has reported.
"""

from __future__ import annotations

import selectors
import signal
import time

from edge_signer.execution.sandbox.outcome import (
    COMPILES_TO_TOO_MUCH,
    COMPILING_TOOK_MEMORY,
    GuestOutcome,
    Status,
)
from edge_signer.execution.sandbox.protocol import CODE, CODE_FOLLOWS, ToCompile
from edge_signer.execution.sandbox.running import (
    ALLOCATION_FAILED,
    exit_code_of,
    failed,
    hand_over,
    read_piece,
)
from edge_signer.execution.sandbox.workers import Worker

#: Processor time that compiling a module may take.
COMPILE_CPU_S = 10.0
#: A machine so busy that this passes first says nothing about the module.
_COMPILE_WALL_S = 25.0
#: Eight times as much as the largest module has. Code is two to four times as long as its module.
MAX_CODE_BYTES = 32 * 1024 * 1024
_MAX_REPORT_BYTES = CODE_FOLLOWS.size + MAX_CODE_BYTES
_MAX_MESSAGE_BYTES = 64 * 1024
_PIECE_BYTES = 1024 * 1024


def compile_in(
    worker: Worker, wasm: bytes, cpu_s: float = COMPILE_CPU_S
) -> bytearray | GuestOutcome:
    """Have a worker compile a module.

    Args:
        worker: Waits for its order. The caller ends it.
        wasm: The module.
        cpu_s: Processor time in seconds.

    Returns:
        Its code; or how a job with this module ends.

    Raises:
        SandboxUnavailableError: The worker failed, or did not get enough processor time.
    """
    hand_over(ToCompile(wasm, cpu_s), worker)
    report, stderr = _heard(worker)
    if len(report) > _MAX_REPORT_BYTES:
        return GuestOutcome(Status.COMPILE_LIMIT, detail=COMPILES_TO_TOO_MUCH)
    if report.startswith(CODE) and len(report) >= CODE_FOLLOWS.size:
        code = report[CODE_FOLLOWS.size :]
        if len(code) == CODE_FOLLOWS.unpack_from(report)[1]:
            return code
    elif report.endswith(b"\n"):
        try:
            ended = GuestOutcome.decode(bytes(report))
        except ValueError as failure:
            raise failed("the compiling process sent no valid report") from failure
        if ended.status in (Status.COMPILE_ERROR, Status.COMPILE_LIMIT):
            return ended
    return _cause_of_death(exit_code_of(worker), stderr)


def _heard(worker: Worker) -> tuple[bytearray, bytearray]:
    """Return what a worker reports and what it writes to standard error, or a little too much."""
    report, stderr = bytearray(), bytearray()
    buffers = {
        worker.control.fileno(): (report, _MAX_REPORT_BYTES),
        worker.stderr.fileno(): (stderr, _MAX_MESSAGE_BYTES),
    }
    deadline_s = time.monotonic() + _COMPILE_WALL_S
    with selectors.DefaultSelector() as selector:
        for descriptor in buffers:
            selector.register(descriptor, selectors.EVENT_READ)
        while buffers and len(report) <= _MAX_REPORT_BYTES:
            left_s = deadline_s - time.monotonic()
            ready = selector.select(left_s) if left_s > 0 else []
            if not ready:
                raise failed("the machine is too busy to compile the module in time")
            for key, _ in ready:
                kept, most = buffers[key.fd]
                piece = read_piece(key.fd, _PIECE_BYTES)
                kept += piece
                if not piece or len(kept) > most:
                    selector.unregister(key.fd)
                    del buffers[key.fd]
    return report, stderr


def _cause_of_death(exit_code: int, stderr: bytearray) -> GuestOutcome:
    """Say why a worker died, if only the module can be the cause."""
    if exit_code == -signal.SIGABRT and ALLOCATION_FAILED.search(stderr):
        return GuestOutcome(Status.COMPILE_LIMIT, detail=COMPILING_TOOK_MEMORY)
    raise failed(f"the compiling process ended with {exit_code}")
