"""The module under wasmtime, the layer's engine: what all others are compared with."""

from __future__ import annotations

import sys
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import cast

from wasmtime import Engine, Func, Linker, Memory, Module, Store

from edge_signer.signing.manifest.builder import FUEL_PER_REQUEST
from edge_signer.signing.manifest.tbs_module import TBS_MODULE
from measure.portability.wire import serve
from tests.judges.wasmtime_engine import engine_like_the_hosts


class WasmtimeInstance:
    """An instance with fuel, as the layer's have it."""

    def __init__(self, engine: Engine, module: Module) -> None:
        self._store = Store(engine)
        self._store.set_fuel(FUEL_PER_REQUEST)
        self._exports = Linker(engine).instantiate(self._store, module).exports(self._store)
        self._memory = cast(Memory, self._exports["memory"])

    def call(self, export: str, *arguments: int) -> int:
        return cast(int, cast(Func, self._exports[export])(self._store, *arguments))

    def write(self, address: int, content: bytes) -> None:
        self._memory.write(self._store, content, address)

    def memory(self) -> bytes:
        return bytes(self._memory.read(self._store))


engine = engine_like_the_hosts()
module = Module(engine, replace(TBS_MODULE, path=Path(sys.argv[1])).read())
serve("wasmtime", version("wasmtime"), lambda: WasmtimeInstance(engine, module))
