"""The process that forks workers ahead of their jobs, and sees to their end.

Run as `python -m edge_signer.execution.sandbox.zygote <descriptor>`. The descriptor is a socket of
packets. A packet in is an order for one worker; the packet out has its process identifier and
five descriptors, or none of them if it could not be forked:

1. the socket on which the worker takes its job and reports,
2. its lifeline: when that is closed, the worker is killed; when the worker ends, its status comes,
3. where its standard input is written,
4. and 5. where its standard output and standard error are read.

A fresh program rather than a fork of its parent: that has threads, and credentials in its memory.
It ends when its socket is closed, and its workers with it.
"""

from __future__ import annotations

import gc
import os
import selectors
import signal
import socket
import sys
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from edge_signer.execution.sandbox import worker
from edge_signer.execution.sandbox.guest import Runtime
from edge_signer.execution.sandbox.kernel import die_with_parent, forbid_inspection
from edge_signer.execution.sandbox.worker_protocol import (
    CONTROL,
    FAILED,
    NOT_CONFINED,
    NOT_FORKED,
    PID,
    STATUS,
    STREAMS,
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
        runtime: What every worker begins with.
    """

    def __init__(self, orders: socket.socket, runtime: Runtime) -> None:
        self._orders = orders
        self._runtime = runtime
        self._alive: set[_Worker] = set()
        self._selector = selectors.DefaultSelector()

    def serve(self) -> None:
        """Work until the parent closes its end or is no more."""
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
            # Closed while workers were on the way.
            return False

    def _answer_order(self) -> None:
        # A parent that is gone is heard of at the next look at the socket.
        with suppress(BrokenPipeError, ConnectionResetError):
            try:
                self._hire()
            except BlockingIOError:
                self._orders.send(NOT_FORKED)

    def _hire(self) -> None:
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
            hired = _Worker(pid, os.pidfd_open(pid), own_lifeline)
            self._alive.add(hired)
            self._selector.register(hired.lifeline, selectors.EVENT_READ, hired)
            self._selector.register(hired.pidfd, selectors.EVENT_READ, hired)
            theirs = [control.fileno(), lifeline.fileno(), stdin, stdout, stderr]
            socket.send_fds(self._orders, [PID.pack(pid)], theirs)

    def _become_worker(self, zygote_pid: int, ends: Iterable[int]) -> None:
        try:
            os.setsid()
            die_with_parent(zygote_pid)
            for number, end in enumerate(ends):
                os.dup2(end, number)
            # Other workers' descriptors are among them, and the way to the parent.
            os.closerange(CONTROL + 1, os.sysconf("SC_OPEN_MAX"))
            worker.serve(self._runtime)
        finally:
            os._exit(FAILED)

    def _end(self, one: _Worker, *, by_itself: bool) -> None:
        """Reap a worker, and tell its status to whoever still holds its lifeline."""
        if not by_itself:
            os.kill(one.pid, signal.SIGKILL)
        # Its session, if there is anything in it; as long as it is not reaped, the number is its.
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
            one.lifeline.send(STATUS.pack(status))

    def _kill_all(self) -> None:
        for one in set(self._alive):
            self._end(one, by_itself=False)


def main() -> None:
    """Serve the socket that the command line names."""
    orders = socket.socket(fileno=int(sys.argv[1]))
    # Where memory runs short, this is what the kernel should take.
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
    forbid_inspection()
    zygote = Zygote(orders, Runtime())
    if len(os.listdir("/proc/self/task")) != 1:
        raise RuntimeError("a fork would lack the threads that the runtime has started")
    # What is never collected is never written, and stays shared with the workers.
    gc.disable()
    gc.freeze()
    zygote.serve()


if __name__ == "__main__":
    main()
