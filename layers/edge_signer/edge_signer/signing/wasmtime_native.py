"""What wasmtime's C API has and wasmtime-py's classes have not: pooled instances and bare calls.

The classes collect all exports at every instantiation, look a function's type up at every call,
and map memory anew for every instance; together that takes longer than building a manifest does.
So this file, and no other, uses wasmtime-py's private `_ffi`. It stays with functions that check
their arguments themselves: a wrong name, type or number is an error here too, and a trap a `Trap`.
"""

from __future__ import annotations

from ctypes import CFUNCTYPE, POINTER, addressof, byref, c_void_p, cast, memmove, string_at
from typing import Any

from wasmtime import Config, Engine, InstancePre, Trap, WasmtimeError
from wasmtime import _ffi as ffi

# By names of this file: `_ffi` has thousands, and looking one up is felt where caches are cold.
from wasmtime._ffi import (
    wasm_trap_t,
    wasmtime_context_set_fuel,
    wasmtime_extern_t,
    wasmtime_func_call,
    wasmtime_instance_export_get,
    wasmtime_instance_pre_instantiate,
    wasmtime_instance_t,
    wasmtime_memory_data,
    wasmtime_memory_data_size,
    wasmtime_store_context,
    wasmtime_store_delete,
    wasmtime_store_limiter,
    wasmtime_store_new,
    wasmtime_val_t,
)

_NO_FINALIZER = cast(0, CFUNCTYPE(None, c_void_p))
_TrapPointer = POINTER(wasm_trap_t)
_I32 = ffi.WASMTIME_I32.value
_I64 = ffi.WASMTIME_I64.value
_FUNCTION = ffi.WASMTIME_EXTERN_FUNC.value
_MEMORY = ffi.WASMTIME_EXTERN_MEMORY.value
_U64 = 0xFFFF_FFFF_FFFF_FFFF


def pool_instances(config: Config, *, instances: int, memory_bytes: int, kept_bytes: int) -> None:
    """Have an engine reserve room for instances once and clear it after each, instead of unmapping.

    Args:
        config: Of the engine.
        instances: How many may be alive at once, each with one memory and one table.
        memory_bytes: The largest memory that a module may have.
        kept_bytes: The beginning of each memory that is set back by writing over it. The rest goes
            back to the kernel, and the next instance waits for each page that it touches.
    """
    pool = ffi.wasmtime_pooling_allocation_config_new()
    ffi.wasmtime_pooling_allocation_config_total_core_instances_set(pool, instances)
    ffi.wasmtime_pooling_allocation_config_total_memories_set(pool, instances)
    ffi.wasmtime_pooling_allocation_config_total_tables_set(pool, instances)
    # Stacks are for asynchronous calls; preparing the default thousand takes 2 ms.
    ffi.wasmtime_pooling_allocation_config_total_stacks_set(pool, 0)
    ffi.wasmtime_pooling_allocation_config_max_memory_size_set(pool, memory_bytes)
    ffi.wasmtime_pooling_allocation_config_linear_memory_keep_resident_set(pool, kept_bytes)
    ffi.wasmtime_pooling_allocation_strategy_set(config.ptr(), pool)
    ffi.wasmtime_pooling_allocation_config_delete(pool)


class BareInstance:
    """An instance whose functions take an i32 and give an i64, with a memory that never moves.

    It has a store of its own and lives as long as this object.

    Args:
        engine: One whose instances are pooled; there, memories do not move.
        instance_pre: What to instantiate; exports its memory as `memory`.
        fuel: For all its calls together.
        memory_bytes: The most that its memory may have.

    Raises:
        WasmtimeError: The limit or the pool does not admit the instance.
        KeyError: There is no such memory.
    """

    __slots__ = ("_context", "_instance", "_memory_address", "_memory_length", "_store")

    def __init__(
        self, engine: Engine, instance_pre: InstancePre, *, fuel: int, memory_bytes: int
    ) -> None:
        self._store = wasmtime_store_new(engine.ptr(), None, _NO_FINALIZER)
        wasmtime_store_limiter(self._store, memory_bytes, -1, 1, 1, 1)
        context = self._context = wasmtime_store_context(self._store)
        wasmtime_context_set_fuel(context, fuel)
        self._instance = wasmtime_instance_t()
        trap = _TrapPointer()
        error = wasmtime_instance_pre_instantiate(
            instance_pre.ptr(), context, byref(self._instance), byref(trap)
        )
        if error or trap:
            raise _failure(error, trap)
        memory = byref(self._export(b"memory", _MEMORY).memory)
        self._memory_address = addressof(wasmtime_memory_data(context, memory).contents)
        self._memory_length = wasmtime_memory_data_size(context, memory)

    def __del__(self) -> None:
        wasmtime_store_delete(self._store)

    def call(self, name: bytes, argument: int) -> int:
        """Call a function; give its i64 as an unsigned number.

        Raises:
            KeyError: There is no such function.
            WasmtimeError: It takes other arguments or gives another number of answers.
            TypeError: It does not answer with an i64.
            Trap: It was stopped.
        """
        function = self._export(name, _FUNCTION).func
        given: Any = wasmtime_val_t(_I32)
        given.of.i32 = argument
        answer: Any = wasmtime_val_t()
        trap = _TrapPointer()
        error = wasmtime_func_call(
            self._context, byref(function), byref(given), 1, byref(answer), 1, byref(trap)
        )
        if error or trap:
            raise _failure(error, trap)
        if answer.kind != _I64:
            raise TypeError(name)
        return int(answer.of.i64 & _U64)

    def write(self, address: int, content: bytes) -> None:
        """Copy into the memory.

        Raises:
            IndexError: It would not lie inside.
        """
        length = len(content)
        if not 0 <= address <= self._memory_length - length:
            raise IndexError(address)
        memmove(self._memory_address + address, content, length)

    def read(self, address: int, length: int) -> bytes:
        """Copy out of the memory.

        Raises:
            IndexError: It does not lie inside.
        """
        if length < 0 or not 0 <= address <= self._memory_length - length:
            raise IndexError(address)
        return string_at(self._memory_address + address, length)

    def _export(self, name: bytes, kind: int) -> Any:
        export: Any = wasmtime_extern_t()
        found = wasmtime_instance_export_get(
            self._context, byref(self._instance), name, len(name), byref(export)
        )
        if not found or export.kind != kind:
            raise KeyError(name)
        return export.of


def _failure(error: Any, trap: Any) -> Exception:
    return WasmtimeError._from_ptr(error) if error else Trap._from_ptr(trap)
