"""Runs one WASI preview1 command and says how it ended."""

from __future__ import annotations

import re

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
from edge_signer.execution.sandbox.report import MAX_DETAIL_LENGTH, Report
from edge_signer.execution.sandbox.verdicts import Verdict

PROGRAM_NAME = "job"
MAX_TABLE_ELEMENTS = 100_000
MAX_TABLES = 8
# wasmtime has no other way to tell a limit of the store from an import that is missing.
_OVER_STORE_LIMIT = re.compile(r"exceeds (?:memory|table) limits")
# Writes nothing to standard output.
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
    """wasmtime, ready to compile; it starts no thread before a guest runs."""

    def __init__(self) -> None:
        config = Config()
        config.consume_fuel = True
        config.parallel_compilation = False
        # It would write files in memory, which RLIMIT_FSIZE forbids.
        config.memory_init_cow = False
        config.wasm_threads = False
        config.wasm_memory64 = False
        self._engine = Engine(config)
        self._linker = Linker(self._engine)
        self._linker.define_wasi()
        self._rehearsal = Job(bytes(wat2wasm(_REHEARSAL)), (), effective_limits(Requirements()))

    def rehearse(self) -> None:
        """Run a guest that does nothing, so that the next finds threads, code and memory ready."""
        self.run(self._rehearsal)

    def run(self, job: Job) -> Report:
        """Compile the module, instantiate it with no more than arguments and streams, run `_start`.

        Args:
            job: With its module checked. Its streams are this process's.
        """
        try:
            module = Module(self._engine, job.wasm)
        except MemoryError:
            return Report(Verdict.OUT_OF_MEMORY, detail="compiling took too much memory")
        except WasmtimeError as refused:
            return Report(Verdict.COMPILE_ERROR, detail=_shortened(refused))
        store = self._store(job)
        ended = self._run(store, module)
        return Report(
            ended.verdict,
            ended.guest_exit_code,
            job.limits.fuel - store.get_fuel(),
            ended.detail,
        )

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

    def _run(self, store: Store, module: Module) -> Report:
        try:
            instance = self._linker.instantiate(store, module)
        except Trap as trap:
            return _trapped(trap)
        except WasmtimeError as refused:
            over_limit = _OVER_STORE_LIMIT.search(str(refused))
            verdict = Verdict.OUT_OF_MEMORY if over_limit else Verdict.COMPILE_ERROR
            return Report(verdict, detail=_shortened(refused))
        return self._start(store, instance)

    def _start(self, store: Store, instance: Instance) -> Report:
        start = instance.exports(store).get("_start")
        if not isinstance(start, Func) or start.type(store).params or start.type(store).results:
            detail = "the module exports no function `_start` without parameters and results"
            return Report(Verdict.COMPILE_ERROR, detail=detail)
        try:
            start(store)
        except ExitTrap as left:
            return Report(Verdict.OK, left.code)
        except Trap as trap:
            return _trapped(trap)
        except WasmtimeError as refused:
            # Such as an exit code that the standard keeps for the host.
            return Report(Verdict.TRAP, detail=_shortened(refused))
        return Report(Verdict.OK)


def _trapped(trap: Trap) -> Report:
    if trap.trap_code is TrapCode.OUT_OF_FUEL:
        return Report(Verdict.OUT_OF_FUEL)
    detail = trap.trap_code.name.lower() if trap.trap_code else _shortened(trap)
    return Report(Verdict.TRAP, detail=detail)


def _shortened(error: Exception) -> str:
    # Names of imports and exports are in it, which may be anything.
    line = " ".join(str(error).split())
    printable = "".join(one if one.isprintable() else "?" for one in line)
    return printable[:MAX_DETAIL_LENGTH]
