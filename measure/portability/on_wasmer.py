"""The module under wasmer 1.1.0 with its Cranelift compiler; runs in CPython 3.10."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import cast

import wasmer
from wasmer_compiler_cranelift import Compiler

from measure.portability.wire import serve


class WasmerInstance:
    """An instance in a store of its own, so that nothing outlives a recording."""

    def __init__(self, module: wasmer.Module) -> None:
        self._exports = wasmer.Instance(module).exports

    def call(self, export: str, *arguments: int) -> int:
        return cast(int, getattr(self._exports, export)(*arguments))

    def write(self, address: int, content: bytes) -> None:
        memoryview(self._exports.memory.buffer)[address : address + len(content)] = content

    def memory(self) -> bytes:
        return bytes(self._exports.memory.buffer)


store = wasmer.Store(wasmer.engine.JIT(Compiler))
module = wasmer.Module(store, Path(sys.argv[1]).read_bytes())
serve("wasmer", wasmer.__version__, lambda: WasmerInstance(module))
