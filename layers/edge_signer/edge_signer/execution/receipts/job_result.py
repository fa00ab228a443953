"""A job's result and its request as a client keeps them, read so that nothing has two meanings."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from hashlib import sha256
from typing import Annotated, Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

#: No function answers with as much as this.
MAX_JSON_BYTES = 16 * 2**20


class _Kept(BaseModel):
    """What is read of a file; other fields are nobody's business here."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")


class JobResult(_Kept):
    """A JobResult: each stream as text, or in base64 where it is none.

    Attributes:
        attestation: The DSSE envelope, not looked into yet.
    """

    job_id: str
    status: str
    exit_code: int
    stdout: str | None = None
    stdout_base64: str | None = None
    stderr: str | None = None
    stderr_base64: str | None = None
    receipt_json: str
    attestation: dict[str, Any]
    limits: dict[str, int] | None = None

    @model_validator(mode="after")
    def _give_each_stream_once(self) -> Self:
        self.stdout_bytes()
        self.stderr_bytes()
        return self

    def stdout_bytes(self) -> bytes:
        """Give what the module wrote."""
        return _stream(self.stdout, self.stdout_base64)

    def stderr_bytes(self) -> bytes:
        """Give what it wrote there."""
        return _stream(self.stderr, self.stderr_base64)


class JobRequest(_Kept):
    """A JobRequest, with the module itself or at least its digest."""

    job_id: str | None = None
    module_hash: Annotated[str | None, Field(pattern=r"^sha256:[0-9a-f]{64}\z")] = None
    wasm_bytes: str | None = None
    args: list[str] = []
    stdin: str | None = None
    stdin_base64: str | None = None

    @model_validator(mode="after")
    def _give_one_input(self) -> Self:
        self.stdin_bytes()
        return self

    @model_validator(mode="after")
    def _name_one_module(self) -> Self:
        named = self.module_hash
        if self.wasm_bytes is None and named is None:
            raise ValueError("no module")
        if self.wasm_bytes is not None and named not in {None, self.expected_module_hash()}:
            raise ValueError("two modules")
        return self

    def stdin_bytes(self) -> bytes:
        """Give what the module was to read; nothing where the request has none."""
        if self.stdin is None and self.stdin_base64 is None:
            return b""
        return _stream(self.stdin, self.stdin_base64)

    def expected_module_hash(self) -> str:
        """Give the digest of the module that was to run."""
        if self.wasm_bytes is None:
            return str(self.module_hash)
        return f"sha256:{sha256(_decoded(self.wasm_bytes)).hexdigest()}"


_Read = TypeVar("_Read", bound=_Kept)


def read_json(kind: type[_Read], content: bytes) -> _Read | None:
    """Read a result or a request; None where it is none, or JSON that can be read in two ways."""
    if len(content) > MAX_JSON_BYTES:
        return None
    try:
        fields = json.loads(content.decode(), object_pairs_hook=_object_without_repeats)
        return kind.model_validate(fields)
    except (ValidationError, ValueError, RecursionError):
        return None


def _object_without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise ValueError("a name is there twice")
    return fields


def _stream(text: str | None, base64: str | None) -> bytes:
    if text is not None and base64 is None:
        return text.encode()
    if base64 is not None and text is None:
        return _decoded(base64)
    raise ValueError("a stream is there once")


def _decoded(base64: str) -> bytes:
    """Decode the one spelling that some bytes have in base64."""
    content = b64decode(base64, validate=True)
    if b64encode(content).decode() != base64:
        raise ValueError("not the usual base64")
    return content
