"""One execution environment: AWS's own runtime client in a process, and its Runtime API.

Follows the Lambda developer guide, "Using the Lambda runtime API for custom runtimes". Each worker
has its own endpoint, as on AWS, so a stray worker can neither take nor answer another one's
invocation.
"""

import asyncio
import json
import socket
import sys
import time
from collections.abc import Awaitable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emulator.functions.function import Function, worker_environment
from emulator.functions.worker_processes import WorkerProcesses, has_exited
from emulator.http.message import Request, Response, json_response
from emulator.http.server import HttpServer

_API = "/2018-06-01/runtime"
_ACCEPTED = json_response(202, b'{"status":"OK"}')
# Lambda's limit on a synchronous response, with room for the error document around it.
_MAX_RESPONSE_BYTES = 6 * 1024 * 1024 + 100 * 1024
# Lambda allows an init this long, then repeats it within the function's timeout.
_INIT_TIMEOUT_S = 10.0


@dataclass(frozen=True)
class Invocation:
    """One event on its way to a function.

    Attributes:
        payload: The event as JSON.
        trace_id: The X-Ray trace header.
        request_id: Lambda's own id of the invocation.
    """

    payload: bytes
    trace_id: str
    request_id: str


@dataclass(frozen=True)
class Outcome:
    """How an invocation ended.

    Attributes:
        payload: The handler's answer as JSON, or the error document.
        error: Empty for success; else the error in one line.
        timed_out: Whether the worker was killed because of a timeout.
    """

    payload: bytes = b""
    error: str = ""
    timed_out: bool = False


class LambdaWorker:
    """A worker that takes one invocation at a time.

    Args:
        function: The function that it runs.
        processes: Starts and kills its process.
        aws_endpoint: The URL at which AWS's services answer.
        log: File for its output.
        interpreter: The Python that has awslambdaric; None for this process's own.
    """

    def __init__(
        self,
        function: Function,
        processes: WorkerProcesses,
        aws_endpoint: str,
        log: Path,
        interpreter: Path | None = None,
    ) -> None:
        self._function = function
        self._interpreter = str(interpreter or sys.executable)
        self._processes = processes
        self._aws_endpoint = aws_endpoint
        self._log = log
        self._server = HttpServer(self._serve, _MAX_RESPONSE_BYTES)
        self._process: asyncio.subprocess.Process | None = None
        self._exit: asyncio.Task[int] | None = None
        self._asks_for_work = asyncio.Event()
        self._given: asyncio.Future[tuple[Invocation, int]] | None = None
        self._answer: asyncio.Future[Outcome] | None = None
        self._init_error = ""

    @property
    def is_alive(self) -> bool:
        """Return whether the process runs; a dead worker is never used again."""
        if self._process is None or self._exit is None or self._exit.done():
            return False
        return not has_exited(self._process.pid)

    async def start(self) -> str:
        """Start the process and wait until its handler is imported.

        Returns:
            Empty, or in one line why the function cannot be initialised.
        """
        listener = socket.create_server(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        await self._server.start(listener)
        self._process = await self._processes.spawn(
            [self._interpreter, "-m", "awslambdaric", self._function.handler],
            worker_environment(self._function, f"127.0.0.1:{port}", self._aws_endpoint),
            self._function.code,
            self._log,
        )
        self._exit = asyncio.create_task(self._process.wait())
        patience_s = _INIT_TIMEOUT_S + self._function.timeout_s
        if await self._first(self._asks_for_work.wait(), patience_s):
            return ""
        died = self._exit.done()
        await self.close()
        if self._init_error:
            return self._init_error
        return "it exited" if died else f"it took longer than {patience_s:.0f} s"

    async def invoke(self, invocation: Invocation) -> Outcome:
        """Run one invocation on a worker that is not busy; kill it after the function's timeout."""
        loop = asyncio.get_running_loop()
        started = time.monotonic()
        timeout_s = self._function.timeout_s
        self._answer = loop.create_future()
        deadline_ms = int((time.time() + timeout_s) * 1000)
        # The runtime asks for its next event a moment after its last answer.
        if await self._first(self._asks_for_work.wait(), timeout_s) and self._given is not None:
            self._asks_for_work.clear()
            self._given.set_result((invocation, deadline_ms))
            await self._first(
                asyncio.shield(self._answer), timeout_s - (time.monotonic() - started)
            )
        if self._answer.done():
            return self._answer.result()
        died = not self.is_alive
        await self.close()
        if died and self._process is not None:
            return Outcome(error=f"Runtime.ExitError: {_exit_reason(self._process.returncode)}")
        return Outcome(
            error=f"Sandbox.Timedout: Task timed out after {timeout_s:.2f} seconds", timed_out=True
        )

    async def close(self) -> None:
        """Kill the process and close its Runtime API."""
        if self._process is not None:
            await self._processes.kill(self._process)
        await self._server.close()

    async def _first(self, event: Awaitable[Any], seconds: float) -> bool:
        """Wait for an event, the process's end or the timeout; return whether it was the event."""
        waiting = asyncio.ensure_future(event)
        others = {self._exit} if self._exit is not None else set()
        await asyncio.wait({waiting, *others}, timeout=seconds, return_when="FIRST_COMPLETED")
        if waiting.done():
            return True
        waiting.cancel()
        return False

    async def _serve(self, request: Request) -> Response:
        call = request.path.removeprefix(_API)
        if request.method == "GET" and call == "/invocation/next":
            return await self._next()
        if request.method == "POST" and call == "/init/error":
            self._init_error = _error_line(request.body)
            return _ACCEPTED
        if request.method == "POST" and call.startswith("/invocation/"):
            is_error = call.endswith("/error")
            outcome = Outcome(request.body, _error_line(request.body) if is_error else "")
            if self._answer is not None and not self._answer.done():
                self._answer.set_result(outcome)
            return _ACCEPTED
        return json_response(404, b'{"errorMessage":"no such call","errorType":"NotFound"}')

    async def _next(self) -> Response:
        self._given = asyncio.get_running_loop().create_future()
        self._asks_for_work.set()
        invocation, deadline_ms = await self._given
        return json_response(
            200,
            invocation.payload,
            (
                ("Lambda-Runtime-Aws-Request-Id", invocation.request_id),
                ("Lambda-Runtime-Deadline-Ms", str(deadline_ms)),
                ("Lambda-Runtime-Invoked-Function-Arn", self._function.arn),
                ("Lambda-Runtime-Trace-Id", invocation.trace_id),
            ),
        )


def _error_line(document: bytes) -> str:
    """Return Lambda's error document as one line."""
    try:
        error = json.loads(document)
        return " ".join(f"{error['errorType']}: {error['errorMessage']}".split())
    except (ValueError, TypeError, KeyError):
        return "Runtime.Unknown: the runtime reported an error that is not an error document"


def _exit_reason(return_code: int | None) -> str:
    if return_code is not None and return_code < 0:
        return f"the worker was killed by signal {-return_code}"
    return f"the worker exited with status {return_code}"
