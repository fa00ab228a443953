"""Compiled code in the function's memory, and the shelf from which it comes and to which it goes.

Each tenant has its own: how long a job takes must not tell what another tenant has run. Nothing but
this process can write here, so nothing here needs to be checked again.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

CACHE_BYTES = 128 * 1024 * 1024
#: One tenant cannot push out what the others need.
BYTES_OF_A_TENANT = CACHE_BYTES // 4


@dataclass(frozen=True)
class CodeKey:
    """What code was compiled from, and for whom.

    Args:
        tenant_id: The only tenant that gets it.
        module_sha256: Of the module, in hexadecimal.
    """

    tenant_id: str
    module_sha256: str

    @classmethod
    def of(cls, tenant_id: str, wasm: bytes) -> CodeKey:
        """Return the key of a module's code."""
        return cls(tenant_id, hashlib.sha256(wasm).hexdigest())


class CodeShelf(Protocol):
    """Keeps compiled code beyond this process; it may forget it at any time."""

    def find(self, key: CodeKey) -> bytearray | None:
        """Return code exactly as it was kept under this key; None if there is none."""

    def keep(self, key: CodeKey, code: bytearray) -> None:
        """Keep code."""


class CodeCache:
    """The code that was used last, of each tenant and of all.

    Args:
        most_bytes: Of all code together.
        most_of_a_tenant: Bytes of one tenant's code together.
    """

    def __init__(
        self, most_bytes: int = CACHE_BYTES, most_of_a_tenant: int = BYTES_OF_A_TENANT
    ) -> None:
        self._most_bytes = most_bytes
        self._most_of_a_tenant = most_of_a_tenant
        self._lock = threading.Lock()
        self._kept: OrderedDict[CodeKey, bytearray] = OrderedDict()

    def find(self, key: CodeKey) -> bytearray | None:
        """Return code; None if there is none, or no longer."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def keep(self, key: CodeKey, code: bytearray) -> None:
        """Keep code, and forget what was not used for longest if it would be too much."""
        with self._lock:
            self._kept[key] = code
            self._kept.move_to_end(key)
            mine = [one for one in self._kept if one.tenant_id == key.tenant_id]
            self._forget(mine, self._most_of_a_tenant)
            self._forget([*self._kept], self._most_bytes)

    def drop(self, key: CodeKey) -> None:
        """Forget code."""
        with self._lock:
            self._kept.pop(key, None)

    def _forget(self, oldest_first: list[CodeKey], most_bytes: int) -> None:
        excess = sum(len(self._kept[one]) for one in oldest_first) - most_bytes
        for one in oldest_first:
            if excess <= 0:
                return
            excess -= len(self._kept.pop(one))


class Turns:
    """Lets each tenant do one thing at a time, whatever the others do."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken: dict[str, tuple[threading.Lock, int]] = {}

    @contextmanager
    def of(self, tenant_id: str) -> Iterator[None]:
        """Wait for the tenant's turn, and have it for the block."""
        with self._lock:
            turn, waiting = self._taken.get(tenant_id, (threading.Lock(), 0))
            self._taken[tenant_id] = turn, waiting + 1
        try:
            with turn:
                yield
        finally:
            with self._lock:
                turn, waiting = self._taken.pop(tenant_id)
                if waiting > 1:
                    self._taken[tenant_id] = turn, waiting - 1
