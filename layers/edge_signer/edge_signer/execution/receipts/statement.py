"""The statement of a job: in-toto Statement v1 with SLSA provenance v1 as its predicate.

It holds digests and never output, so that its length is bounded: KMS signs 4,096 bytes at most.
https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md
https://slsa.dev/spec/v1.0/provenance
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Sha256Hex = Annotated[str, Field(pattern=r"^[0-9a-f]{64}\z")]
Name = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}\z")]
Count = Annotated[int, Field(ge=0, le=2**53 - 1)]
Moment = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\z")]


class _Part(BaseModel):
    """A part of the statement: all members are there, no other is, and each in this order."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class Digest(_Part):
    """A DigestSet of one."""

    sha256: Sha256Hex


class Stream(_Part):
    """What the job wrote to a stream."""

    name: Literal["stdout", "stderr"]
    digest: Digest


class Module(_Part):
    """What ran."""

    name: Literal["module"] = "module"
    digest: Digest


class Arguments(_Part):
    """What the client chose: arguments, as a digest of them (`args_sha256`), and standard input."""

    argsCount: Count
    argsSha256: Sha256Hex
    stdinSha256: Sha256Hex


class Limits(_Part):
    """What the runner chose: the limits that were in effect."""

    limits: Annotated[dict[Name, Count], Field(max_length=16)]


class BuildDefinition(_Part):
    """What went in."""

    buildType: Literal["urn:edge-signer:wasi-preview1-job:v1"] = (
        "urn:edge-signer:wasi-preview1-job:v1"
    )
    externalParameters: Arguments
    internalParameters: Limits
    resolvedDependencies: tuple[Module]


class Builder(_Part):
    """Who ran it; the key says which one."""

    id: Literal["urn:edge-signer:job-runner:v1"] = "urn:edge-signer:job-runner:v1"


class Metadata(_Part):
    """Which job, and when."""

    invocationId: Annotated[str, Field(min_length=1, max_length=128)]
    startedOn: Moment
    finishedOn: Moment


class Ending(_Part):
    """How the job ended."""

    status: Name
    exitCode: Annotated[int, Field(ge=0, le=255)]


class ReceiptText(_Part):
    """The text of the receipt v0.1, in base64, and the digest that the receipt's signature signs.

    The receipt's own signature is made at the same time, so it cannot be in here.
    """

    name: Literal["receipt"] = "receipt"
    mediaType: Literal["text/plain"] = "text/plain"
    digest: Digest
    content: Annotated[str, Field(max_length=256)]
    annotations: Ending


class RunDetails(_Part):
    """What came out."""

    builder: Builder = Builder()
    metadata: Metadata
    byproducts: tuple[ReceiptText]


class Provenance(_Part):
    """SLSA provenance v1."""

    buildDefinition: BuildDefinition
    runDetails: RunDetails


class Statement(_Part):
    """in-toto Statement v1."""

    type: Literal["https://in-toto.io/Statement/v1"] = Field(
        default="https://in-toto.io/Statement/v1", alias="_type"
    )
    subject: tuple[Stream, Stream]
    predicateType: Literal["https://slsa.dev/provenance/v1"] = "https://slsa.dev/provenance/v1"
    predicate: Provenance

    def to_bytes(self) -> bytes:
        """Give the only form in which a statement is signed and taken."""
        return self.model_dump_json(by_alias=True).encode()
