"""Why a module cannot run as a job, in words that say what to change.

A module's own names may be anything. They are quoted, but they decide nothing: whether a module is
refused is settled from the kinds and types of its imports and exports, before it is instantiated.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from wasmtime import FuncType, ImportType, MemoryType, Module, TableType

from edge_signer.execution.sandbox.host_functions import WASI
from edge_signer.execution.sandbox.outcome import MAX_DETAIL_LENGTH

MAX_TABLE_ELEMENTS = 100_000
MAX_TABLES = 8

_WASIP1 = "build for WASI preview1 (wasm32-wasip1)"
# The first module name that matches says what the toolchain should do instead.
_REMEDIES = (
    (WASI, "WASI preview1 has no function of this name and type"),
    (r"wasi", "jobs have no threads: build for wasm32-wasip1, without -threads"),
    (r"wasi_unstable", f"WASI preview0 is not offered: {_WASIP1}"),
    (
        r"wasi:.*|wasi_snapshot_preview2|wasi_ephemeral.*",
        f"jobs have WASI preview1 only: {_WASIP1}",
    ),
    (r"gojs|go", "build with GOOS=wasip1 GOARCH=wasm, not GOOS=js"),
    (r"wbg|__wbindgen.*", "build for wasm32-wasip1, not for wasm32-unknown-unknown and browsers"),
    (
        r"env",
        f"{_WASIP1}; with AssemblyScript use @assemblyscript/wasi-shim, with Emscripten"
        " -sSTANDALONE_WASM",
    ),
    (r".*", f"jobs offer only {WASI}: {_WASIP1}"),
)
# By the end of the compiler's message, which no name of the module can be.
_NOT_OFFERED = (
    (
        r"(threads must be enabled for shared memories|threads support is not enabled)",
        "jobs have no threads: build without threads, shared memory and atomics",
    ),
    (
        r"memory64 must be enabled for 64-bit memories",
        "jobs have 32-bit memories: build for wasm32",
    ),
)
_OVER_LIMIT = re.compile(r"table minimum size of \d+ elements exceeds table limits")
_TOO_MANY = re.compile(r"resource limit exceeded: (memory|table) count too high at \d+")


def link_fault(module: Module, is_offered: Callable[[ImportType], bool]) -> str | None:
    """Return why a module cannot run; None if it can be instantiated.

    Args:
        module: Compiled.
        is_offered: Tells whether the host has the name that a function is imported by.
    """
    for one in module.imports:
        if isinstance(one.type, MemoryType | TableType):
            kind = "memory" if isinstance(one.type, MemoryType) else "table"
            return shortened(
                f"the module imports a {kind}, `{one.module}.{one.name}`: build it to define its"
                " own, without --import-memory, --import-table and threads"
            )
        if not isinstance(one.type, FuncType) or not is_offered(one):
            # The name may be long; the remedy comes first.
            return shortened(f"{_remedy(one.module)}; unknown import `{one.module}.{one.name}`")
    return _start_fault(module)


def _remedy(module_name: str) -> str:
    return next(remedy for name, remedy in _REMEDIES if re.fullmatch(name, module_name, re.DOTALL))


def _start_fault(module: Module) -> str | None:
    exported = {one.name: one.type for one in module.exports}
    start = exported.get("_start")
    if isinstance(start, FuncType) and not start.params and not start.results:
        return None
    missing = "the module exports no function `_start` without parameters and results"
    if "_initialize" in exported:
        return f"{missing}: it is a library (a reactor); build a command, which has a main function"
    return (
        f"{missing}: build a command for WASI preview1, with a main function"
        " (AssemblyScript: --exportStart _start)"
    )


def compile_fault(refused: Exception) -> str:
    """Return why a module does not compile."""
    message = " ".join(str(refused).split())
    for pattern, remedy in _NOT_OFFERED:
        if re.search(rf": {pattern}(?: \(at offset 0x[0-9a-f]+\))?\Z", message):
            return remedy
    return shortened(message.removeprefix("failed to parse WebAssembly module Caused by: "))


def is_over_limit(refused: Exception) -> bool:
    """Tell whether a module was not instantiated because of the size of a table."""
    return _OVER_LIMIT.fullmatch(str(refused)) is not None


def instantiation_fault(refused: Exception) -> str:
    """Return why a module without a `link_fault` was not instantiated."""
    too_many = _TOO_MANY.fullmatch(str(refused))
    if too_many is None:
        return shortened(str(refused))
    counts = {"memory": "one memory", "table": f"{MAX_TABLES} tables"}
    return f"the module has too many: a job may have {counts[too_many[1]]}"


def shortened(text: str) -> str:
    """Make text of a module fit for people: one line, printable, at most `MAX_DETAIL_LENGTH`."""
    line = " ".join(text.split())
    return "".join(one if one.isprintable() else "?" for one in line)[:MAX_DETAIL_LENGTH]
