"""Calls into a guest that come back every few milliseconds, so that the host can stop the guest.

wasmtime suspends a guest whenever it has used so much fuel. This needs nothing in the machine code
besides the counting of fuel, while epochs would make tight loops up to twice as slow. wasmtime-py
does not wrap these functions of the C API.
https://docs.wasmtime.dev/c-api/async_8h.html
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

from wasmtime import Func, Instance, Linker, Module, Store, Trap, WasmtimeError
from wasmtime import _bindings as c_api

# From half a millisecond in the tightest loops to five in slow code.
FUEL_BETWEEN_LOOKS = 10_000_000


class StoppedError(Exception):
    """The host stopped the guest, whose fuel is exact."""


def allow_stops(store: Store) -> None:
    """Have guests of a store suspended now and then; they must be called with these functions."""
    error = c_api.wasmtime_context_fuel_async_yield_interval(store._context(), FUEL_BETWEEN_LOOKS)
    if error:
        raise WasmtimeError._from_ptr(error)


def instantiate(
    linker: Linker, store: Store, module: Module, is_stopped: Callable[[], bool]
) -> Instance:
    """Instantiate a module, which runs its start section.

    Raises:
        Trap, WasmtimeError: As `Linker.instantiate`.
        StoppedError: `is_stopped` said so.
    """
    made = c_api.wasmtime_instance_t()
    _await(
        lambda *ends: c_api.wasmtime_linker_instantiate_async(
            linker.ptr(), store._context(), module.ptr(), ctypes.byref(made), *ends
        ),
        is_stopped,
    )
    return Instance._from_raw(made)


def call(func: Func, store: Store, is_stopped: Callable[[], bool]) -> None:
    """Call a function without parameters and results.

    Raises:
        Trap, WasmtimeError: As `Func.__call__`.
        StoppedError: `is_stopped` said so.
    """
    _await(
        lambda *ends: c_api.wasmtime_func_call_async(
            store._context(), ctypes.byref(func._func), None, 0, None, 0, *ends
        ),
        is_stopped,
    )


def _await(begin: Callable[..., Any], is_stopped: Callable[[], bool]) -> None:
    trap = ctypes.POINTER(c_api.wasm_trap_t)()
    error = ctypes.POINTER(c_api.wasmtime_error_t)()
    future = begin(ctypes.byref(trap), ctypes.byref(error))
    try:
        while not c_api.wasmtime_call_future_poll(future):
            if is_stopped():
                raise StoppedError
    finally:
        c_api.wasmtime_call_future_delete(future)
    if trap:
        raise Trap._from_ptr(trap)
    if error:
        raise WasmtimeError._from_ptr(error)
