"""The module that knows where manifest stores go in files, and its host."""

from __future__ import annotations

import struct
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, BinaryIO

import wasmtime

from edge_signer_client.errors import AssetLayoutError

MODULE_PATH = Path(__file__).parent / "embed.wasm"
_MEMORY_LIMIT_BYTES = 32 * 1024 * 1024
_WANTS_BYTES, _FAILED = 1, 2
# As `State` in wasm_embed/src/embed.zig; texts are an address and a length.
_STATE = struct.Struct("<Q10I3Q4I")


class LayoutModule:
    """An instance of `embed.wasm`, with a memory of its own.

    `wasm_embed/src/embed.zig` describes the calls.

    Attributes:
        state: Address of what `advance` finds.
        window: Address of the window, through which the module sees the asset.
        window_bytes: Its size.
    """

    def __init__(self) -> None:
        engine, module = _compiled()
        self._store = wasmtime.Store(engine)
        self._store.set_limits(memory_size=_MEMORY_LIMIT_BYTES)
        self._exports: dict[str, Any] = dict(
            wasmtime.Instance(self._store, module, []).exports(self._store)
        )
        for export in self._exports.values():
            if isinstance(export, wasmtime.Func):
                _remember_type(export, self._store)
        self.state = self.call("state")
        self.window = self.call("window")
        self.window_bytes = self.call("window_capacity")

    def call(self, name: str, *arguments: int) -> int:
        """Call a function that the module exports, and return its result; 0 for none."""
        result: int | None = self._exports[name](self._store, *arguments)
        return result or 0

    def read(self, at: int, length: int) -> bytes:
        """Copy bytes out of the memory."""
        return bytes(self._exports["memory"].read(self._store, at, at + length))

    def write(self, at: int, content: bytes) -> None:
        """Copy bytes into the memory."""
        self._exports["memory"].write(self._store, content, at)

    def text(self, at: int, length: int) -> str:
        """Copy a text out of the memory."""
        return self.read(at, length).decode()


def advance(module: LayoutModule, asset: BinaryIO) -> tuple[int, ...]:
    """Supply the bytes that the module wants until the plan is made; return its state.

    Raises:
        AssetLayoutError: The module gives up.
        OSError: The file cannot be read.
    """
    length = 0
    while (status := module.call("advance", length)) == _WANTS_BYTES:
        offset, length = state_of(module)[:2]
        asset.seek(offset)
        read = asset.read(length)
        if len(read) != length:
            raise shortened()
        module.write(module.window, read)
    state = state_of(module)
    if status == _FAILED:
        raise AssetLayoutError(module.text(*state[6:8]), module.text(*state[8:10]))
    return state


def state_of(module: LayoutModule) -> tuple[int, ...]:
    """Return what `advance` found: the fields of `State`, in their order."""
    return _STATE.unpack(module.read(module.state, _STATE.size))


def shortened() -> AssetLayoutError:
    """Return the error for a file whose end is gone."""
    return AssetLayoutError("Truncated", "the file became shorter while it was read")


def _remember_type(function: wasmtime.Func, store: wasmtime.Store) -> None:
    """Spare wasmtime asking for the type at each call, which takes most of a short call's time."""
    kind = function.type(store)
    known = SimpleNamespace(params=kind.params, results=kind.results)
    function.type = lambda _: known  # type: ignore[method-assign, assignment, return-value]


@cache
def _compiled() -> tuple[wasmtime.Engine, wasmtime.Module]:
    config = wasmtime.Config()
    # By default each memory takes 4 GiB of addresses, which a limited process does not have.
    config.memory_reservation = _MEMORY_LIMIT_BYTES
    engine = wasmtime.Engine(config)
    return engine, wasmtime.Module.from_file(engine, str(MODULE_PATH))
