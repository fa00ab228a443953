"""Runs a WASI preview1 command."""

from __future__ import annotations

import re
from dataclasses import replace

from wasmtime import (
    Config,
    Engine,
    ExitTrap,
    Func,
    Instance,
    Linker,
    Module,
    Store,
    Trap,
    TrapCode,
    WasiConfig,
    WasmtimeError,
    wat2wasm,
)

from edge_signer.execution.job import Job
from edge_signer.execution.limits import Requirements, effective_limits
from edge_signer.execution.sandbox.outcome import MAX_DETAIL_LENGTH, GuestOutcome, Status

PROGRAM_NAME = "job"
MAX_TABLE_ELEMENTS = 100_000
MAX_TABLES = 8
# Only the message tells a store limit from a missing import.
_OVER_STORE_LIMIT = re.compile(r"exceeds (?:memory|table) limits")
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
    """wasmtime, ready to compile. It starts no thread before a guest runs."""

    def __init__(self) -> None:
        config = Config()
        config.consume_fuel = True
        config.parallel_compilation = False
        # Copy-on-write memory writes files in memory, which RLIMIT_FSIZE forbids.
        config.memory_init_cow = False
        config.wasm_threads = False
        config.wasm_memory64 = False
        self._engine = Engine(config)
        self._linker = Linker(self._engine)
        self._linker.define_wasi()
        self._rehearsal = Job(bytes(wat2wasm(_REHEARSAL)), (), effective_limits(Requirements()))

    def rehearse(self) -> None:
        """Run a guest without effects, so that threads, code and memory are ready for the next."""
        self.run(self._rehearsal)

    def run(self, job: Job) -> GuestOutcome:
        """Compile the module, instantiate it with only arguments and streams, and run `_start`.

        Args:
            job: Its module is checked. The guest gets this process's standard streams.
        """
        try:
            module = Module(self._engine, job.wasm)
        except MemoryError:
            return GuestOutcome(Status.OUT_OF_MEMORY, detail="compiling took too much memory")
        except WasmtimeError as refused:
            return GuestOutcome(Status.COMPILE_ERROR, detail=_shortened(refused))
        store = self._store(job)
        ended = self._run(store, module)
        return replace(ended, fuel_used=job.limits.fuel - store.get_fuel())

    def _store(self, job: Job) -> Store:
        store = Store(self._engine)
        store.set_fuel(job.limits.fuel)
        store.set_limits(
            memory_size=job.limits.memory_mb * 1024 * 1024,
            table_elements=MAX_TABLE_ELEMENTS,
            instances=1,
            tables=MAX_TABLES,
            memories=1,
        )
        wasi = WasiConfig()
        wasi.argv = [PROGRAM_NAME, *job.args]
        wasi.inherit_stdin()
        wasi.inherit_stdout()
        wasi.inherit_stderr()
        store.set_wasi(wasi)
        return store

    def _run(self, store: Store, module: Module) -> GuestOutcome:
        try:
            instance = self._linker.instantiate(store, module)
        except Trap as trap:
            return _trapped(trap)
        except WasmtimeError as refused:
            over_limit = _OVER_STORE_LIMIT.search(str(refused))
            status = Status.OUT_OF_MEMORY if over_limit else Status.COMPILE_ERROR
            return GuestOutcome(status, detail=_shortened(refused))
        return self._start(store, instance)

    def _start(self, store: Store, instance: Instance) -> GuestOutcome:
        start = instance.exports(store).get("_start")
        if not isinstance(start, Func) or start.type(store).params or start.type(store).results:
            detail = "the module exports no function `_start` without parameters and results"
            return GuestOutcome(Status.COMPILE_ERROR, detail=detail)
        try:
            start(store)
        except ExitTrap as left:
            return GuestOutcome(Status.OK, left.code)
        except Trap as trap:
            return _trapped(trap)
        except WasmtimeError as refused:
            # For example an exit code that the standard reserves for the host.
            return GuestOutcome(Status.TRAP, detail=_shortened(refused))
        return GuestOutcome(Status.OK)


def _trapped(trap: Trap) -> GuestOutcome:
    if trap.trap_code is TrapCode.OUT_OF_FUEL:
        return GuestOutcome(Status.OUT_OF_FUEL)
    detail = trap.trap_code.name.lower() if trap.trap_code else _shortened(trap)
    return GuestOutcome(Status.TRAP, detail=detail)


def _shortened(error: Exception) -> str:
    # It contains names of imports and exports, which may be anything.
    line = " ".join(str(error).split())
    printable = "".join(one if one.isprintable() else "?" for one in line)
    return printable[:MAX_DETAIL_LENGTH]
