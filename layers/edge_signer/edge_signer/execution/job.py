"""A job before it runs: checked without looking into its module."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass

from edge_signer.execution.errors import (
    ModuleHashMismatchError,
    ModuleTooLargeError,
    NotAModuleError,
)
from edge_signer.execution.limits import Limits

# WebAssembly core, section 5.5.16: `\0asm` and version 1. A component has another version.
MAGIC = b"\0asm\1\0\0\0"
HASH_PREFIX = "sha256:"
# As much as base64 leaves of the 6 MB that Lambda takes.
MAX_MODULE_BYTES = 4 * 1024 * 1024
MAX_ARGS_BYTES = 64 * 1024
MAX_STDIN_BYTES = 256 * 1024
# A C string ends at the one, and UTF-8 has no bytes for the others.
_UNSPEAKABLE = re.compile("[\\0\ud800-\udfff]")


@dataclass(frozen=True)
class Job:
    """A module that may be given to the sandbox, with its arguments and limits.

    Args:
        wasm: The module, checked by `checked_module`.
        args: What the guest finds from `argv[1]` on.
        stdin: What it reads from standard input.
        limits: As granted by `effective_limits`.

    Raises:
        ValueError: `args` or `stdin` is too long, or no argument of a C program.
    """

    wasm: bytes
    args: tuple[str, ...]
    limits: Limits
    stdin: bytes = b""

    def __post_init__(self) -> None:
        for position, arg in enumerate(self.args):
            if _UNSPEAKABLE.search(arg):
                raise ValueError(f"args[{position}] must have no U+0000 and no surrogates")
        if sum(len(arg.encode()) + 1 for arg in self.args) > MAX_ARGS_BYTES:
            raise ValueError(f"args must have at most {MAX_ARGS_BYTES} bytes in all")
        if len(self.stdin) > MAX_STDIN_BYTES:
            raise ValueError(f"stdin must have at most {MAX_STDIN_BYTES} bytes")


def checked_module(wasm: bytes, module_hash: str) -> bytes:
    """Give the module back, if it is the one that was meant and could be one at all.

    wasmtime-py compiles the text format too where it is given that, so the magic is asked for here.

    Args:
        wasm: The module.
        module_hash: `sha256:` and 64 lower-case hexadecimal digits.

    Raises:
        ModuleHashMismatchError: The module has another hash. This is looked at first.
        NotAModuleError: It does not begin as a core module of version 1 does.
        ModuleTooLargeError: It has more than `MAX_MODULE_BYTES`.
    """
    found = HASH_PREFIX + hashlib.sha256(wasm).hexdigest()
    if not hmac.compare_digest(found.encode(), module_hash.encode(errors="replace")):
        raise ModuleHashMismatchError(f"module_hash must be {found}, which the module has")
    if not wasm.startswith(MAGIC):
        raise NotAModuleError(
            "the module must be core WebAssembly in the binary format, version 1;"
            " neither a component nor the text format is"
        )
    if len(wasm) > MAX_MODULE_BYTES:
        raise ModuleTooLargeError(f"the module must have at most {MAX_MODULE_BYTES} bytes")
    return wasm
