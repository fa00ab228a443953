"""wasmtime as jobs use it."""

from __future__ import annotations

import ctypes

from wasmtime import Config, Engine, ImportType, Linker, Module, Store, WasmtimeError
from wasmtime import _bindings as c_api

from edge_signer.execution.sandbox.guest_memory import GuestMemory
from edge_signer.execution.sandbox.host_functions import HostFunctions, compiled_host_functions
from edge_signer.execution.sandbox.protocol import UnusableCodeError


class GuestEngine:
    """An engine, and what guests may import.

    Args:
        memory: Maps the guests' memories.
    """

    def __init__(self, memory: GuestMemory) -> None:
        config = Config()
        config.consume_fuel = True
        config.parallel_compilation = False
        # One image of the initial memory, as copy-on-write needs it (wasmtime's default). Without,
        # each data segment becomes code that counts fuel, and Go takes ten times as long to
        # compile. A worker gets no file in memory to map, so wasmtime copies the image.
        config.memory_init_cow = True
        config.wasm_threads = False
        config.wasm_memory64 = False
        memory.serve(config)
        self.engine = Engine(config)
        self.linker = Linker(self.engine)
        self.linker.allow_shadowing = True
        self.linker.define_wasi()
        self._host_functions = compiled_host_functions(self.engine)

    def define_host_functions(self, store: Store) -> HostFunctions:
        """Define the functions of the host for a guest's store."""
        return HostFunctions(self._host_functions, self.linker, store)

    def offers(self, store: Store, one: ImportType) -> bool:
        """Tell whether a guest may import a name; its type is checked when it is instantiated."""
        try:
            self.linker.get(store, one.module, one.name or "")
        except WasmtimeError:
            return False
        return True

    def loaded(self, code: bytearray) -> Module:
        """Load compiled code, which must be ours: nothing checks the instructions in it.

        Raises:
            UnusableCodeError: Another engine has compiled it.
        """
        module = ctypes.POINTER(c_api.wasmtime_module_t)()
        # wasmtime-py's own method copies the code once more.
        content = (ctypes.c_uint8 * len(code)).from_buffer(code)
        error = c_api.wasmtime_module_deserialize(
            self.engine.ptr(), content, len(code), ctypes.byref(module)
        )
        if error:
            raise UnusableCodeError(str(WasmtimeError._from_ptr(error)))
        return Module._from_ptr(module)
