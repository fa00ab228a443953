"""Runs jobs, each in its own process, which was forked before the job arrived.

A module is compiled once, by a process that never runs it; see `code_cache.py`.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

from edge_signer.execution.errors import SandboxUnavailableError
from edge_signer.execution.job import Job
from edge_signer.execution.sandbox.code_cache import CodeCache, CodeKey, CodeShelf, Turns
from edge_signer.execution.sandbox.compiling import COMPILE_CPU_S, compile_in
from edge_signer.execution.sandbox.outcome import GuestOutcome, Outcome
from edge_signer.execution.sandbox.protocol import UnusableCodeError
from edge_signer.execution.sandbox.running import run_in
from edge_signer.execution.sandbox.workers import Worker, Workers

#: A job that would end later, because its module had to be compiled, is not begun: API Gateway
#: gives up 29 s after the request arrived, and the result must be signed and stored first.
LATEST_END_S = 27.0


@dataclass(frozen=True)
class _Made:
    """What compiling gave.

    Attributes:
        code: The code; or how the job ends, if it cannot run.
        compile_time_ms: How long it took; None if it was compiled before.
    """

    code: bytearray | GuestOutcome
    compile_time_ms: int | None = None


class Sandbox:
    """Runs jobs from any number of threads; as many run at once as there are processors.

    Args:
        at_once: How many jobs may run, or modules be compiled, at once; by default one per
            processor of this process.
        shelf: Keeps compiled code beyond this process; None to compile again in each.
        compile_cpu_s: Processor time in seconds that compiling a module may take.
    """

    def __init__(
        self,
        at_once: int | None = None,
        shelf: CodeShelf | None = None,
        compile_cpu_s: float = COMPILE_CPU_S,
    ) -> None:
        at_once = at_once or len(os.sched_getaffinity(0))
        self._places = threading.BoundedSemaphore(at_once)
        self._workers = Workers(at_most_ahead=at_once)
        self._cache = CodeCache()
        self._shelf = shelf
        self._turns = Turns()
        self._compile_cpu_s = compile_cpu_s
        # While the function starts. If that fails, the first job raises the error.
        self._prepare_next()

    def execute(self, job: Job) -> Outcome:
        """Compile a job's module, unless that was done before, and run it, however it ends.

        Raises:
            SandboxUnavailableError: The sandbox failed, or compiling left too little time. The
                job's outcome is unknown; it may be tried again.
        """
        key = CodeKey.of(job)
        began_s = time.monotonic()
        found = self._cache.find(key) or self._shelved(key)
        made = _Made(found) if found else self._compiled(key, job.wasm)
        try:
            return self._run(job, made, began_s)
        except UnusableCodeError:
            # Of a wasmtime before this one, or for a processor with other features.
            self._cache.drop(key)
        made = self._compiled(key, job.wasm)
        try:
            return self._run(job, made, began_s)
        except UnusableCodeError as failure:
            raise SandboxUnavailableError("the compiled module cannot be loaded") from failure

    def close(self) -> None:
        """End all processes and wait for them; running jobs fail."""
        self._workers.close()

    def _run(self, job: Job, made: _Made, began_s: float) -> Outcome:
        taken_s = time.monotonic() - began_s
        if isinstance(made.code, GuestOutcome):
            return Outcome(
                **vars(made.code),
                stdout=b"",
                stderr=b"",
                wall_time_ms=int(taken_s * 1000),
                limits=job.limits,
                compile_time_ms=made.compile_time_ms,
            )
        if taken_s + job.limits.timeout_seconds > LATEST_END_S:
            raise SandboxUnavailableError(
                f"compiling took {taken_s:.0f} s; the module is compiled now, send the job again",
                retry_after_s=1,
            )
        with self._worker() as worker:
            ended = run_in(worker, job, made.code)
        return replace(ended, compile_time_ms=made.compile_time_ms)

    def _shelved(self, key: CodeKey) -> bytearray | None:
        code = self._shelf.find(key) if self._shelf is not None else None
        if code is not None:
            self._cache.keep(key, code)
        return code

    def _compiled(self, key: CodeKey, wasm: bytes) -> _Made:
        with self._turns.of(key.tenant_id):
            # Another job of the tenant may have had it compiled meanwhile.
            code = self._cache.find(key)
            if code is not None:
                return _Made(code)
            with self._worker() as worker:
                began_s = time.monotonic()
                compiled = compile_in(
                    worker, wasm, counts_fuel=key.counts_fuel, cpu_s=self._compile_cpu_s
                )
                took_ms = int((time.monotonic() - began_s) * 1000)
            if isinstance(compiled, GuestOutcome):
                return _Made(compiled, took_ms)
            self._cache.keep(key, compiled)
        if self._shelf is not None:
            self._shelf.keep(key, compiled)
        return _Made(compiled, took_ms)

    @contextmanager
    def _worker(self) -> Iterator[Worker]:
        with self._places:
            worker = self._workers.take()
            try:
                yield worker
            finally:
                worker.dismiss()
                self._prepare_next()

    def _prepare_next(self) -> None:
        with suppress(SandboxUnavailableError):
            self._workers.order_ahead()
