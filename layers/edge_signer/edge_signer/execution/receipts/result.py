"""A job's result: written by the service, and read by verifiers together with its request."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from hashlib import sha256
from typing import Annotated, Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from edge_signer.execution.receipts.outcome import JobOutcome
from edge_signer.execution.receipts.receipt import bytes_given
from edge_signer.platform.strict_json import object_without_repeats

#: More than any function can answer with.
MAX_JSON_BYTES = 16 * 2**20

_TEXT = "What the module wrote to this stream, if it is UTF-8."
_BYTES = "The same in base64, if it is not UTF-8."

VariableName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*\z")]


class EndedAnswer(BaseModel):
    """The answer to a job that has run, without its proofs."""

    model_config = ConfigDict(frozen=True)

    job_id: str
    status: Annotated[
        str, Field(description="How the job ended; `ok` if the module ended by itself.")
    ]
    exit_code: Annotated[
        int,
        Field(
            ge=0, le=255, description="The module's own if `status` is `ok`, otherwise above 125."
        ),
    ]
    guest_exit_code: Annotated[
        int | None,
        Field(
            ge=126,
            le=2**32 - 1,
            description="What the module exited with if `status` is `reserved_exit_code`.",
        ),
    ] = None
    stdout: Annotated[str | None, Field(description=_TEXT)] = None
    stdout_base64: Annotated[str | None, Field(description=_BYTES)] = None
    stderr: Annotated[str | None, Field(description=_TEXT)] = None
    stderr_base64: Annotated[str | None, Field(description=_BYTES)] = None
    limits: Annotated[dict[str, int], Field(description="The limits that were in effect.")]
    detail: Annotated[str | None, Field(description="What went wrong; not signed.")] = None
    fuel_used: Annotated[
        int | None,
        Field(description="Roughly the number of operations; not signed."),
    ] = None
    compile_time_ms: Annotated[
        int | None,
        Field(description="How long compiling took; absent if the module was compiled before."),
    ] = None

    @classmethod
    def of(cls, outcome: JobOutcome, **proofs: Any) -> Self:
        """Combine an outcome and its proofs, by their names in the answer."""
        return cls(
            job_id=outcome.job_id,
            status=outcome.status,
            exit_code=outcome.exit_code,
            guest_exit_code=outcome.guest_exit_code,
            **_text_or_base64("stdout", outcome.stdout),
            **_text_or_base64("stderr", outcome.stderr),
            limits=dict(outcome.limits),
            detail=outcome.detail or None,
            fuel_used=outcome.fuel_used,
            compile_time_ms=outcome.compile_time_ms,
            **proofs,
        )

    def to_json(self) -> bytes:
        """Encode it as the body of the response."""
        return self.model_dump_json(exclude_none=True).encode()


class JobAnswer(EndedAnswer):
    """The result of a job that has run; the receipt key signed its receipt and attestation."""

    receipt_json: Annotated[str, Field(description="The receipt v0.1, ready for its verifiers.")]
    attestation: Annotated[
        dict[str, Any], Field(description="A DSSE envelope around an in-toto statement.")
    ]

    @classmethod
    def is_of(cls, content: bytes, job_id: str) -> bool:
        """Tell whether `content` is the `to_json` of a job with this name."""
        try:
            return cls.model_validate_json(content).job_id == job_id
        except ValueError:
            return False


class Kept(BaseModel):
    """A file that a client keeps; verifiers ignore its other fields."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")


class Ended(Kept):
    """How a job ended, as a verifier reads it: a stream is in base64 if it is not UTF-8."""

    job_id: str
    status: str
    exit_code: int
    guest_exit_code: int | None = None
    stdout: str | None = None
    stdout_base64: str | None = None
    stderr: str | None = None
    stderr_base64: str | None = None
    limits: dict[str, int] | None = None
    fuel_used: int | None = None
    compile_time_ms: int | None = None

    @model_validator(mode="after")
    def _give_each_stream_once(self) -> Self:
        self.stdout_bytes()
        self.stderr_bytes()
        return self

    def stdout_bytes(self) -> bytes:
        """Return what the module wrote to standard output."""
        return _stream(self.stdout, self.stdout_base64)

    def stderr_bytes(self) -> bytes:
        """Return what the module wrote to standard error."""
        return _stream(self.stderr, self.stderr_base64)


class JobResult(Ended):
    """A JobResult as a verifier reads it.

    Attributes:
        attestation: The DSSE envelope, not parsed yet.
    """

    receipt_json: str
    attestation: dict[str, Any]


class JobRequest(Kept):
    """A JobRequest, with the module or its digest."""

    job_id: str | None = None
    module_hash: Annotated[str | None, Field(pattern=r"^sha256:[0-9a-f]{64}\z")] = None
    wasm_bytes: str | None = None
    args: list[str] = []
    stdin: str | None = None
    stdin_base64: str | None = None
    env: dict[VariableName, str] = {}

    @model_validator(mode="after")
    def _give_one_input_and_one_module(self) -> Self:
        self.stdin_bytes()
        named = self.module_hash
        if self.wasm_bytes is None and named is None:
            raise ValueError("no module")
        if self.wasm_bytes is not None and named not in {None, self.expected_module_hash()}:
            raise ValueError("two modules")
        return self

    def stdin_bytes(self) -> bytes:
        """Return the requested standard input; empty if the request has none."""
        if self.stdin is None and self.stdin_base64 is None:
            return b""
        return _stream(self.stdin, self.stdin_base64)

    def expected_module_hash(self) -> str:
        """Return the digest of the requested module."""
        if self.wasm_bytes is None:
            return str(self.module_hash)
        return f"sha256:{sha256(_decoded(self.wasm_bytes)).hexdigest()}"


_Read = TypeVar("_Read", bound=Kept)


def read_json(kind: type[_Read], content: bytes | str) -> _Read | None:
    """Read a result or a request; None if it is malformed, or repeats a name in an object."""
    fields = read_object(content)
    return None if fields is None else read_members(kind, fields)


def read_object(given: bytes | str) -> dict[str, Any] | None:
    """Read a JSON object; None if it is something else, or repeats a name in an object."""
    content = bytes_given(given)
    if content is None or len(content) > MAX_JSON_BYTES:
        return None
    try:
        fields = json.loads(content.decode(), object_pairs_hook=object_without_repeats)
    except (ValueError, RecursionError):
        return None
    return fields if isinstance(fields, dict) else None


def read_members(kind: type[_Read], members: dict[str, Any]) -> _Read | None:
    """Read the members of an object; None if they are malformed."""
    try:
        return kind.model_validate(members)
    except (ValidationError, ValueError):
        return None


def _stream(text: str | None, base64: str | None) -> bytes:
    if text is not None and base64 is None:
        return text.encode()
    if base64 is not None and text is None:
        return _decoded(base64)
    raise ValueError("a stream must be given exactly once")


def _decoded(base64: str) -> bytes:
    """Decode base64, in its canonical form only."""
    content = b64decode(base64, validate=True)
    if b64encode(content).decode() != base64:
        raise ValueError("not canonical base64")
    return content


def _text_or_base64(name: str, written: bytes) -> dict[str, Any]:
    try:
        return {name: written.decode()}
    except UnicodeDecodeError:
        return {f"{name}_base64": b64encode(written).decode()}
