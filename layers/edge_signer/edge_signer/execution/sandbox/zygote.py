"""The process that forks workers before their jobs arrive, and reaps them.

Run as `python -m edge_signer.execution.sandbox.zygote <descriptor>`. The descriptor is a packet
socket. Each incoming packet orders one worker. The outgoing packet has the worker's process
identifier and five descriptors, or NOT_FORKED and none if the fork failed:

1. the socket on which the worker receives its job and reports,
2. its lifeline: closing it kills the worker; when the worker ends, its wait status arrives on it,
3. the write end of its standard input,
4. and 5. the read ends of its standard output and standard error.

The zygote is a fresh program rather than a fork of its parent, because the parent has threads, and
credentials in its memory. It ends with its workers when its socket is closed.
"""

from __future__ import annotations

import gc
import os
import selectors
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from edge_signer.execution.job import Job
from edge_signer.execution.sandbox.confinement import confine, die_with_parent, forbid_inspection
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
    FAILED,
    NOT_CONFINED,
    NOT_FORKED,
    PID,
    STDERR,
    STDOUT,
    STOP,
    STOPS_WITHIN_S,
    STREAMS,
    UNUSABLE_CODE,
    WAIT_STATUS,
    ToCompile,
    UnusableCodeError,
    decoded,
)

# It only waits, and the memory of a worker is limited.
_WATCHERS_STACK_BYTES = 256 * 1024
_COMPILED_TOO_LONG = (
    "its time ran out in the compiler: raise requirements.timeout_seconds or build a smaller module"
)


@dataclass(frozen=True)
class _Worker:
    pid: int
    pidfd: int
    lifeline: socket.socket


class Zygote:
    """Forks and reaps workers for one parent.

    Args:
        orders: The socket to the parent.
        runtime: Every worker starts with a copy.
    """

    def __init__(self, orders: socket.socket, runtime: Runtime) -> None:
        self._orders = orders
        self._runtime = runtime
        self._alive: set[_Worker] = set()
        self._selector = selectors.DefaultSelector()

    def serve(self) -> None:
        """Serve until the parent closes its end or dies."""
        self._selector.register(self._orders, selectors.EVENT_READ)
        while True:
            for key, _ in self._selector.select():
                if key.data is None:
                    if not self._has_order():
                        self._kill_all()
                        return
                    self._answer_order()
                elif key.data in self._alive:
                    self._end(key.data, by_itself=key.fd == key.data.pidfd)

    def _has_order(self) -> bool:
        try:
            return bool(self._orders.recv(1))
        except ConnectionResetError:
            # Closed while workers were in transit.
            return False

    def _answer_order(self) -> None:
        # If the parent is gone, the next read of the socket says so.
        with suppress(BrokenPipeError, ConnectionResetError):
            try:
                self._fork_worker()
            except BlockingIOError:
                self._orders.send(NOT_FORKED)

    def _fork_worker(self) -> None:
        with ExitStack() as opened:

            def pair() -> tuple[socket.socket, socket.socket]:
                both = socket.socketpair()
                opened.callback(both[0].close)
                return both

            control, workers_control = pair()
            opened.callback(workers_control.close)
            lifeline, own_lifeline = pair()
            pipes = []
            for _ in STREAMS:
                pipes.append(os.pipe())
                opened.callback(os.close, pipes[-1][0])
                opened.callback(os.close, pipes[-1][1])
            (workers_stdin, stdin), (stdout, workers_stdout), (stderr, workers_stderr) = pipes
            ends = (workers_stdin, workers_stdout, workers_stderr, workers_control.fileno())
            zygote_pid = os.getpid()
            pid = os.fork()
            if pid == 0:
                self._become_worker(zygote_pid, ends)
            forked = _Worker(pid, os.pidfd_open(pid), own_lifeline)
            self._alive.add(forked)
            self._selector.register(forked.lifeline, selectors.EVENT_READ, forked)
            self._selector.register(forked.pidfd, selectors.EVENT_READ, forked)
            theirs = [control.fileno(), lifeline.fileno(), stdin, stdout, stderr]
            socket.send_fds(self._orders, [PID.pack(pid)], theirs)

    def _become_worker(self, zygote_pid: int, ends: Iterable[int]) -> None:
        try:
            os.setsid()
            die_with_parent(zygote_pid)
            for number, end in enumerate(ends):
                os.dup2(end, number)
            # They include other workers' descriptors and the socket to the parent.
            os.closerange(CONTROL + 1, os.sysconf("SC_OPEN_MAX"))
            _serve_order(self._runtime)
        finally:
            os._exit(FAILED)

    def _end(self, one: _Worker, *, by_itself: bool) -> None:
        """Reap a worker, and send its wait status to the holder of its lifeline."""
        if not by_itself:
            os.kill(one.pid, signal.SIGKILL)
        # The rest of its session, if any. Until it is reaped, no other process has its number.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(one.pid, signal.SIGKILL)
        _, status = os.waitpid(one.pid, 0)
        if os.waitstatus_to_exitcode(status) == NOT_CONFINED:
            print("jobs: this host does not let a process confine itself", file=sys.stderr)
        self._alive.remove(one)
        self._selector.unregister(one.pidfd)
        self._selector.unregister(one.lifeline)
        os.close(one.pidfd)
        with one.lifeline, suppress(OSError):
            one.lifeline.send(WAIT_STATUS.pack(status))

    def _kill_all(self) -> None:
        for one in set(self._alive):
            self._end(one, by_itself=False)


def _serve_order(runtime: Runtime) -> NoReturn:
    """As a worker: wait for an order, carry it out, report, and exit."""
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
        ended = runtime.run(order.job, order.code)
    except UnusableCodeError:
        os.write(CONTROL, UNUSABLE_CODE)
        os._exit(0)
    report.send(ended)


def _compile(runtime: Runtime, order: ToCompile, report: _Report) -> NoReturn:
    """As a worker: compile a module within its time, report, and exit."""
    threading.Thread(target=_give_up, args=(order.cpu_s, report), daemon=True).start()
    made = runtime.compile(order.wasm, counts_fuel=order.counts_fuel)
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
        fuel_used = runtime.fuel_used(job)
        detail = _COMPILED_TOO_LONG if fuel_used is None else ""
        outcome = GuestOutcome(Status.TIMEOUT, fuel_used=fuel_used, detail=detail)
    except Exception:
        # The parent waits for a report, whatever it says of fuel.
        outcome = GuestOutcome(Status.TIMEOUT)
    report.send(outcome)


def main() -> None:
    """Serve the socket whose descriptor is the first argument."""
    orders = socket.socket(fileno=int(sys.argv[1]))
    # If memory runs short, the kernel should kill this process first.
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
    forbid_inspection()
    zygote = Zygote(orders, Runtime())
    if len(os.listdir("/proc/self/task")) != 1:
        raise RuntimeError("a fork would lack the threads that the runtime has started")
    # Without garbage collection, pages are not written and stay shared with the workers.
    gc.disable()
    gc.freeze()
    zygote.serve()


if __name__ == "__main__":
    main()
