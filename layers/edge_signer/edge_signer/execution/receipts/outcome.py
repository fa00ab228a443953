"""A job that has run, and what its receipt and its attestation say of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import ClassVar

from pydantic import AwareDatetime, ConfigDict, TypeAdapter

from edge_signer.execution.receipts.build_type import URN
from edge_signer.execution.receipts.receipt import Receipt
from edge_signer.execution.receipts.statement import (
    Arguments,
    BuildDefinition,
    Builder,
    Count,
    Digest,
    Ending,
    Limits,
    Metadata,
    Module,
    Provenance,
    ReceiptText,
    RunDetails,
    Statement,
    Stream,
    Versions,
    args_sha256,
    env_sha256,
)


@dataclass(frozen=True)
class JobOutcome:
    """A job that has run, however it ended.

    Attributes:
        job_id: The client's name for it, 1 to 128 characters.
        module_hash: `sha256:` and 64 lower-case hexadecimal digits.
        args: The module's arguments.
        stdin_sha256: SHA-256 of its standard input, in hexadecimal.
        limits: The limits that it ran under, with units in their names: at most 16, each name of
            at most 40 lower-case letters, digits and underscores.
        status: Why it ended, in the same characters.
        exit_code: 0 to 255.
        stdout: What it wrote, as the client receives it.
        stderr: Likewise.
        started_at: When it began, with a time zone.
        finished_at: When it ended.
        wall_time_ms: How long it ran, in milliseconds.
        guest_exit_code: What the module exited with, if `exit_code` cannot say so: from 126 up.
        env: The module's environment variables.
        compile_time_ms: How long compiling the module took, in milliseconds; None if it was
            compiled before.
        build_type: Address of the document that explains the attestation.
        versions: Of the runner and of wasmtime, as the attestation names them; empty if an earlier
            release ran the job. Then neither fuel nor compile time is signed.
        fuel_used: None if the guest did not begin to run, or its process was killed.
        detail: Not signed. What trapped or is missing, for people.
    """

    # In JSON, the streams are base64.
    __pydantic_config__: ClassVar = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    job_id: str
    module_hash: str
    args: Sequence[str]
    stdin_sha256: str
    limits: Mapping[str, int]
    status: str
    exit_code: int
    stdout: bytes
    stderr: bytes
    started_at: AwareDatetime
    finished_at: AwareDatetime
    wall_time_ms: Count
    guest_exit_code: int | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    compile_time_ms: int | None = None
    build_type: str = URN
    versions: Mapping[str, str] = field(default_factory=dict)
    fuel_used: int | None = None
    detail: str = ""

    def to_json(self) -> bytes:
        """Encode it, so that it can be signed later."""
        kept = _Kept(self, self.fuel_used, self.detail)
        return _JSON.dump_json(kept, exclude={"outcome": {"fuel_used", "detail"}})

    @classmethod
    def from_json(cls, content: bytes) -> JobOutcome:
        """Read what `to_json` makes.

        Raises:
            ValueError: The content is something else, or could not be signed.
        """
        kept = _JSON.validate_json(content)
        outcome = replace(kept.outcome, fuel_used=kept.fuel_used, detail=kept.detail)
        try:
            outcome.statement()
            if outcome.receipt().timestamp < 0:
                raise ValueError("the job ended before 1970")
        except OverflowError as beyond:
            raise ValueError("a time beyond the calendar") from beyond
        return outcome

    def receipt(self) -> Receipt:
        """Return what the receipt says."""
        return Receipt(
            module_hash=self.module_hash,
            exit_code=self.exit_code,
            wall_time_ms=self.wall_time_ms,
            timestamp=int(self.finished_at.timestamp()),
        )

    def statement(self) -> Statement:
        """Return what the attestation says.

        Raises:
            ValueError: A field is out of bounds, or a text is not valid Unicode.
        """
        module_sha256 = self.module_hash.removeprefix("sha256:")
        versions = Versions.model_validate(dict(self.versions)) if self.versions else None
        return Statement(
            subject=(
                Stream(name="stdout", digest=_digest(self.stdout)),
                Stream(name="stderr", digest=_digest(self.stderr)),
            ),
            predicate=Provenance(
                buildDefinition=BuildDefinition(
                    buildType=self.build_type,
                    externalParameters=Arguments(
                        argsCount=len(self.args),
                        argsSha256=args_sha256(self.args),
                        stdinSha256=self.stdin_sha256,
                        envCount=len(self.env) or None,
                        envSha256=env_sha256(self.env) if self.env else None,
                    ),
                    internalParameters=Limits(limits=dict(self.limits)),
                    resolvedDependencies=(Module(digest=Digest(sha256=module_sha256)),),
                ),
                runDetails=RunDetails(
                    builder=Builder(version=versions),
                    metadata=Metadata(
                        invocationId=self.job_id,
                        startedOn=_moment(self.started_at),
                        finishedOn=_moment(self.finished_at),
                    ),
                    byproducts=(ReceiptText.of(self.receipt(), self._ending()),),
                ),
            ),
        )

    def _ending(self) -> Ending:
        is_told = bool(self.versions)
        return Ending(
            status=self.status,
            exitCode=self.exit_code,
            guestExitCode=self.guest_exit_code,
            fuelUsed=self.fuel_used if is_told else None,
            compileTimeMs=self.compile_time_ms if is_told else None,
        )


@dataclass(frozen=True)
class _Kept:
    outcome: JobOutcome
    fuel_used: int | None
    detail: str


_JSON = TypeAdapter(_Kept)


def _digest(output: bytes) -> Digest:
    return Digest(sha256=sha256(output).hexdigest())


def _moment(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
