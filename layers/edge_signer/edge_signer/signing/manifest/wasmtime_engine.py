"""wasmtime's engine and modules by its C API: compiled or loaded, linked, ready to instantiate.

wasmtime-py's own classes cannot use wasmtime's instance pool.
"""

from __future__ import annotations

from ctypes import byref, c_uint8, c_void_p, string_at
from pathlib import Path
from typing import Any, NamedTuple

from edge_signer.signing.manifest.wasmtime_c_api import (
    LIBRARY,
    WASMTIME_TRAP_CODE_OUT_OF_FUEL,
    wasm_byte_vec_t,
    wasm_importtype_vec_t,
)

GUARD_BYTES = 64 * 1024


class WasmtimeError(Exception):
    """wasmtime reported an error; the text is its own."""


class Trap(Exception):
    """A call was stopped; the text is wasmtime's own.

    Attributes:
        is_out_of_fuel: Whether it ran out of fuel.
    """

    def __init__(self, message: str, *, is_out_of_fuel: bool) -> None:
        super().__init__(message)
        self.is_out_of_fuel = is_out_of_fuel


class Pool(NamedTuple):
    """Memory for instances, which an engine reserves once and clears after each instance.

    Attributes:
        instances: How many may exist at once, each with one memory and one table.
        kept_bytes: How much of each memory is reset by overwriting it. The rest goes back to the
            kernel, and the next instance waits for each page that it touches.
    """

    instances: int
    kept_bytes: int


class Engine:
    """An engine with fuel, without threads and 64-bit memories, which the builder does not use.

    Args:
        memory_bytes: Address space of each memory, and the largest size of one in a pool. With
            wasmtime's default of 4 GiB a pool could exceed what a host permits, and wasmtime would
            abort; bounds checks in code cost next to nothing.
        pool: Pool for instances; None if there will be none.
        target: LLVM's name of the target; None for this processor.

    Raises:
        WasmtimeError: There is no such target.
    """

    def __init__(self, memory_bytes: int, pool: Pool | None, target: str | None = None) -> None:
        self.pointer = None
        config = LIBRARY.wasm_config_new()
        LIBRARY.wasmtime_config_memory_reservation_set(config, memory_bytes)
        LIBRARY.wasmtime_config_memory_guard_size_set(config, GUARD_BYTES)
        LIBRARY.wasmtime_config_consume_fuel_set(config, True)
        LIBRARY.wasmtime_config_wasm_threads_set(config, False)
        LIBRARY.wasmtime_config_wasm_memory64_set(config, False)
        if target is not None:
            refused = LIBRARY.wasmtime_config_target_set(config, target.encode())
            if refused is not None:
                LIBRARY.wasm_config_delete(config)
                require(refused)
        if pool is not None:
            _pool_instances(config, pool, memory_bytes)
        self.pointer = LIBRARY.wasm_engine_new_with_config(config)  # which takes the config

    def __del__(self) -> None:
        if self.pointer is not None:
            LIBRARY.wasm_engine_delete(self.pointer)


def _pool_instances(config: Any, pool: Pool, memory_bytes: int) -> None:
    pooling = LIBRARY.wasmtime_pooling_allocation_config_new()
    for name, number in (
        ("total_core_instances", pool.instances),
        ("total_memories", pool.instances),
        ("total_tables", pool.instances),
        # Only asynchronous calls need stacks; preparing the default thousand takes 2 ms.
        ("total_stacks", 0),
        ("max_memory_size", memory_bytes),
        ("linear_memory_keep_resident", pool.kept_bytes),
    ):
        getattr(LIBRARY, f"wasmtime_pooling_allocation_config_{name}_set")(pooling, number)
    LIBRARY.wasmtime_pooling_allocation_strategy_set(config, pooling)
    LIBRARY.wasmtime_pooling_allocation_config_delete(pooling)


class Module:
    """Compiled code, shared by all instances.

    Args:
        pointer: To wasmtime's module; this object takes ownership.
    """

    def __init__(self, pointer: Any) -> None:
        self.pointer = pointer

    @classmethod
    def compiled(cls, engine: Engine, wasm: bytes) -> Module:
        """Compile a module.

        Raises:
            WasmtimeError: It is not a valid module.
        """
        pointer = c_void_p()
        require(LIBRARY.wasmtime_module_new(engine.pointer, wasm, len(wasm), byref(pointer)))
        return cls(pointer.value)

    @classmethod
    def precompiled(cls, engine: Engine, file: Path) -> Module:
        """Load the output of `serialized`; the file must be trusted, because it is machine code.

        Raises:
            WasmtimeError: It is for another version, processor or configuration.
        """
        pointer = c_void_p()
        path = bytes(file)
        require(LIBRARY.wasmtime_module_deserialize_file(engine.pointer, path, byref(pointer)))
        return cls(pointer.value)

    def __del__(self) -> None:
        LIBRARY.wasmtime_module_delete(self.pointer)

    @property
    def import_count(self) -> int:
        """The number of imports."""
        imports = wasm_importtype_vec_t()
        LIBRARY.wasmtime_module_imports(self.pointer, byref(imports))
        count = int(imports.size)
        LIBRARY.wasm_importtype_vec_delete(byref(imports))
        return count

    def serialized(self) -> bytes:
        """The machine code with its metadata."""
        content = wasm_byte_vec_t()
        require(LIBRARY.wasmtime_module_serialize(self.pointer, byref(content)))
        return _taken(content)


class InstancePre:
    """A module linked without imports, from which instances are made.

    Raises:
        WasmtimeError: The module has imports.
    """

    def __init__(self, engine: Engine, module: Module) -> None:
        self.pointer = None
        linked = c_void_p()
        linker = LIBRARY.wasmtime_linker_new(engine.pointer)
        try:
            require(LIBRARY.wasmtime_linker_instantiate_pre(linker, module.pointer, byref(linked)))
        finally:
            LIBRARY.wasmtime_linker_delete(linker)
        self.pointer = linked.value

    def __del__(self) -> None:
        if self.pointer is not None:
            LIBRARY.wasmtime_instance_pre_delete(self.pointer)


def require(error: int | None, trap: c_void_p | None = None) -> None:
    """Raise the error or trap that a function returned.

    Args:
        error: Pointer that it returned; None for success.
        trap: Where it may have stored a trap.

    Raises:
        WasmtimeError: There was an error.
        Trap: There was a trap.
    """
    if error is not None:
        message = wasm_byte_vec_t()
        LIBRARY.wasmtime_error_message(error, byref(message))
        LIBRARY.wasmtime_error_delete(error)
        raise WasmtimeError(_taken(message).decode())
    if trap is not None and trap.value is not None:
        code, message = c_uint8(), wasm_byte_vec_t()
        has_code = LIBRARY.wasmtime_trap_code(trap, byref(code))
        LIBRARY.wasm_trap_message(trap, byref(message))
        LIBRARY.wasm_trap_delete(trap)
        raise Trap(
            _taken(message).rstrip(b"\0").decode(),
            is_out_of_fuel=has_code and code.value == WASMTIME_TRAP_CODE_OUT_OF_FUEL,
        )


def _taken(content: wasm_byte_vec_t) -> bytes:
    """Copy bytes that wasmtime owns, and free them."""
    copied = string_at(content.data, content.size)
    LIBRARY.wasm_byte_vec_delete(byref(content))
    return copied
