"""A JobResult as it is answered and kept: these bytes, whenever the job is asked for again."""

from __future__ import annotations

from base64 import b64encode
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field

from edge_signer.execution.proof import JobProof
from edge_signer.execution.ran_job import RanJob

_TEXT = "What the module wrote there, where it is UTF-8."
_BYTES = "The same in base64, where it is not."


class JobAnswer(BaseModel):
    """The job has run, to whatever end; receipt and attestation are signed by the receipt key."""

    model_config = ConfigDict(frozen=True)

    job_id: str
    status: Annotated[str, Field(description="How it ended; `ok` is an end of the module's own.")]
    exit_code: Annotated[
        int, Field(ge=0, le=255, description="The module's own after `ok`, else above 125.")
    ]
    stdout: Annotated[str | None, Field(description=_TEXT)] = None
    stdout_base64: Annotated[str | None, Field(description=_BYTES)] = None
    stderr: Annotated[str | None, Field(description=_TEXT)] = None
    stderr_base64: Annotated[str | None, Field(description=_BYTES)] = None
    limits: Annotated[dict[str, int], Field(description="Those that were in effect.")]
    receipt_json: Annotated[str, Field(description="The receipt v0.1, as its verifiers take it.")]
    attestation: Annotated[
        dict[str, Any], Field(description="A DSSE envelope around an in-toto statement.")
    ]
    detail: Annotated[
        str | None, Field(description="What trapped or is missing; nobody vouches for it.")
    ] = None
    fuel_used: Annotated[
        int | None, Field(description="Operations, about; nobody vouches for it.")
    ] = None

    @classmethod
    def of(cls, ran: RanJob, proof: JobProof) -> Self:
        """Put the answer together.

        Args:
            ran: The job.
            proof: What was signed of it.
        """
        outcome = ran.outcome
        return cls(
            job_id=outcome.job_id,
            status=outcome.status,
            exit_code=outcome.exit_code,
            **_stream("stdout", outcome.stdout),
            **_stream("stderr", outcome.stderr),
            limits=dict(outcome.limits),
            receipt_json=proof.receipt_json,
            attestation=proof.attestation,
            detail=ran.detail or None,
            fuel_used=ran.fuel_used,
        )

    @classmethod
    def is_of(cls, content: bytes, job_id: str) -> bool:
        """Tell whether bytes are what `to_json` wrote of a job of that name."""
        try:
            return cls.model_validate_json(content).job_id == job_id
        except ValueError:
            return False

    def to_json(self) -> bytes:
        """The body on the wire."""
        return self.model_dump_json(exclude_none=True).encode()


def _stream(name: str, written: bytes) -> dict[str, Any]:
    try:
        return {name: written.decode()}
    except UnicodeDecodeError:
        return {f"{name}_base64": b64encode(written).decode()}
