"""The linear memory of a guest, which remembers whether its last growth was refused.

wasmtime's own limit refuses growth without telling the host, so a guest that aborts for lack of
memory looks like any other that aborts. These callbacks of wasmtime's C API map the memory instead.
https://docs.wasmtime.dev/c-api/structwasmtime__memory__creator.html
"""

from __future__ import annotations

import ctypes
import mmap
from typing import Any

from wasmtime import Config
from wasmtime import _bindings as c_api

_NOTHING, _READ_WRITE = 0, mmap.PROT_READ | mmap.PROT_WRITE
_FLAGS = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
_MAP_FAILED = ctypes.c_void_p(-1).value


class GuestMemory:
    """Maps the one linear memory that a guest may have.

    Attributes:
        max_bytes: Its limit, for the next guest.
        is_refused: Whether the guest's last request for memory was refused, its initial one
            included.
    """

    def __init__(self) -> None:
        self.max_bytes = 0
        self.is_refused = False
        self._base = self._bytes = self._reserved_bytes = 0
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._libc.mmap.restype = ctypes.c_void_p
        # wasmtime calls them for as long as the process lives.
        self._callbacks = (
            c_api.wasmtime_memory_get_callback_t(self._get),
            c_api.wasmtime_memory_grow_callback_t(self._grow),
            ctypes.CFUNCTYPE(None, ctypes.c_void_p)(self._forget),
        )
        self._creator = c_api.wasmtime_memory_creator_t(
            None,
            c_api.wasmtime_new_memory_callback_t(self._make),
            ctypes.CFUNCTYPE(None, ctypes.c_void_p)(lambda _: None),
        )

    def serve(self, config: Config) -> None:
        """Have engines of this configuration get their memories here."""
        c_api.wasmtime_config_host_memory_creator_set(config.ptr(), ctypes.byref(self._creator))

    def reset(self, max_bytes: int) -> None:
        """Prepare for the next guest."""
        self.max_bytes, self.is_refused = max_bytes, False

    def _make(self, _env: Any, _type: Any, *sizes: Any) -> int:
        """Reserve addresses for the largest memory, and the guard pages that catch the rest."""
        least, _most, reserved, guard, made = sizes
        if least > self.max_bytes:
            self.is_refused = True
            return _error(b"the memory is larger than its limit")
        mapped = self._libc.mmap(
            None, ctypes.c_size_t(reserved + guard), _NOTHING, _FLAGS, -1, ctypes.c_long(0)
        )
        if mapped == _MAP_FAILED:
            return _error(b"no addresses are left")
        self._base, self._bytes, self._reserved_bytes = mapped, 0, reserved
        made[0].env = None
        made[0].get_memory, made[0].grow_memory, made[0].finalizer = self._callbacks
        return self._grow(None, least)

    def _get(self, _env: Any, length: Any, most: Any) -> int:
        length[0], most[0] = self._bytes, self._reserved_bytes
        return self._base

    def _grow(self, _env: Any, wanted_bytes: int) -> int:
        self.is_refused = wanted_bytes > min(self.max_bytes, self._reserved_bytes) or (
            self._libc.mprotect(
                ctypes.c_void_p(self._base), ctypes.c_size_t(wanted_bytes), _READ_WRITE
            )
            != 0
        )
        if self.is_refused:
            return _error(b"the memory may not grow further")
        self._bytes = wanted_bytes
        return 0

    def _forget(self, _env: Any) -> None:
        """Leave the addresses mapped: the process ends with its guest."""


def _error(message: bytes) -> int:
    """Make an error, which wasmtime frees."""
    error = c_api.wasmtime_error_new(message)
    return ctypes.cast(error, ctypes.c_void_p).value or 0
