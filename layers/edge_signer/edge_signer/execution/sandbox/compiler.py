"""Compiles a module, in a worker that never runs it."""

from __future__ import annotations

from wasmtime import Module, Store, WasmtimeError

from edge_signer.execution.sandbox.engine import GuestEngine
from edge_signer.execution.sandbox.link_faults import compile_fault, link_fault
from edge_signer.execution.sandbox.outcome import COMPILING_TOOK_MEMORY, GuestOutcome, Status
from edge_signer.execution.sandbox.outline import outline_of


def compiled(engine: GuestEngine, wasm: bytes) -> bytearray | GuestOutcome:
    """Compile a module for an engine.

    What it imports, and whether it has a `_start`, is looked at first, because that takes
    milliseconds.

    Returns:
        The code; or how the job ends, if it cannot run.
    """
    outline = _outline(engine, wasm)
    fault = None if outline is None else _link_fault(engine, outline)
    if fault is not None:
        return GuestOutcome(Status.COMPILE_ERROR, detail=fault)
    try:
        module = Module(engine.engine, wasm)
    except MemoryError:
        return GuestOutcome(Status.COMPILE_LIMIT, detail=COMPILING_TOOK_MEMORY)
    except WasmtimeError as refused:
        return GuestOutcome(Status.COMPILE_ERROR, detail=compile_fault(refused))
    if outline is None:
        fault = _link_fault(engine, module)
        if fault is not None:
            return GuestOutcome(Status.COMPILE_ERROR, detail=fault)
    return module.serialize()


def _outline(engine: GuestEngine, wasm: bytes) -> Module | None:
    """Compile the outline; None if the compiler has to say what is wrong with the module."""
    try:
        return Module(engine.engine, outline_of(wasm))
    except (ValueError, WasmtimeError):
        return None


def _link_fault(engine: GuestEngine, module: Module) -> str | None:
    store = Store(engine.engine)
    engine.define_host_functions(store)
    return link_fault(module, lambda one: engine.offers(store, one))
