"""A job as a tenant requests it and as the sandbox runs it; its module is not parsed yet."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from edge_signer.execution.errors import (
    ModuleHashMismatchError,
    ModuleTooLargeError,
    NotAModuleError,
)
from edge_signer.execution.limits import Limits, Requirements, effective_limits
from edge_signer.execution.receipts.build_type import URN

# WebAssembly core, section 5.5.16: `\0asm` and version 1. A component has another version.
MAGIC = b"\0asm\1\0\0\0"
_COMPONENT = b"\0asm\x0d\0\1\0"
HASH_PREFIX = "sha256:"
# What fits in base64 into the 6 MB that Lambda accepts.
MAX_MODULE_BYTES = 4 * 1024 * 1024
MAX_ARGS_BYTES = 64 * 1024
MAX_STDIN_BYTES = 256 * 1024
MAX_ENV_BYTES = 32 * 1024
# A C string ends at U+0000, and UTF-8 cannot encode surrogates.
_NOT_IN_ARGS = re.compile("[\\0\ud800-\udfff]")
# As in POSIX, and lower-case letters.
_ENV_NAME = re.compile("[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class Job:
    """A job for the sandbox.

    Args:
        wasm: The module, checked by `checked_module`.
        args: The guest's arguments, from `argv[1]` on.
        limits: As granted by `effective_limits`.
        stdin: The guest's standard input.
        env: The guest's environment variables.
        tenant_id: Whose compiled code it may use, and leaves behind.

    Raises:
        ValueError: `args`, `stdin` or `env` is too long, or a C program cannot receive it.
    """

    wasm: bytes
    args: tuple[str, ...]
    limits: Limits
    stdin: bytes = b""
    env: Mapping[str, str] = field(default_factory=dict)
    tenant_id: str = ""

    def __post_init__(self) -> None:
        for position, arg in enumerate(self.args):
            if _NOT_IN_ARGS.search(arg):
                raise ValueError(f"args[{position}] must not contain U+0000 or surrogates")
        if sum(len(arg.encode()) + 1 for arg in self.args) > MAX_ARGS_BYTES:
            raise ValueError(f"args must have at most {MAX_ARGS_BYTES} bytes in total")
        if len(self.stdin) > MAX_STDIN_BYTES:
            raise ValueError(f"stdin must have at most {MAX_STDIN_BYTES} bytes")
        _require_environment(self.env)


@dataclass(frozen=True)
class RequestedJob:
    """A job that an authenticated tenant requests.

    Attributes:
        tenant_id: The tenant. Another tenant's job with the same name is another job.
        job_id: The client's name for it: 1 to 128 letters, digits, `.`, `_` and `-`.
        module_hash: `sha256:` and 64 lower-case hexadecimal digits.
        wasm: The module, checked; None if it is stored.
        args: The guest's arguments, from `argv[1]` on.
        stdin: The guest's standard input.
        requirements: The requested limits.
        env: The guest's environment variables.
        build_type: Address of the document that explains the attestation.

    Raises:
        ValueError: `args`, `stdin` or `env` is too long, or a C program cannot receive it.
        UnsupportedRequirementError: `requirements` asks for something that is not available.
    """

    tenant_id: str
    job_id: str
    module_hash: str
    wasm: bytes | None
    args: tuple[str, ...]
    stdin: bytes
    requirements: Requirements
    env: Mapping[str, str] = field(default_factory=dict)
    build_type: str = URN

    def __post_init__(self) -> None:
        self.with_module(self.wasm or b"")

    @property
    def limits(self) -> Limits:
        """The limits that it gets, if its fuel is counted."""
        return effective_limits(self.requirements)

    def with_module(self, wasm: bytes) -> Job:
        """Return the job for the sandbox, with its module, checked."""
        limits = self.limits.for_module(len(wasm))
        return Job(wasm, self.args, limits, self.stdin, self.env, self.tenant_id)

    @property
    def content_sha256(self) -> str:
        """Digest of everything that the client requests except the name, in hexadecimal.

        It does not depend on whether the module is sent or only named.
        """
        content: list[object] = [
            self.module_hash,
            self.args,
            hashlib.sha256(self.stdin).hexdigest(),
            asdict(self.requirements),
        ]
        if self.env:
            content.append(sorted(self.env.items()))
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def _require_environment(env: Mapping[str, str]) -> None:
    for name, value in env.items():
        if not _ENV_NAME.fullmatch(name):
            raise ValueError(
                "names in env must be letters, digits and _, and not begin with a digit:"
                f" {name[:40]!r} is not"
            )
        if _NOT_IN_ARGS.search(value):
            raise ValueError(f"env.{name[:40]} must not contain U+0000 or surrogates")
    # As in a C program: `NAME=value` and a zero byte.
    if sum(len(name) + len(value.encode()) + 2 for name, value in env.items()) > MAX_ENV_BYTES:
        raise ValueError(f"env must have at most {MAX_ENV_BYTES} bytes in total")


def checked_module(wasm: bytes, module_hash: str) -> bytes:
    """Return the module, if it has the expected hash and starts like a module.

    wasmtime-py also compiles the text format, so this checks the magic number.

    Args:
        wasm: The module.
        module_hash: `sha256:` and 64 lower-case hexadecimal digits.

    Raises:
        ModuleHashMismatchError: The module has another hash. This is checked first.
        NotAModuleError: It does not start like a core module of version 1.
        ModuleTooLargeError: It has more than `MAX_MODULE_BYTES`.
    """
    found = HASH_PREFIX + hashlib.sha256(wasm).hexdigest()
    if not hmac.compare_digest(found.encode(), module_hash.encode(errors="replace")):
        raise ModuleHashMismatchError(f"module_hash must be {found}, the hash of the module")
    if not wasm.startswith(MAGIC):
        if wasm.startswith(_COMPONENT):
            raise NotAModuleError(
                "the module is a component: build for WASI preview1 (wasm32-wasip1, not wasip2)"
            )
        raise NotAModuleError(
            "the module must be core WebAssembly in the binary format, version 1,"
            " and not the text format"
        )
    if len(wasm) > MAX_MODULE_BYTES:
        raise ModuleTooLargeError(f"the module must have at most {MAX_MODULE_BYTES} bytes")
    return wasm
