"""Runs functions as Lambda does: workers start on first use, are reused, and replaced when dead."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from emulator.functions.function import Function
from emulator.functions.worker import Invocation, LambdaWorker, Outcome
from emulator.functions.worker_processes import WorkerProcesses

DEFAULT_CONCURRENCY = 8


class ThrottledError(Exception):
    """One function has too many invocations at once."""


class LambdaRuntime:
    """The functions of one stack.

    Args:
        functions: The functions by ARN.
        aws_endpoint: The URL at which AWS's services answer.
        logs: The directory for the functions' logs.
        notice: Gets one line about problems, such as a dead worker.
        concurrency: How many workers a function may have at once.
        interpreter: The Python of the workers; None for this process's own.
    """

    def __init__(
        self,
        functions: Mapping[str, Function],
        aws_endpoint: str,
        logs: Path,
        notice: Callable[[str], None],
        concurrency: int = DEFAULT_CONCURRENCY,
        interpreter: Path | None = None,
    ) -> None:
        self._processes = WorkerProcesses()
        logs.mkdir(parents=True, exist_ok=True)
        self._pools: dict[str, _Pool] = {}
        for arn, function in functions.items():
            log = logs / f"{function.name}.log"
            new_worker = partial(
                LambdaWorker, function, self._processes, aws_endpoint, log, interpreter
            )
            self._pools[arn] = _Pool(function, new_worker, log, notice, concurrency)

    async def start(self) -> None:
        """Prepare; no function starts before its first invocation."""
        await self._processes.start()

    async def invoke(self, arn: str, invocation: Invocation) -> Outcome:
        """Run the function of an ARN.

        Raises:
            ThrottledError: The function is at its limit of concurrent invocations.
        """
        return await self._pools[arn].invoke(invocation)

    async def close(self) -> None:
        """Kill every worker."""
        await asyncio.gather(*(pool.close() for pool in self._pools.values()))
        await self._processes.close()


class _Pool:
    """The workers of one function."""

    def __init__(
        self,
        function: Function,
        new_worker: Callable[[], LambdaWorker],
        log: Path,
        notice: Callable[[str], None],
        concurrency: int,
    ) -> None:
        self._function = function
        # More at once would only slow each other, and what runs.
        self._starts = asyncio.Semaphore(os.cpu_count() or 1)
        self._new_worker = new_worker
        self._log = log
        self._notice = notice
        reserved = function.reserved_concurrency
        self._slots = asyncio.Semaphore(concurrency if reserved is None else reserved)
        self._idle: list[LambdaWorker] = []
        self._workers: set[LambdaWorker] = set()

    async def invoke(self, invocation: Invocation) -> Outcome:
        async with self._slot():
            worker, init_error = await self._worker()
            if init_error:
                self._notice(f"{self._function.name} cannot start: {init_error} ({self._log})")
                return Outcome(error=init_error)
            outcome = await worker.invoke(invocation)
            if worker.is_alive:
                self._idle.append(worker)
            else:
                self._workers.discard(worker)
                await worker.close()
            if outcome.error:
                self._notice(f"{self._function.name}: {outcome.error} ({self._log})")
            return outcome

    async def close(self) -> None:
        await asyncio.gather(*(worker.close() for worker in self._workers))

    @asynccontextmanager
    async def _slot(self) -> AsyncIterator[None]:
        """Wait for one of the concurrent invocations.

        Lambda throttles at once when a function's reserved concurrency is used up. The laptop's own
        limit is far below an account's, so there an invocation waits for up to its timeout.
        """
        if self._function.reserved_concurrency is not None and self._slots.locked():
            raise ThrottledError(self._function.name)
        try:
            await asyncio.wait_for(self._slots.acquire(), self._function.timeout_s)
        except TimeoutError as error:
            raise ThrottledError(self._function.name) from error
        try:
            yield
        finally:
            self._slots.release()

    async def _worker(self) -> tuple[LambdaWorker, str]:
        """Return the worker that was used last, or start one; with the reason if that fails."""
        if (idle := await self._idle_worker()) is not None:
            return idle, ""
        async with self._starts:
            # One may have become idle meanwhile.
            if (idle := await self._idle_worker()) is not None:
                return idle, ""
            worker = self._new_worker()
            self._workers.add(worker)
            init_error = await worker.start()
        if init_error:
            self._workers.discard(worker)
        return worker, init_error

    async def _idle_worker(self) -> LambdaWorker | None:
        while self._idle:
            worker = self._idle.pop()
            if worker.is_alive:
                return worker
            self._workers.discard(worker)
            await worker.close()
            self._notice(f"{self._function.name}: an idle worker died and is replaced")
        return None
