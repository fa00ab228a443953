"""A worker: carries out one order, confined, and exits."""

from __future__ import annotations

import os
import threading
import time
from typing import NoReturn

from edge_signer.execution.job import Job
from edge_signer.execution.sandbox.confinement import confine
from edge_signer.execution.sandbox.guest import Runtime
from edge_signer.execution.sandbox.outcome import (
    COMPILING_TOOK_TIME,
    GuestOutcome,
    Status,
)
from edge_signer.execution.sandbox.protocol import (
    CODE,
    CODE_FOLLOWS,
    CONTROL,
    NOT_CONFINED,
    STDERR,
    STDOUT,
    STOP,
    STOPS_WITHIN_S,
    UNUSABLE_CODE,
    ToCompile,
    UnusableCodeError,
    decoded,
)

# Threads that only wait; the memory of a worker is limited.
_WATCHERS_STACK_BYTES = 256 * 1024


def serve_order(runtime: Runtime) -> NoReturn:
    """Confine this process, wait for an order, carry it out, report, and exit."""
    try:
        confine()
    except OSError:
        os._exit(NOT_CONFINED)
    runtime.rehearse()
    try:
        order = decoded(lambda buffer: os.readv(CONTROL, [buffer]))
    except EOFError:
        os._exit(0)
    report = _Report()
    threading.stack_size(_WATCHERS_STACK_BYTES)
    if isinstance(order, ToCompile):
        _compile(runtime, order, report)
    threading.Thread(target=_stop_when_told, args=(runtime, order.job, report), daemon=True).start()
    try:
        ended = runtime.run(order)
    except UnusableCodeError:
        os.write(CONTROL, UNUSABLE_CODE)
        os._exit(0)
    report.send(ended)


def _compile(runtime: Runtime, order: ToCompile, report: _Report) -> NoReturn:
    """Compile a module within its time, report, and exit."""
    threading.Thread(target=_give_up, args=(order.cpu_s, report), daemon=True).start()
    made = runtime.compile(order.wasm)
    if isinstance(made, GuestOutcome):
        report.send(made)
    report.send_code(made)


def _give_up(cpu_s: float, report: _Report) -> NoReturn:
    """Report that compiling took too long, when this process has used so much processor time."""
    ends_s = time.process_time() + cpu_s
    while (left_s := ends_s - time.process_time()) > 0:
        time.sleep(left_s)
    report.send(GuestOutcome(Status.COMPILE_LIMIT, detail=COMPILING_TOOK_TIME))


class _Report:
    """Reports how the guest ended: the first of two threads that wants to."""

    def __init__(self) -> None:
        self._first = threading.Lock()

    def send(self, outcome: GuestOutcome) -> NoReturn:
        """Report and exit."""
        # Never given back: the other thread waits until the process exits.
        self._first.acquire()
        # The parent must see the end of both streams without waiting for this process to end.
        os.close(STDOUT)
        os.close(STDERR)
        os.write(CONTROL, outcome.encode() + b"\n")
        os._exit(0)

    def send_code(self, code: bytearray) -> NoReturn:
        """Report compiled code and exit."""
        self._first.acquire()
        os.write(CONTROL, CODE_FOLLOWS.pack(CODE, len(code)))
        unsent = memoryview(code)
        while unsent:
            unsent = unsent[os.write(CONTROL, unsent) :]
        os._exit(0)


def _stop_when_told(runtime: Runtime, job: Job, report: _Report) -> None:
    """Stop the guest when the parent says so; report its fuel if it does not end by itself."""
    try:
        if os.read(CONTROL, len(STOP)) != STOP:
            return
        runtime.stop()
        time.sleep(STOPS_WITHIN_S)
        outcome = GuestOutcome(Status.TIMEOUT, fuel_used=runtime.fuel_used(job))
    except Exception:
        # The parent waits for a report, whatever it says of fuel.
        outcome = GuestOutcome(Status.TIMEOUT)
    report.send(outcome)
