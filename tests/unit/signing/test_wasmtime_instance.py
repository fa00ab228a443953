"""An instance by wasmtime's C API does what one of wasmtime-py does, and fails as loudly."""

from __future__ import annotations

import pytest
from wasmtime import wat2wasm

from edge_signer.signing.manifest.wasmtime_c_api import WASMTIME_I32
from edge_signer.signing.manifest.wasmtime_engine import (
    Engine,
    InstancePre,
    Module,
    Pool,
    Trap,
    WasmtimeError,
)
from edge_signer.signing.manifest.wasmtime_instance import I64, BareInstance

PAGE_BYTES = 64 * 1024
AT_ONCE = 3
FUEL = 10_000
MODULE = """
(module
  (memory (export "memory") 2)
  (data (i32.const 8) "data")
  (func (export "none") (result i64) (i64.const 7))
  (func (export "same") (param i32) (result i64) (i64.extend_i32_u (local.get 0)))
  (func (export "all_ones") (param i32) (result i64) (i64.const -1))
  (func (export "byte_at") (param i32) (result i64) (i64.load8_u (local.get 0)))
  (func (export "trap") (param i32) (result i64) (unreachable))
  (func (export "for_ever") (param i32) (result i64) (loop (br 0)) (unreachable))
  (func (export "grow") (param i32) (result i64)
    (i64.extend_i32_s (memory.grow (local.get 0))))
  (func (export "of_two") (param i32 i32) (result i64)
    (i64.extend_i32_u (i32.sub (local.get 0) (local.get 1))))
  (func (export "of_both") (param i64 i32) (result i32)
    (i32.sub (i32.wrap_i64 (i64.shr_u (local.get 0) (i64.const 32))) (local.get 1)))
  (func (export "of_i64") (param i64) (result i64) (i64.const 0))
  (func (export "gives_i32") (param i32) (result i32) (i32.const 0))
  (func (export "gives_none") (param i32)))
"""


class Pooled:
    def __init__(self, module: str = MODULE) -> None:
        self.engine = Engine(4 * PAGE_BYTES, Pool(AT_ONCE, PAGE_BYTES))
        self.instance_pre = InstancePre(
            self.engine, Module.compiled(self.engine, bytes(wat2wasm(module)))
        )

    def instance(self, fuel: int = FUEL, memory_bytes: int = 3 * PAGE_BYTES) -> BareInstance:
        return BareInstance(self.engine, self.instance_pre, fuel=fuel, memory_bytes=memory_bytes)


@pytest.fixture
def pooled() -> Pooled:
    return Pooled()


def test_an_argument_and_an_answer_are_unsigned(pooled: Pooled) -> None:
    instance = pooled.instance()
    assert instance.call(b"same", 2**32 - 1) == 2**32 - 1
    assert instance.call(b"all_ones", 0) == 2**64 - 1


def test_arguments_and_answers_of_either_width_are_passed(pooled: Pooled) -> None:
    instance = pooled.instance()
    assert instance.call(b"of_two", 7, 5) == 2
    assert instance.call(b"of_both", I64(9 << 32 | 1), 2, gives=WASMTIME_I32) == 7
    assert instance.call(b"of_both", I64(1 << 32), 2, gives=WASMTIME_I32) == 2**32 - 1
    assert instance.call(b"gives_none", 0, gives=None) == 0
    for wrong in ((I64(7), 5), (7, I64(5))):
        with pytest.raises(WasmtimeError):
            instance.call(b"of_two", *wrong)


def test_a_function_without_arguments_is_called_without_one(pooled: Pooled) -> None:
    instance = pooled.instance()
    assert instance.call(b"none") == 7
    for name, arguments in ((b"none", (0,)), (b"same", ())):
        with pytest.raises(WasmtimeError, match="arguments"):
            instance.call(name, *arguments)


def test_what_is_written_is_what_the_module_has(pooled: Pooled) -> None:
    instance = pooled.instance()
    assert instance.read(6, 8) == b"\0\0data\0\0"
    instance.write(70_000, b"ab")
    assert instance.call(b"byte_at", 70_001) == ord("b")
    assert instance.read(69_999, 4) == b"\0ab\0"


@pytest.mark.parametrize(
    ("address", "length"),
    [(2 * PAGE_BYTES, 1), (2 * PAGE_BYTES - 3, 4), (-1, 1), (0, 2 * PAGE_BYTES + 1), (2**32, 1)],
)
def test_what_is_not_inside_the_memory_is_not_touched(
    pooled: Pooled, address: int, length: int
) -> None:
    instance = pooled.instance()
    with pytest.raises(IndexError):
        instance.read(address, length)
    with pytest.raises(IndexError):
        instance.write(address, bytes(length))
    with pytest.raises(IndexError):
        instance.read(0, -1)


def test_the_whole_memory_is_inside(pooled: Pooled) -> None:
    instance = pooled.instance()
    instance.write(0, b"x" * (2 * PAGE_BYTES))
    assert instance.read(0, 2 * PAGE_BYTES) == b"x" * (2 * PAGE_BYTES)
    instance.write(2 * PAGE_BYTES, b"")


@pytest.mark.parametrize(
    ("name", "told", "is_out_of_fuel"),
    [(b"trap", "unreachable", False), (b"for_ever", "all fuel consumed", True)],
)
def test_a_trap_says_why(pooled: Pooled, name: bytes, told: str, is_out_of_fuel: bool) -> None:
    with pytest.raises(Trap, match=told) as trap:
        pooled.instance().call(name, 0)
    assert trap.value.is_out_of_fuel is is_out_of_fuel


@pytest.mark.parametrize(
    ("name", "error"),
    [
        (b"nobody", KeyError),
        (b"memory", KeyError),
        (b"of_two", WasmtimeError),
        (b"of_i64", WasmtimeError),
        (b"gives_none", WasmtimeError),
        (b"gives_i32", TypeError),
    ],
)
def test_a_function_of_another_kind_is_an_error(
    pooled: Pooled, name: bytes, error: type[Exception]
) -> None:
    with pytest.raises(error):
        pooled.instance().call(name, 0)


def test_a_module_without_a_memory_is_an_error() -> None:
    with pytest.raises(KeyError):
        Pooled("(module)").instance()


def test_fuel_is_for_all_calls_together(pooled: Pooled) -> None:
    instance = pooled.instance(fuel=30)

    def call_for_ever() -> None:
        for _ in range(30):
            instance.call(b"same", 0)

    instance.call(b"same", 0)
    with pytest.raises(Trap):
        call_for_ever()


def test_memory_grows_to_its_limit_only(pooled: Pooled) -> None:
    instance = pooled.instance(memory_bytes=3 * PAGE_BYTES)
    assert instance.call(b"grow", 1) == 2
    assert instance.call(b"grow", 1) == 2**64 - 1
    with pytest.raises(WasmtimeError):
        pooled.instance(memory_bytes=PAGE_BYTES)


def test_what_a_memory_has_grown_by_is_inside(pooled: Pooled) -> None:
    instance = pooled.instance()
    instance.write(0, b"before")
    with pytest.raises(IndexError):
        instance.write(2 * PAGE_BYTES, b"a")
    instance.call(b"grow", 1)
    instance.write(3 * PAGE_BYTES - 2, b"ab")
    assert instance.call(b"byte_at", 3 * PAGE_BYTES - 1) == ord("b")
    assert instance.read(0, 6) == b"before"
    with pytest.raises(IndexError):
        instance.write(3 * PAGE_BYTES - 1, b"ab")


def test_an_instance_has_nothing_of_the_one_before(pooled: Pooled) -> None:
    fresh = pooled.instance().read(0, 2 * PAGE_BYTES)
    for _ in range(2 * AT_ONCE):
        instance = pooled.instance()
        assert instance.read(0, 2 * PAGE_BYTES) == fresh
        instance.write(0, b"secret" * (2 * PAGE_BYTES // 6))
        instance.call(b"grow", 1)


def test_an_instance_gives_its_place_back(pooled: Pooled) -> None:
    for _ in range(4 * AT_ONCE):
        with pytest.raises(Trap):
            pooled.instance().call(b"trap", 0)
    alive = [pooled.instance() for _ in range(AT_ONCE)]
    with pytest.raises(WasmtimeError, match="limit"):
        pooled.instance()
    alive.pop()
    assert pooled.instance().call(b"same", 1) == 1
