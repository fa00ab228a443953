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
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from edge_signer.execution.sandbox.confinement import die_with_parent, forbid_inspection
from edge_signer.execution.sandbox.guest import Runtime
from edge_signer.execution.sandbox.protocol import (
    CONTROL,
    FAILED,
    NOT_CONFINED,
    NOT_FORKED,
    PID,
    STREAMS,
    WAIT_STATUS,
)
from edge_signer.execution.sandbox.worker import serve_order


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
            serve_order(self._runtime)
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
