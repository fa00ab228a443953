"""What is declared of wasmtime's C API is what wasmtime's own module declares."""

from __future__ import annotations

import ctypes
from _ctypes import CFuncPtr
from typing import Any

import pytest
import wasmtime
from wasmtime import _bindings as whole

from edge_signer.signing.manifest import wasmtime_c_api as ours
from edge_signer.signing.manifest.wasmtime_c_api import DECLARATIONS

STRUCTURES = [
    name
    for name, declared in vars(ours).items()
    if isinstance(declared, type) and issubclass(declared, (ctypes.Structure, ctypes.Union))
    if declared.__module__ == ours.__name__
]
_POINTERS = (ctypes.c_void_p, ctypes.c_char_p, ctypes._Pointer, CFuncPtr)


def passed_as(declared: Any) -> Any:
    """Give the type's own, or `pointer`: what to is checked by nobody."""
    if declared is None or not issubclass(declared, _POINTERS):
        return declared
    return "pointer"


@pytest.mark.parametrize("name", DECLARATIONS)
def test_a_function_takes_and_gives_what_wasmtime_says(name: str) -> None:
    theirs = getattr(whole, f"_{name}")
    result, arguments = DECLARATIONS[name]
    assert passed_as(result) == passed_as(theirs.restype)
    assert [passed_as(one) for one in arguments] == [passed_as(one) for one in theirs.argtypes]


@pytest.mark.parametrize("name", STRUCTURES)
def test_a_structure_has_the_size_of_wasmtimes_and_its_fields_their_places(name: str) -> None:
    declared, theirs = getattr(ours, name), getattr(whole, name)
    assert ctypes.sizeof(declared) == ctypes.sizeof(theirs)
    assert ctypes.alignment(declared) == ctypes.alignment(theirs)
    shared = {field for field, _ in declared._fields_} & {field for field, _ in theirs._fields_}
    assert shared or name == "wasmtime_memory_t"
    for field in shared:
        mine, other = getattr(declared, field), getattr(theirs, field)
        assert (mine.offset, mine.size) == (other.offset, other.size), field


def test_numbers_are_wasmtimes() -> None:
    for name in ("WASMTIME_I32", "WASMTIME_I64", "WASMTIME_EXTERN_FUNC", "WASMTIME_EXTERN_MEMORY"):
        assert getattr(ours, name) == getattr(wasmtime._ffi, name).value
    assert wasmtime.TrapCode.OUT_OF_FUEL.value == ours.WASMTIME_TRAP_CODE_OUT_OF_FUEL
