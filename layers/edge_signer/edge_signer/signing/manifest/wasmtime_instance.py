"""A WebAssembly instance with its own store, called and read through wasmtime's C API.

wasmtime-py's classes collect all exports at every instantiation, look up a function's type at every
call, and map memory for every instance; together that takes longer than building a manifest. The
C functions used here check their arguments too: a wrong name, type or number is an error.
"""

from __future__ import annotations

from ctypes import byref, c_void_p, memmove, string_at
from typing import Any

from edge_signer.signing.manifest.wasmtime_c_api import (
    LIBRARY,
    WASMTIME_EXTERN_FUNC,
    WASMTIME_EXTERN_MEMORY,
    WASMTIME_I32,
    WASMTIME_I64,
    wasmtime_extern_t,
    wasmtime_instance_t,
    wasmtime_val_t,
)
from edge_signer.signing.manifest.wasmtime_engine import Engine, InstancePre, require

_U64 = 0xFFFF_FFFF_FFFF_FFFF


class BareInstance:
    """An instance whose functions take at most an i32 and return an i64; its memory never moves.

    Args:
        engine: An engine with a pool, in which memories do not move.
        instance_pre: The linked module; it exports its memory as `memory`.
        fuel: For all calls together.
        memory_bytes: Size limit of its memory.

    Raises:
        WasmtimeError: The instance exceeds the limit, or the pool is full.
        KeyError: There is no such memory.
    """

    __slots__ = ("_context", "_instance", "_memory_address", "_memory_length", "_store")

    def __init__(
        self, engine: Engine, instance_pre: InstancePre, *, fuel: int, memory_bytes: int
    ) -> None:
        self._store = LIBRARY.wasmtime_store_new(engine.pointer, None, None)
        LIBRARY.wasmtime_store_limiter(self._store, memory_bytes, -1, 1, 1, 1)
        context = self._context = LIBRARY.wasmtime_store_context(self._store)
        require(LIBRARY.wasmtime_context_set_fuel(context, fuel))
        self._instance = wasmtime_instance_t()
        trap = c_void_p()
        error = LIBRARY.wasmtime_instance_pre_instantiate(
            instance_pre.pointer, context, byref(self._instance), byref(trap)
        )
        require(error, trap)
        memory = byref(self._export(b"memory", WASMTIME_EXTERN_MEMORY).memory)
        self._memory_address = LIBRARY.wasmtime_memory_data(context, memory)
        self._memory_length = LIBRARY.wasmtime_memory_data_size(context, memory)

    def __del__(self) -> None:
        LIBRARY.wasmtime_store_delete(self._store)

    def call(self, name: bytes, argument: int | None = None) -> int:
        """Call a function, and give its i64 as an unsigned number.

        Args:
            name: Name of an export.
            argument: Its i32, unsigned; None for a function without one.

        Raises:
            KeyError: There is no such function.
            WasmtimeError: The function has other parameters or another number of results.
            TypeError: It does not return an i64.
            Trap: It was stopped.
        """
        function = self._export(name, WASMTIME_EXTERN_FUNC).func
        given: Any = wasmtime_val_t(WASMTIME_I32)
        given.of.i32 = argument or 0
        count = 0 if argument is None else 1
        answer: Any = wasmtime_val_t()
        trap = c_void_p()
        error = LIBRARY.wasmtime_func_call(
            self._context, byref(function), byref(given), count, byref(answer), 1, byref(trap)
        )
        require(error, trap)
        if answer.kind != WASMTIME_I64:
            raise TypeError(name)
        return int(answer.of.i64 & _U64)

    def write(self, address: int, content: bytes) -> None:
        """Copy into the memory.

        Raises:
            IndexError: It would not fit.
        """
        length = len(content)
        if not 0 <= address <= self._memory_length - length:
            raise IndexError(address)
        memmove(self._memory_address + address, content, length)

    def read(self, address: int, length: int) -> bytes:
        """Copy out of the memory.

        Raises:
            IndexError: The range is outside the memory.
        """
        if length < 0 or not 0 <= address <= self._memory_length - length:
            raise IndexError(address)
        return string_at(self._memory_address + address, length)

    def _export(self, name: bytes, kind: int) -> Any:
        export: Any = wasmtime_extern_t()
        found = LIBRARY.wasmtime_instance_export_get(
            self._context, byref(self._instance), name, len(name), byref(export)
        )
        if not found or export.kind != kind:
            raise KeyError(name)
        return export.of
