"""`proc_exit` and AssemblyScript's `env.abort`, as a guest beside the guest.

They are WebAssembly, so that no Python runs inside a call: they note their arguments and trap,
which ends the guest. wasmtime's own `proc_exit` refuses exit codes above 125 without telling which,
and needs an exported memory.
"""

from __future__ import annotations

# By name, it would be loaded from a file on first use, which a confined worker may not open.
from encodings import utf_16_le
from typing import cast

from wasmtime import Engine, Func, Global, Instance, Linker, Memory, Module, Store, wat2wasm

from edge_signer.execution.sandbox.outcome import MAX_DETAIL_LENGTH

WASI = "wasi_snapshot_preview1"
#: What a guest may import besides WASI: builds of AssemblyScript without a shim do.
ABORT = ("env", "abort")
_SOURCE = """(module
  (global $exits (export "exits") (mut i32) (i32.const 0))
  (global $exit_code (export "exit_code") (mut i32) (i32.const 0))
  (global $aborts (export "aborts") (mut i32) (i32.const 0))
  (global $message (export "message") (mut i32) (i32.const 0))
  (global $file (export "file") (mut i32) (i32.const 0))
  (global $line (export "line") (mut i32) (i32.const 0))
  (global $column (export "column") (mut i32) (i32.const 0))
  (func (export "proc_exit") (param i32)
    (global.set $exit_code (local.get 0)) (global.set $exits (i32.const 1)) unreachable)
  (func (export "abort") (param i32 i32 i32 i32)
    (global.set $message (local.get 0)) (global.set $file (local.get 1))
    (global.set $line (local.get 2)) (global.set $column (local.get 3))
    (global.set $aborts (i32.const 1)) unreachable))"""
_U32 = 2**32
# A string of AssemblyScript is UTF-16; its length in bytes is in front of it.
_LENGTH_BYTES = 4


class HostFunctions:
    """Defines both functions for one store.

    Args:
        module: Compiled by `compiled_host_functions`.
        linker: Gets the definitions.
        store: The guest's.
    """

    def __init__(self, module: Module, linker: Linker, store: Store) -> None:
        self._store = store
        self._exports = Instance(store, module, []).exports(store)
        linker.define(store, WASI, "proc_exit", cast("Func", self._exports["proc_exit"]))
        linker.define(store, *ABORT, cast("Func", self._exports["abort"]))

    def exit_code(self) -> int | None:
        """Return the argument of `proc_exit`, 0 to 2^32 - 1; None if the guest did not call it."""
        return self._noted("exit_code") if self._noted("exits") else None

    def abort_message(self, memory: object) -> str | None:
        """Return what AssemblyScript's `abort` was told; None if the guest did not call it.

        Args:
            memory: What the guest exports as `memory`.
        """
        if not self._noted("aborts"):
            return None
        message, file = (self._string(memory, name) for name in ("message", "file"))
        place = f"{file or '?'}({self._noted('line')}:{self._noted('column')})"
        return f"abort: {message or 'no message'} in {place}"

    def _noted(self, name: str) -> int:
        return cast("int", cast("Global", self._exports[name]).value(self._store)) % _U32

    def _string(self, memory: object, name: str) -> str:
        address = self._noted(name)
        if not isinstance(memory, Memory):
            return ""
        if not _LENGTH_BYTES <= address <= memory.data_len(self._store):
            return ""
        length = int.from_bytes(
            memory.read(self._store, address - _LENGTH_BYTES, address), "little"
        )
        end = address + min(length, 2 * MAX_DETAIL_LENGTH)
        return utf_16_le.decode(memory.read(self._store, address, end), "replace")[0]


def compiled_host_functions(engine: Engine) -> Module:
    """Compile them, once for all guests."""
    return Module(engine, bytes(wat2wasm(_SOURCE)))
