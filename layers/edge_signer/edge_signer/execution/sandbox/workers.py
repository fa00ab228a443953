"""Workers as the parent sees them, and the one place that they come from."""

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
from edge_signer.execution.sandbox.kernel import forbid_inspection
from edge_signer.execution.sandbox.worker_protocol import NOT_FORKED, PID, STREAMS

ZYGOTE = "edge_signer.execution.sandbox.zygote"
# Importing wasmtime takes a twentieth of a second, more where the disk is cold.
ZYGOTE_PATIENCE_S = 15.0
# It has then killed and reaped its workers, unless it hangs.
ZYGOTE_END_S = 2.0
# Lambda's interpreter does not find its own library without the one.
INHERITED_VARIABLES = ("LD_LIBRARY_PATH",)


@dataclass(frozen=True)
class Worker:
    """A process that waits for a job; it is killed when its lifeline is closed.

    Args:
        pid: Its process identifier.
        control: Where it takes its job and reports.
        lifeline: Where its status comes when it has ended.
        stdin: Where its standard input is written, without waiting.
        stdout: What it writes to standard output.
        stderr: What it writes to standard error.
    """

    pid: int
    control: socket.socket
    lifeline: socket.socket
    stdin: FileIO
    stdout: FileIO
    stderr: FileIO

    def is_waiting(self) -> bool:
        """Whether it still lives, as far as can be told."""
        readable, _, _ = select([self.lifeline, self.control], [], [], 0)
        return not readable

    def dismiss(self) -> None:
        """Let go of it, which ends it."""
        for one in (self.lifeline, self.control, self.stdin, self.stdout, self.stderr):
            one.close()


class Workers:
    """Workers forked ahead, by a process that was started for nothing else.

    Orders and workers queue in the socket to it, so nobody waits for a worker that was ordered in
    time. Where that process has died, the next who needs a worker starts another.

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
        """See to it that a worker will be waiting, without waiting for it.

        Raises:
            SandboxUnavailableError: This host lets no such process start.
        """
        with self._lock:
            if self._ahead < self._at_most_ahead:
                self._order()

    def take(self) -> Worker:
        """Give a worker that nobody else has.

        Raises:
            SandboxUnavailableError: None can be had.
        """
        with self._lock:
            # Those whose zygote was killed are dead and still queue; after them comes the end.
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
            "no confined process could be made for the job", retry_after_s=1
        )

    def close(self) -> None:
        """End all workers, and wait for the end of the process that they come from."""
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
    """The variables that workers can see: where modules are, and none of this process's secrets."""
    paths = [os.path.abspath(one) for one in sys.path if one]
    inherited = {name: os.environ[name] for name in INHERITED_VARIABLES if name in os.environ}
    return inherited | {"PYTHONPATH": os.pathsep.join(paths)}
