"""The statement of a job: in-toto Statement v1 with SLSA provenance v1 as its predicate.

It holds digests instead of output, so that its length is bounded: KMS signs at most 4,096 bytes.
https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md
https://slsa.dev/spec/v1.0/provenance
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from edge_signer.execution.receipts.build_type import PATTERN, URN
from edge_signer.execution.receipts.receipt import Receipt

Sha256Hex = Annotated[str, Field(pattern=r"^[0-9a-f]{64}\z")]
Name = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}\z")]
Count = Annotated[int, Field(ge=0, le=2**53 - 1)]
Version = Annotated[str, Field(pattern=r"^[0-9A-Za-z.+-]{1,40}\z")]
Moment = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\z")]


class _Part(BaseModel):
    """A part of the statement: exactly these members, in this order."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class Digest(_Part):
    """A DigestSet with one digest."""

    sha256: Sha256Hex


class Stream(_Part):
    """An output stream of the job."""

    name: Literal["stdout", "stderr"]
    digest: Digest


class Module(_Part):
    """The module that ran."""

    name: Literal["module"] = "module"
    digest: Digest


class Arguments(_Part):
    """The client's choices: digests of arguments, standard input and environment variables.

    `args_sha256` and `env_sha256` make them. A job without variables has neither of the last two.
    """

    argsCount: Count
    argsSha256: Sha256Hex
    stdinSha256: Sha256Hex
    envCount: Annotated[int, Field(ge=1, le=2**53 - 1)] | None = None
    envSha256: Sha256Hex | None = None


class Limits(_Part):
    """The runner's choice: the limits that were in effect."""

    limits: Annotated[dict[Name, Count], Field(max_length=16)]


class BuildDefinition(_Part):
    """The job's inputs."""

    buildType: Annotated[str, Field(pattern=PATTERN)] = URN
    externalParameters: Arguments
    internalParameters: Limits
    resolvedDependencies: tuple[Module]


class Versions(_Part):
    """The releases of the runner and of what runs modules in it."""

    edge_signer: Annotated[Version, Field(alias="edge-signer")]
    wasmtime: Version


class Builder(_Part):
    """The kind of runner; the key identifies which one.

    Without `version`, a release signed that did not sign fuel and compile time either.
    """

    id: Literal["urn:edge-signer:job-runner:v1"] = "urn:edge-signer:job-runner:v1"
    version: Versions | None = None


class Metadata(_Part):
    """Which job ran, and when."""

    invocationId: Annotated[str, Field(min_length=1, max_length=128)]
    startedOn: Moment
    finishedOn: Moment


class Ending(_Part):
    """How the job ended.

    `guestExitCode` is there if the guest exited with a code from 126 up, which `exitCode` does not
    hold: it would look like the code of a status. `fuelUsed` is there if it was counted, and
    `compileTimeMs` if the module was compiled for this job.
    """

    status: Name
    exitCode: Annotated[int, Field(ge=0, le=255)]
    guestExitCode: Annotated[int, Field(ge=126, le=2**32 - 1)] | None = None
    fuelUsed: Count | None = None
    compileTimeMs: Count | None = None


class ReceiptText(_Part):
    """The text of the receipt v0.1, in base64, and the digest that the receipt's signature signs.

    It does not hold the receipt's signature, because both signatures are made at the same time.
    """

    name: Literal["receipt"] = "receipt"
    mediaType: Literal["text/plain"] = "text/plain"
    digest: Digest
    content: Annotated[str, Field(max_length=256)]
    annotations: Ending

    @classmethod
    def of(cls, receipt: Receipt, ending: Ending) -> Self:
        """Describe a job's receipt, and how the job ended."""
        return cls(
            digest=Digest(sha256=receipt.digest().hex()),
            content=b64encode(receipt.message()).decode(),
            annotations=ending,
        )


class RunDetails(_Part):
    """The run and its results."""

    builder: Builder
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
        """Encode it in the only form that is signed and accepted."""
        return self.model_dump_json(by_alias=True, exclude_none=True).encode()


def args_sha256(args: Sequence[str]) -> str:
    """Return the SHA-256 of arguments as canonical JSON (RFC 8785), in hexadecimal.

    Raises:
        UnicodeEncodeError: An argument holds half of a surrogate pair.
    """
    canonical = json.dumps(list(args), ensure_ascii=False, separators=(",", ":"))
    return sha256(canonical.encode()).hexdigest()


def env_sha256(env: Mapping[str, str]) -> str:
    """Return the SHA-256 of environment variables as canonical JSON (RFC 8785), in hexadecimal.

    Args:
        env: Values by names; the names are ASCII.

    Raises:
        UnicodeEncodeError: A value holds half of a surrogate pair.
    """
    canonical = json.dumps(dict(env), ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return sha256(canonical.encode()).hexdigest()
