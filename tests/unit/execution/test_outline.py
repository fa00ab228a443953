"""Modules without their code import and export the same, and compile for what they are."""

from __future__ import annotations

from contextlib import suppress

import pytest
from wasmtime import Engine, Module

from edge_signer.execution.job import MAGIC
from edge_signer.execution.sandbox.outline import may_start, outline_of
from tests.conftest import ROOT
from tests.jobs.guests import a_million_functions, compile_bomb, of_functions, text, with_data

RICH = """(module
  (type $sum (func (param i32 i64) (result f32)))
  (import "env" "f" (func (type $sum)))
  (import "env" "g" (global i32))
  (table (export "table") 2 funcref)
  (memory (export "memory") 1)
  (global (export "global") (mut i32) (i32.const 4))
  (func $a (export "_start") (local i32) (local.set 0 (i32.const 7)))
  (func $b (export "sum") (type $sum) (f32.const 1))
  (start $a)
  (elem (i32.const 0) $a $b)
  (data (i32.const 0) "abc"))"""


def seen(wasm: bytes) -> list[object]:
    module = Module(Engine(), wasm)
    told = [(one.module, one.name, type(one.type)) for one in module.imports]
    return [told, [(one.name, type(one.type)) for one in module.exports]]


@pytest.mark.parametrize("wasm", [text(RICH), (ROOT / "examples/hello.wasm").read_bytes()])
def test_an_outline_imports_and_exports_what_the_module_does(wasm: bytes) -> None:
    assert seen(outline_of(wasm)) == seen(wasm)


def test_a_start_section_is_seen_and_many_other_sections_are_not_searched_for_one() -> None:
    plain = of_functions([b"\0\x0b"])
    assert may_start(text(RICH))
    assert not may_start(plain)
    # Custom sections, which may stand anywhere.
    assert not may_start(MAGIC + b"\0\1\0" * 90 + plain[len(MAGIC) :])
    assert may_start(MAGIC + b"\0\1\0" * 1_000_000 + plain[len(MAGIC) :])


def test_an_outline_has_neither_code_nor_data() -> None:
    assert len(outline_of(compile_bomb())) < 50
    assert len(outline_of(with_data(100_000))) < 60
    assert len(outline_of(a_million_functions())) < 5_100_000


@pytest.mark.parametrize("cut", range(8, len(of_functions([b"\0\x0b"]))))
def test_a_module_that_is_cut_off_has_an_outline_or_none(cut: int) -> None:
    whole = of_functions([b"\0\x0b"])
    with suppress(ValueError):
        assert len(outline_of(whole[:cut])) < len(outline_of(whole))


def test_a_count_of_functions_beyond_reason_is_refused() -> None:
    with pytest.raises(ValueError, match="more functions"):
        outline_of(b"\0asm\1\0\0\0" + b"\x0a\x05\xff\xff\xff\xff\x0f")
