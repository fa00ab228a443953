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

_MASKS = {WASMTIME_I32: 0xFFFF_FFFF, WASMTIME_I64: 0xFFFF_FFFF_FFFF_FFFF}


class I64(int):
    """An argument of 64 bits; others have 32."""


class BareInstance:
    """An instance whose functions take and return integers; its memory grows but never moves.

    Args:
        engine: An engine that has room for `memory_bytes` where a memory begins.
        instance_pre: The linked module; it exports its memory as `memory`.
        fuel: For all calls together.
        memory_bytes: Size limit of its memory.

    Raises:
        WasmtimeError: The instance exceeds the limit, or the pool is full.
        KeyError: There is no such memory.
    """

    __slots__ = ("_context", "_instance", "_memory", "_memory_address", "_memory_length", "_store")

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
        self._memory = self._export(b"memory", WASMTIME_EXTERN_MEMORY).memory
        self._memory_address = LIBRARY.wasmtime_memory_data(context, byref(self._memory))
        self._memory_length = LIBRARY.wasmtime_memory_data_size(context, byref(self._memory))

    def __del__(self) -> None:
        LIBRARY.wasmtime_store_delete(self._store)

    def call(self, name: bytes, *arguments: int, gives: int | None = WASMTIME_I64) -> int:
        """Call a function, and give its result as an unsigned number.

        Args:
            name: Name of an export.
            arguments: Unsigned; an `I64`, or an i32.
            gives: Type of the result; None for a function without one, which gives 0.

        Raises:
            KeyError: There is no such function.
            WasmtimeError: The function has other parameters or another number of results.
            TypeError: It returns another type.
            Trap: It was stopped.
        """
        function = self._export(name, WASMTIME_EXTERN_FUNC).func
        given: Any = (wasmtime_val_t * len(arguments))()
        for place, argument in zip(given, arguments, strict=True):
            if isinstance(argument, I64):
                place.kind, place.of.i64 = WASMTIME_I64, argument
            else:
                place.kind, place.of.i32 = WASMTIME_I32, argument
        answer: Any = wasmtime_val_t()
        trap = c_void_p()
        error = LIBRARY.wasmtime_func_call(
            self._context,
            byref(function),
            byref(given),
            len(arguments),
            byref(answer),
            0 if gives is None else 1,
            byref(trap),
        )
        require(error, trap)
        if gives is None:
            return 0
        if answer.kind != gives:
            raise TypeError(name)
        return int((answer.of.i64 if gives == WASMTIME_I64 else answer.of.i32) & _MASKS[gives])

    def write(self, address: int, content: bytes) -> None:
        """Copy into the memory.

        Raises:
            IndexError: It would not fit.
        """
        self._require_inside(address, len(content))
        memmove(self._memory_address + address, content, len(content))

    def read(self, address: int, length: int) -> bytes:
        """Copy out of the memory.

        Raises:
            IndexError: The range is outside the memory.
        """
        self._require_inside(address, length)
        return string_at(self._memory_address + address, length)

    def _require_inside(self, address: int, length: int) -> None:
        if length < 0 or address < 0:
            raise IndexError(address)
        if address + length > self._memory_length:
            # It may have grown.
            self._memory_length = LIBRARY.wasmtime_memory_data_size(
                self._context, byref(self._memory)
            )
            if address + length > self._memory_length:
                raise IndexError(address)

    def _export(self, name: bytes, kind: int) -> Any:
        export: Any = wasmtime_extern_t()
        found = LIBRARY.wasmtime_instance_export_get(
            self._context, byref(self._instance), name, len(name), byref(export)
        )
        if not found or export.kind != kind:
            raise KeyError(name)
        return export.of
