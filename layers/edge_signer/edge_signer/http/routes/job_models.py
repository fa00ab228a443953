"""Request and response bodies of the job routes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from edge_signer.execution.job import RequestedJob, checked_module
from edge_signer.execution.limits import Requirements
from edge_signer.execution.receipts.receipt_keys import PublishedKey, Use
from edge_signer.execution.service import CompiledAhead
from edge_signer.http.answers import AnswerBody
from edge_signer.http.wire_formats import read_base64
from edge_signer.platform.errors import InvalidRequestError

MODULE_HASH = r"^sha256:[0-9a-f]{64}$"
#: Not only dots: clients and proxies remove `.` and `..` from paths.
JOB_ID = r"^[.]{0,126}[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$"
MAX_JOB_ID_CHARACTERS = 128

ModuleHash = Annotated[
    str, Field(pattern=MODULE_HASH, description="`sha256:` and the SHA-256 of the module.")
]


class Sent(BaseModel):
    """A part of a request: exactly these fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class JobRequirements(Sent):
    """The limits that a job requests; a value above a cap is lowered to the cap."""

    cpu_cores: Annotated[int, Field(description="Number of threads; a job gets one.")] = 1
    memory_mb: Annotated[int, Field(description="Linear memory in MiB; up to 256.")] = 128
    timeout_seconds: Annotated[
        int, Field(description="Wall-clock seconds, without compiling; up to 20.")
    ] = 30
    arch: Annotated[
        str | None, Field(max_length=32, description="`wasm32`, or the host's own architecture.")
    ] = None
    wasm_runtime: Annotated[str | None, Field(max_length=32, description="`wasmtime`.")] = None


class JobRequestBody(Sent):
    """A job: a WASI preview1 command, its arguments and its input."""

    job_id: Annotated[
        str,
        Field(
            pattern=JOB_ID,
            max_length=MAX_JOB_ID_CHARACTERS,
            description="The client's name for the job, such as a UUID. Keep it for retries.",
        ),
    ]
    module_hash: ModuleHash
    wasm_bytes: Annotated[
        str | None,
        Field(description="The module in base64; omit it if it is stored."),
    ] = None
    args: Annotated[
        list[str], Field(max_length=1024, description="The arguments after `argv[0]`.")
    ] = []
    stdin: Annotated[str | None, Field(description="The module's standard input, as text.")] = None
    stdin_base64: Annotated[str | None, Field(description="The standard input as base64.")] = None
    env: Annotated[
        dict[str, str],
        Field(
            max_length=128,
            description="The module's environment variables by name, at most 32 KiB in total.",
        ),
    ] = {}
    requirements: JobRequirements = JobRequirements()

    def to_requested_job(self, tenant_id: str, build_type: str | None = None) -> RequestedJob:
        """Return the job for the job service, on behalf of an authenticated tenant.

        Args:
            tenant_id: The tenant.
            build_type: Address of the document that explains the attestation; None for its name.

        Raises:
            InvalidRequestError: Arguments, variables or input are too long, or input comes twice.
            InvalidBase64Error: `wasm_bytes` or `stdin_base64` is not base64.
            ModuleHashMismatchError, NotAModuleError, ModuleTooLargeError: `wasm_bytes` is refused.
            UnsupportedRequirementError: `requirements` is refused.
        """
        try:
            return RequestedJob(
                tenant_id=tenant_id,
                job_id=self.job_id,
                module_hash=self.module_hash,
                wasm=self._module(),
                args=tuple(self.args),
                stdin=self._stdin(),
                requirements=Requirements(**self.requirements.model_dump()),
                env=self.env,
                build_type=build_type,
            )
        except ValueError as refused:
            raise InvalidRequestError(str(refused)) from None

    def _module(self) -> bytes | None:
        if self.wasm_bytes is None:
            return None
        return checked_module(read_base64("wasm_bytes", self.wasm_bytes), self.module_hash)

    def _stdin(self) -> bytes:
        if self.stdin is not None and self.stdin_base64 is not None:
            raise InvalidRequestError("send either stdin or stdin_base64, not both")
        if self.stdin_base64 is not None:
            return read_base64("stdin_base64", self.stdin_base64)
        return (self.stdin or "").encode()


class ModuleAnswer(AnswerBody):
    """The module is stored, for this tenant's jobs only."""

    module_hash: ModuleHash
    module_bytes: Annotated[int, Field(description="Length of the module.")]
    compiled: Annotated[
        bool,
        Field(
            description="Whether its first job finds it compiled. If not, and there is no `status`,"
            " that job compiles it."
        ),
    ]
    status: Annotated[
        Literal["compile_error", "compile_limit"] | None,
        Field(description="How each of its jobs would end, if it cannot be compiled."),
    ] = None
    detail: Annotated[
        str | None, Field(description="What is wrong with it, and what to change.")
    ] = None

    @classmethod
    def of(cls, module_hash: str, wasm: bytes, came: CompiledAhead) -> Self:
        """Say what is known of a stored module."""
        said: dict[str, Any] = {}
        if came.ended is not None:
            said = {"status": str(came.ended.status), "detail": came.ended.detail}
        return cls(
            module_hash=module_hash, module_bytes=len(wasm), compiled=came.is_compiled, **said
        )


class ReceiptKeyAnswer(BaseModel):
    """A key to pin."""

    model_config = ConfigDict(frozen=True)

    key_id: Annotated[
        str, Field(description="`keyid` of attestations: SHA-256 of the SubjectPublicKeyInfo.")
    ]
    algorithm: Literal["Ed25519"] = "Ed25519"
    public_key: Annotated[str, Field(description="`node_pubkey` of receipts, 32 bytes in hex.")]
    use: Annotated[
        Use,
        Field(
            description="`current` signs now, `next` will, `previous` did before the last rotation."
        ),
    ]
    valid_from: Annotated[datetime, Field(description="When it was created.")]

    @classmethod
    def of(cls, key: PublishedKey) -> Self:
        """Describe a key."""
        return cls(**vars(key))


class KeysAnswer(AnswerBody):
    """The receipt keys, the current one first."""

    keys: list[ReceiptKeyAnswer]
