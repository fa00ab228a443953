"""How every runtime is spoken to: recordings on its standard input, answers on its standard output.

Both are lines of JSON. The runtime introduces itself first, then answers each recording, played
into an instance of its own:

    → {"name": "…", "calls": [["prepare", "input in hex", input length], …]}
    ← {"runtime": "…", "version": "…"}
    ← {"answers": [[is it an error, "bytes in hex"], …], "memory": "SHA-256 of all the memory"}

The memory tells of differences that no answer shows. CPython 3.10 reads this file too.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable
from typing import Any, Protocol

ERROR_BIT = 1 << 31
LENGTH_MASK = ERROR_BIT - 1


class Instance(Protocol):
    """One fresh instance of the module, in whatever runtime."""

    def call(self, export: str, *arguments: int) -> int:
        """Call an export; its answer may be signed."""

    def write(self, address: int, content: bytes) -> None:
        """Write into the memory."""

    def memory(self) -> bytes:
        """Give all the memory."""


def serve(runtime: str, version: str, instantiate: Callable[[], Instance]) -> None:
    """Play every recording on standard input."""
    print(json.dumps({"runtime": runtime, "version": version}))
    for line in sys.stdin:
        print(json.dumps(_play(instantiate(), json.loads(line)["calls"])))


def _play(instance: Instance, calls: list[tuple[str, str, int]]) -> dict[str, Any]:
    answers = []
    for export, content, length in calls:
        buffer = instance.call("definition_buffer" if export == "prepare" else "signature_buffer")
        instance.write(_address(buffer), bytes.fromhex(content))
        answer = instance.call(export, length)
        start = _address(answer)
        found = instance.memory()[start : start + (answer & LENGTH_MASK)]
        answers.append([bool(answer & ERROR_BIT), found.hex()])
    return {"answers": answers, "memory": hashlib.sha256(instance.memory()).hexdigest()}


def _address(answer: int) -> int:
    return (answer >> 32) & 0xFFFF_FFFF
