"""Workers as the parent sees them, and the zygote that forks them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass
from io import FileIO
from select import select

from edge_signer.execution.errors import SandboxUnavailableError
from edge_signer.execution.sandbox.confinement import forbid_inspection
from edge_signer.execution.sandbox.protocol import NOT_FORKED, PID, STREAMS

ZYGOTE = "edge_signer.execution.sandbox.zygote"
# Importing wasmtime takes 50 ms, and longer from a cold disk.
ZYGOTE_PATIENCE_S = 15.0
# Within this time it kills and reaps its workers, unless it hangs.
ZYGOTE_END_S = 2.0
# Lambda's interpreter does not find its own library without it.
INHERITED_VARIABLES = ("LD_LIBRARY_PATH",)


@dataclass(frozen=True)
class Worker:
    """A process that waits for a job. Closing its lifeline kills it.

    Args:
        pid: Its process identifier.
        control: On which it receives its job and reports.
        lifeline: Receives its wait status when it has ended.
        stdin: Its standard input; non-blocking.
        stdout: Its standard output.
        stderr: Its standard error.
    """

    pid: int
    control: socket.socket
    lifeline: socket.socket
    stdin: FileIO
    stdout: FileIO
    stderr: FileIO

    def is_waiting(self) -> bool:
        """Whether it is still alive, as far as the parent can see."""
        readable, _, _ = select([self.lifeline, self.control], [], [], 0)
        return not readable

    def dismiss(self) -> None:
        """Close its descriptors, which ends it."""
        for one in (self.lifeline, self.control, self.stdin, self.stdout, self.stderr):
            one.close()


class Workers:
    """Workers that the zygote forks before their jobs arrive.

    Orders and workers queue in the socket to the zygote, so nobody waits for a worker that was
    ordered in time. If the zygote has died, the next call starts another.

    Args:
        at_most_ahead: How many may wait for a job.
    """

    def __init__(self, at_most_ahead: int) -> None:
        self._at_most_ahead = at_most_ahead
        self._lock = threading.Lock()
        self._zygote: subprocess.Popen[bytes] | None = None
        self._orders: socket.socket | None = None
        self._ahead = 0

    def order_ahead(self) -> None:
        """Order a worker, unless enough are ordered, without waiting for it.

        Raises:
            SandboxUnavailableError: The zygote cannot start on this host.
        """
        with self._lock:
            if self._ahead < self._at_most_ahead:
                self._order()

    def take(self) -> Worker:
        """Take a worker for one job.

        Raises:
            SandboxUnavailableError: No worker can be started.
        """
        with self._lock:
            # After a zygote was killed, its dead workers are still queued, then comes the end.
            for _ in range(self._at_most_ahead + 3):
                if self._ahead == 0:
                    self._order()
                worker = self._receive()
                if worker is None:
                    self._end_zygote()
                elif worker.is_waiting():
                    return worker
                else:
                    worker.dismiss()
        raise SandboxUnavailableError(
            "no confined process could be started for the job", retry_after_s=1
        )

    def close(self) -> None:
        """End all workers and the zygote, and wait for it."""
        with self._lock:
            self._end_zygote()

    def _order(self) -> None:
        orders = self._orders or self._start_zygote()
        try:
            orders.send(b"w")
            self._ahead += 1
        except OSError:
            self._end_zygote()

    def _receive(self) -> Worker | None:
        if self._orders is None:
            return None
        try:
            packet, descriptors, _, _ = socket.recv_fds(
                self._orders, PID.size, 2 + len(STREAMS), flags=socket.MSG_CMSG_CLOEXEC
            )
        except OSError:
            return None
        self._ahead -= 1
        if len(packet) != PID.size or packet == NOT_FORKED or len(descriptors) != 2 + len(STREAMS):
            for descriptor in descriptors:
                os.close(descriptor)
            return None
        control, lifeline = (socket.socket(fileno=one) for one in descriptors[:2])
        stdin, stdout, stderr = descriptors[2:]
        os.set_blocking(stdin, False)
        return Worker(
            pid=PID.unpack(packet)[0],
            control=control,
            lifeline=lifeline,
            stdin=FileIO(stdin, "w"),
            stdout=FileIO(stdout),
            stderr=FileIO(stderr),
        )

    def _start_zygote(self) -> socket.socket:
        self._ahead = 0
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.settimeout(ZYGOTE_PATIENCE_S)
        try:
            forbid_inspection()
            with theirs:
                self._zygote = subprocess.Popen(  # noqa: S603 - our own arguments
                    [sys.executable, "-P", "-m", ZYGOTE, str(theirs.fileno())],
                    env=zygote_environment(),
                    cwd="/",
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    pass_fds=[theirs.fileno()],
                    start_new_session=True,
                )
        except OSError as failure:
            ours.close()
            raise SandboxUnavailableError("this host cannot confine jobs") from failure
        self._orders = ours
        return ours

    def _end_zygote(self) -> None:
        if self._orders is not None:
            self._orders.close()
            self._orders = None
        if self._zygote is not None:
            try:
                self._zygote.wait(ZYGOTE_END_S)
            except subprocess.TimeoutExpired:
                self._zygote.kill()
                self._zygote.wait()
            self._zygote = None
        self._ahead = 0


def zygote_environment() -> dict[str, str]:
    """The environment of the zygote and its workers: module paths, but no secrets."""
    paths = [os.path.abspath(one) for one in sys.path if one]
    inherited = {name: os.environ[name] for name in INHERITED_VARIABLES if name in os.environ}
    return inherited | {"PYTHONPATH": os.pathsep.join(paths)}
