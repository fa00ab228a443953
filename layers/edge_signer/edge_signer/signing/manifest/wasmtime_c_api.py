"""The part of wasmtime's C API that the builder needs, declared for ctypes.

Names, arguments and layouts are those of its headers (https://docs.wasmtime.dev/c-api/). The shared
library comes from the wheel `wasmtime`. Its own Python module declares the whole API, and importing
it would slow down the start of a worker. A test compares each declaration with that module.
"""

from __future__ import annotations

import sys
from ctypes import (
    CDLL,
    Structure,
    Union,
    c_bool,
    c_char_p,
    c_int32,
    c_int64,
    c_size_t,
    c_uint8,
    c_uint32,
    c_uint64,
    c_void_p,
)
from importlib.util import find_spec
from pathlib import Path
from typing import Any

WASMTIME_I32 = 0
WASMTIME_I64 = 1
WASMTIME_EXTERN_FUNC = 0
WASMTIME_EXTERN_MEMORY = 3
WASMTIME_TRAP_CODE_OUT_OF_FUEL = 11


class wasm_byte_vec_t(Structure):
    """Bytes that wasmtime owns."""

    _fields_ = (("size", c_size_t), ("data", c_void_p))


class wasm_importtype_vec_t(Structure):
    """The imports of a module; wasmtime owns it."""

    _fields_ = (("size", c_size_t), ("data", c_void_p))


class wasmtime_instance_t(Structure):
    """An instance, by its place in a store."""

    _fields_ = (("store_id", c_uint64), ("private", c_size_t))


class wasmtime_func_t(Structure):
    """A function, by its place in a store."""

    _fields_ = (("store_id", c_uint64), ("private", c_void_p))


class wasmtime_memory_t(Structure):
    """A memory, by its place in a store."""

    _fields_ = (("store_id", c_uint64), ("private", c_uint64 * 2))


class wasmtime_extern_union_t(Union):
    """The exports that we use; a memory is the largest."""

    _fields_ = (("func", wasmtime_func_t), ("memory", wasmtime_memory_t))


class wasmtime_extern_t(Structure):
    """An export."""

    _fields_ = (("kind", c_uint8), ("of", wasmtime_extern_union_t))


class wasmtime_valunion_t(Union):
    """What can be a value; references, of which there are none here, are the largest."""

    _fields_ = (("i32", c_int32), ("i64", c_int64), ("reference", c_uint64 * 3))


class wasmtime_val_t(Structure):
    """A value."""

    _fields_ = (("kind", c_uint8), ("of", wasmtime_valunion_t))


# Pointers: to what only wasmtime looks into, and to a structure or a place for an answer (`byref`).
_OPAQUE = _AT = c_void_p

#: The result and the arguments of each function.
DECLARATIONS: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "wasm_byte_vec_delete": (None, (_AT,)),
    "wasmtime_error_message": (None, (_OPAQUE, _AT)),
    "wasmtime_error_delete": (None, (_OPAQUE,)),
    "wasmtime_trap_code": (c_bool, (_OPAQUE, _AT)),
    "wasm_trap_message": (None, (_OPAQUE, _AT)),
    "wasm_trap_delete": (None, (_OPAQUE,)),
    "wasm_config_new": (_OPAQUE, ()),
    "wasm_config_delete": (None, (_OPAQUE,)),
    "wasmtime_config_consume_fuel_set": (None, (_OPAQUE, c_bool)),
    "wasmtime_config_memory_guard_size_set": (None, (_OPAQUE, c_uint64)),
    "wasmtime_config_memory_reservation_set": (None, (_OPAQUE, c_uint64)),
    "wasmtime_config_target_set": (_OPAQUE, (_OPAQUE, c_char_p)),
    "wasmtime_config_wasm_memory64_set": (None, (_OPAQUE, c_bool)),
    "wasmtime_config_wasm_threads_set": (None, (_OPAQUE, c_bool)),
    "wasmtime_pooling_allocation_config_new": (_OPAQUE, ()),
    "wasmtime_pooling_allocation_config_delete": (None, (_OPAQUE,)),
    "wasmtime_pooling_allocation_config_linear_memory_keep_resident_set": (
        None,
        (_OPAQUE, c_size_t),
    ),
    "wasmtime_pooling_allocation_config_max_memory_size_set": (None, (_OPAQUE, c_size_t)),
    "wasmtime_pooling_allocation_config_total_core_instances_set": (None, (_OPAQUE, c_uint32)),
    "wasmtime_pooling_allocation_config_total_memories_set": (None, (_OPAQUE, c_uint32)),
    "wasmtime_pooling_allocation_config_total_stacks_set": (None, (_OPAQUE, c_uint32)),
    "wasmtime_pooling_allocation_config_total_tables_set": (None, (_OPAQUE, c_uint32)),
    "wasmtime_pooling_allocation_strategy_set": (None, (_OPAQUE, _OPAQUE)),
    "wasm_engine_new_with_config": (_OPAQUE, (_OPAQUE,)),
    "wasm_engine_delete": (None, (_OPAQUE,)),
    "wasmtime_module_new": (_OPAQUE, (_OPAQUE, c_char_p, c_size_t, _AT)),
    "wasmtime_module_deserialize_file": (_OPAQUE, (_OPAQUE, c_char_p, _AT)),
    "wasmtime_module_imports": (None, (_OPAQUE, _AT)),
    "wasm_importtype_vec_delete": (None, (_AT,)),
    "wasmtime_module_serialize": (_OPAQUE, (_OPAQUE, _AT)),
    "wasmtime_module_delete": (None, (_OPAQUE,)),
    "wasmtime_linker_new": (_OPAQUE, (_OPAQUE,)),
    "wasmtime_linker_instantiate_pre": (_OPAQUE, (_OPAQUE, _OPAQUE, _AT)),
    "wasmtime_linker_delete": (None, (_OPAQUE,)),
    "wasmtime_instance_pre_instantiate": (_OPAQUE, (_OPAQUE, _OPAQUE, _AT, _AT)),
    "wasmtime_instance_pre_delete": (None, (_OPAQUE,)),
    "wasmtime_store_new": (_OPAQUE, (_OPAQUE, c_void_p, c_void_p)),
    "wasmtime_store_limiter": (None, (_OPAQUE, c_int64, c_int64, c_int64, c_int64, c_int64)),
    "wasmtime_store_context": (_OPAQUE, (_OPAQUE,)),
    "wasmtime_store_delete": (None, (_OPAQUE,)),
    "wasmtime_context_set_fuel": (_OPAQUE, (_OPAQUE, c_uint64)),
    "wasmtime_instance_export_get": (c_bool, (_OPAQUE, _AT, c_char_p, c_size_t, _AT)),
    "wasmtime_func_call": (_OPAQUE, (_OPAQUE, _AT, _AT, c_size_t, _AT, c_size_t, _AT)),
    "wasmtime_memory_data": (c_void_p, (_OPAQUE, _AT)),
    "wasmtime_memory_data_size": (c_size_t, (_OPAQUE, _AT)),
}


def _library() -> CDLL:
    # The package is found but not imported.
    package = find_spec("wasmtime")
    if package is None or package.origin is None:
        raise ImportError("the package wasmtime is not installed", name="wasmtime")
    # A wheel has one of them, such as linux-x86_64/_libwasmtime.so.
    files = list(Path(package.origin).parent.glob(f"{sys.platform}-*/*wasmtime.*"))
    if len(files) != 1:
        raise ImportError(f"the package wasmtime is not for {sys.platform}", name="wasmtime")
    library = CDLL(str(files[0]))
    for name, (result, arguments) in DECLARATIONS.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


#: The functions, by their names.
LIBRARY = _library()
