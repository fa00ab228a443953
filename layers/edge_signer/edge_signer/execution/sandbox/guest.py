"""Runs a WASI preview1 command."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import cast

from wasmtime import Func, Module, Store, Trap, TrapCode, WasiConfig, WasmtimeError, wat2wasm

from edge_signer.execution.job import Job
from edge_signer.execution.limits import Requirements, effective_limits
from edge_signer.execution.sandbox.compiler import compiled
from edge_signer.execution.sandbox.engine import GuestEngine
from edge_signer.execution.sandbox.guest_memory import GuestMemory
from edge_signer.execution.sandbox.host_functions import HostFunctions
from edge_signer.execution.sandbox.interruptible import (
    StoppedError,
    allow_stops,
    call,
    instantiate,
)
from edge_signer.execution.sandbox.link_faults import (
    MAX_TABLE_ELEMENTS,
    MAX_TABLES,
    instantiation_fault,
    is_over_limit,
    shortened,
)
from edge_signer.execution.sandbox.outcome import LARGEST_GUEST_EXIT_CODE, GuestOutcome, Status
from edge_signer.execution.sandbox.protocol import STDERR, ToRun

PROGRAM_NAME = "job"
# wasmtime begins the message so if a host function failed; the rest has names of the module.
_IN_A_HOST_FUNCTION = "error while executing at wasm backtrace:"
# Writes zero bytes to standard output.
_REHEARSAL = """(module
  (import "wasi_snapshot_preview1" "fd_write"
    (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "_start") (local $i i32)
    (loop $again
      (i32.store (local.get $i) (i32.mul (i32.load8_u (local.get $i)) (i32.const 3)))
      (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 4)))
        (i32.const 64))))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 128)))))"""


class Runtime:
    """wasmtime, ready to compile and to run. It starts no thread before a guest runs."""

    def __init__(self) -> None:
        self._memory = GuestMemory()
        self._engine = GuestEngine(self._memory)
        self._rehearsal = Job(b"", (), effective_limits(Requirements()))
        self._rehearsed = self.compile(bytes(wat2wasm(_REHEARSAL)))
        self._stopped = threading.Event()
        self._running: Store | None = None

    def rehearse(self) -> None:
        """Run a guest without effects, so that threads, code and memory are ready for the next."""
        if isinstance(self._rehearsed, bytearray):
            self.run(ToRun(self._rehearsal, self._rehearsed, may_start=False))

    def compile(self, wasm: bytes) -> bytearray | GuestOutcome:
        """Compile a module; see `compiled`."""
        return compiled(self._engine, wasm)

    def stop(self) -> None:
        """Have `run` return within milliseconds, from any thread.

        It does not while the guest waits in a host function.
        """
        self._stopped.set()

    def fuel_used(self, job: Job) -> int | None:
        """Return the fuel used by the guest of `run`, while it waits in a host function.

        Args:
            job: What `run` was given.

        Returns:
            None if the guest does not run yet.
        """
        return None if self._running is None else _fuel_used(job, self._running)

    def run(self, order: ToRun) -> GuestOutcome:
        """Load the module, instantiate it with what the job gives it, and run `_start`.

        Call it in a confined process only: where wasmtime can make a file in memory, it maps a
        module's data from there, gives up on a memory that it did not map itself, and aborts.

        Args:
            order: Its code is what `compile` made of the module. The guest gets this process's
                standard streams.

        Returns:
            How it ended; after `stop`, a time-out.

        Raises:
            UnusableCodeError: The code was made by another wasmtime or for another processor.
        """
        module = self._engine.loaded(order.code)
        with self._store(order.job) as store:
            return self._run(order, store, module)

    @contextmanager
    def _store(self, job: Job) -> Iterator[Store]:
        store = Store(self._engine.engine)
        store.set_fuel(job.limits.fuel)
        # The sizes of memories are limited by GuestMemory.
        self._memory.reset(job.limits.memory_mb * 1024 * 1024)
        store.set_limits(
            table_elements=MAX_TABLE_ELEMENTS,
            instances=2,  # with the host functions
            tables=MAX_TABLES,
            memories=1,
        )
        wasi = WasiConfig()
        wasi.argv = [PROGRAM_NAME, *job.args]
        wasi.env = sorted(job.env.items())
        wasi.inherit_stdin()
        wasi.inherit_stdout()
        wasi.inherit_stderr()
        store.set_wasi(wasi)
        self._running = store
        try:
            yield store
        finally:
            self._running = None

    def _run(self, order: ToRun, store: Store, module: Module) -> GuestOutcome:
        job = order.job
        host = self._engine.define_host_functions(store)
        allow_stops(store)
        memory: object = None
        try:
            instance = instantiate(self._engine.linker, store, module, self._stopped.is_set)
            if not order.may_start:
                # The initial memory is copied in pages, whose size depends on the processor; what
                # that burns must not count.
                store.set_fuel(job.limits.fuel)
            exports = instance.exports(store)
            memory = exports.get("memory")
            call(cast("Func", exports["_start"]), store, self._stopped.is_set)
            ended = GuestOutcome(Status.OK)
        except StoppedError:
            ended = GuestOutcome(Status.TIMEOUT)
        except Trap as trap:
            ended = self._trapped(trap, job, host, memory)
        except WasmtimeError as refused:
            ended = self._refused(refused, job)
        return replace(ended, fuel_used=_fuel_used(job, store))

    def _trapped(self, trap: Trap, job: Job, host: HostFunctions, memory: object) -> GuestOutcome:
        code = host.exit_code()
        if code is not None:
            return _left(code)
        message = host.abort_message(memory)
        if message is not None:
            os.write(STDERR, message.encode() + b"\n")
            return GuestOutcome(Status.TRAP, detail=shortened(message))
        if trap.trap_code is TrapCode.OUT_OF_FUEL:
            return GuestOutcome(Status.OUT_OF_FUEL)
        if trap.trap_code is TrapCode.UNREACHABLE and self._memory.is_refused:
            return self._out_of_memory(job)
        detail = trap.trap_code.name.lower() if trap.trap_code else shortened(str(trap))
        return GuestOutcome(Status.TRAP, detail=detail)

    def _refused(self, refused: WasmtimeError, job: Job) -> GuestOutcome:
        if str(refused).startswith(_IN_A_HOST_FUNCTION):
            # For example, because the guest does not export its memory.
            return GuestOutcome(Status.TRAP, detail=shortened(str(refused).splitlines()[-1]))
        if self._memory.is_refused:
            return self._out_of_memory(job)
        if is_over_limit(refused):
            return GuestOutcome(Status.OUT_OF_MEMORY, detail=shortened(str(refused)))
        return GuestOutcome(Status.COMPILE_ERROR, detail=instantiation_fault(refused))

    def _out_of_memory(self, job: Job) -> GuestOutcome:
        detail = f"it needs more than its {job.limits.memory_mb} MiB: raise requirements.memory_mb"
        return GuestOutcome(Status.OUT_OF_MEMORY, detail=detail)


def _fuel_used(job: Job, store: Store) -> int:
    return job.limits.fuel - store.get_fuel()


def _left(code: int) -> GuestOutcome:
    if code <= LARGEST_GUEST_EXIT_CODE:
        return GuestOutcome(Status.OK, code)
    detail = f"the module exited with {code}: use 0 to {LARGEST_GUEST_EXIT_CODE}"
    return GuestOutcome(Status.RESERVED_EXIT_CODE, code, detail=detail)
