"""Modules are compiled, stored, loaded and linked, and what is none is refused with the reason."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
import wasmtime
from wasmtime import wat2wasm

from edge_signer.signing.manifest.tbs_module import MEMORY_LIMIT_BYTES, TBS_MODULE
from edge_signer.signing.manifest.wasmtime_c_api import LIBRARY
from edge_signer.signing.manifest.wasmtime_engine import (
    Engine,
    InstancePre,
    Module,
    Pool,
    Trap,
    WasmtimeError,
)
from edge_signer.signing.manifest.wasmtime_instance import BareInstance
from tests.judges.wasmtime_engine import engine_like_the_hosts

MEMORY_BYTES = 4 * 64 * 1024
WASM = bytes(
    wat2wasm(
        """(module
             (memory (export "memory") 1)
             (func (export "trap") (result i64) (unreachable)))"""
    )
)
IMPORTING = bytes(wat2wasm('(module (import "env" "f" (func)) (import "env" "g" (func)))'))


@pytest.fixture
def engine() -> Engine:
    return Engine(MEMORY_BYTES, Pool(2, 0))


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


@pytest.mark.parametrize("module", ["(module (memory i64 1))", "(module (memory 1 2 shared))"])
def test_what_the_builder_has_not_is_off(engine: Engine, module: str) -> None:
    with pytest.raises(WasmtimeError, match="memor"):
        Module.compiled(engine, bytes(wat2wasm(module)))


def test_what_is_fuzzed_is_the_code_that_signs() -> None:
    shipped = Module.compiled(Engine(MEMORY_LIMIT_BYTES, None), TBS_MODULE.read()).serialized()
    fuzzed = wasmtime.Module(engine_like_the_hosts(), TBS_MODULE.read()).serialize()
    assert bytes(fuzzed) == shipped


@pytest.mark.parametrize(
    ("given_back", "mistake"),
    [
        ("wasmtime_error_delete", lambda one: Module.compiled(one, b"")),
        ("wasm_byte_vec_delete", lambda one: Module.compiled(one, b"")),
        ("wasm_byte_vec_delete", lambda one: Module.compiled(one, WASM).serialized()),
        ("wasm_importtype_vec_delete", lambda one: Module.compiled(one, WASM).import_count),
        ("wasmtime_linker_delete", lambda one: InstancePre(one, Module.compiled(one, WASM))),
        ("wasmtime_linker_delete", lambda one: InstancePre(one, Module.compiled(one, IMPORTING))),
        ("wasm_trap_delete", lambda one: called(one, b"trap")),
        ("wasmtime_store_delete", lambda one: called(one, b"trap")),
    ],
)
def test_what_wasmtime_lent_is_given_back(
    engine: Engine,
    given_back: str,
    mistake: Callable[[Engine], object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    times = 0
    delete = getattr(LIBRARY, given_back)

    def counted(*lent: object) -> None:
        nonlocal times
        times += 1
        delete(*lent)

    monkeypatch.setattr(LIBRARY, given_back, counted)
    with suppress(WasmtimeError, Trap):
        mistake(engine)
    assert times == 1


def called(engine: Engine, name: bytes) -> int:
    linked = InstancePre(engine, Module.compiled(engine, WASM))
    return BareInstance(engine, linked, fuel=10, memory_bytes=MEMORY_BYTES).call(name)


def test_imports_are_counted_and_nothing_is_linked_with_them(engine: Engine) -> None:
    assert Module.compiled(engine, WASM).import_count == 0
    importing = Module.compiled(engine, IMPORTING)
    assert importing.import_count == 2
    with pytest.raises(WasmtimeError, match="env"):
        InstancePre(engine, importing)


def test_a_target_that_there_is_not_is_refused() -> None:
    with pytest.raises(WasmtimeError, match="abacus"):
        Engine(MEMORY_BYTES, None, "abacus")
