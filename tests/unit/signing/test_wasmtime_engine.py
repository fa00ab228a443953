"""Modules are compiled, stored, loaded and linked, and what is none is refused with the reason."""

from __future__ import annotations

from pathlib import Path

import pytest
from wasmtime import wat2wasm

from edge_signer.signing.wasmtime_engine import Engine, InstancePre, Module, Pool, WasmtimeError

MEMORY_BYTES = 4 * 64 * 1024
WASM = bytes(wat2wasm('(module (memory (export "memory") 1))'))
IMPORTING = bytes(wat2wasm('(module (import "env" "f" (func)) (import "env" "g" (func)))'))


@pytest.fixture
def engine() -> Engine:
    return Engine(MEMORY_BYTES, Pool(2, MEMORY_BYTES, 0))


def test_what_is_compiled_can_be_stored_and_loaded(engine: Engine, tmp_path: Path) -> None:
    file = tmp_path / "module.cwasm"
    file.write_bytes(Module.compiled(engine, WASM).serialized())
    InstancePre(engine, Module.precompiled(engine, file))


def test_a_file_of_other_settings_is_not_loaded(engine: Engine, tmp_path: Path) -> None:
    file = tmp_path / "module.cwasm"
    file.write_bytes(Module.compiled(Engine(2 * MEMORY_BYTES, None), WASM).serialized())
    with pytest.raises(WasmtimeError, match="memory"):
        Module.precompiled(engine, file)


@pytest.mark.parametrize("content", [b"", b"\0asm", WASM[:-1], b"(module)"])
def test_what_is_no_module_is_refused(engine: Engine, content: bytes, tmp_path: Path) -> None:
    with pytest.raises(WasmtimeError):
        Module.compiled(engine, content)
    file = tmp_path / "module.cwasm"
    file.write_bytes(content)
    with pytest.raises(WasmtimeError):
        Module.precompiled(engine, file)


def test_a_module_beyond_the_pool_is_refused(engine: Engine) -> None:
    greedy = bytes(wat2wasm("(module (memory 5))"))
    with pytest.raises(WasmtimeError, match="memory"):
        Module.compiled(engine, greedy)


def test_imports_are_counted_and_nothing_is_linked_with_them(engine: Engine) -> None:
    assert Module.compiled(engine, WASM).import_count == 0
    importing = Module.compiled(engine, IMPORTING)
    assert importing.import_count == 2
    with pytest.raises(WasmtimeError, match="env"):
        InstancePre(engine, importing)


def test_a_target_that_there_is_not_is_refused() -> None:
    with pytest.raises(WasmtimeError, match="abacus"):
        Engine(MEMORY_BYTES, None, "abacus")
