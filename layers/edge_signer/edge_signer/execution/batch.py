"""A batch as a tenant requests it, and what happened to its jobs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from pydantic import TypeAdapter

from edge_signer.execution.job import RequestedJob
from edge_signer.execution.limits import Limits, Requirements, effective_limits
from edge_signer.execution.receipts.batch_answer import JobNotRun
from edge_signer.execution.receipts.outcome import JobOutcome

MAX_JOBS = 100
#: All of them are in memory at once.
MAX_MODULES = 8
#: How long the jobs of a batch run, all together and with compiling.
BATCH_S = 20
#: Before a batch's name in the ledger and in the store. No job's name has a slash.
BATCH_PREFIX = "batch/"


@dataclass(frozen=True)
class RequestedBatch:
    """Jobs that an authenticated tenant requests together.

    Args:
        tenant_id: The tenant. Another tenant's batch with the same name is another batch.
        batch_id: The client's name for it, in the characters of a job's.
        jobs: In the order in which they run.

    Raises:
        ValueError: Two jobs have the same name, or there are too many modules.
    """

    tenant_id: str
    batch_id: str
    jobs: tuple[RequestedJob, ...]

    def __post_init__(self) -> None:
        first: dict[str, int] = {}
        for position, job in enumerate(self.jobs):
            earlier = first.setdefault(job.job_id, position)
            if earlier != position:
                raise ValueError(f"jobs[{position}].job_id must not be that of jobs[{earlier}]")
        if len({job.module_hash for job in self.jobs}) > MAX_MODULES:
            raise ValueError(f"jobs must have at most {MAX_MODULES} modules in total")

    @property
    def job_id(self) -> str:
        """Its name in the ledger and in the store, which no job can have."""
        return BATCH_PREFIX + self.batch_id

    @property
    def limits(self) -> Limits:
        """The limits that it has as a whole."""
        return effective_limits(Requirements(timeout_seconds=BATCH_S))

    @cached_property
    def modules(self) -> dict[str, bytes | None]:
        """The modules by their hashes, checked; None for those that are stored."""
        sent = {job.module_hash: job.wasm for job in self.jobs if job.wasm is not None}
        return {job.module_hash: sent.get(job.module_hash) for job in self.jobs}

    @property
    def content_sha256(self) -> str:
        """Digest of everything in the request except the name, in hexadecimal.

        It does not depend on whether modules are sent or only named.
        """
        content = [[job.job_id, job.content_sha256] for job in self.jobs]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()


@dataclass(frozen=True)
class BatchOutcome:
    """What happened to the jobs of a batch, in their order."""

    jobs: Sequence[JobOutcome | JobNotRun]

    def to_json(self) -> bytes:
        """Encode it, so that it can be signed later."""
        kept = [one.to_json().decode() if isinstance(one, JobOutcome) else one for one in self.jobs]
        return _JSON.dump_json(kept)

    @classmethod
    def from_json(cls, content: bytes) -> BatchOutcome:
        """Read what `to_json` makes.

        Raises:
            ValueError: The content is something else, or could not be signed.
        """
        kept = _JSON.validate_json(content)
        return cls(
            [JobOutcome.from_json(one.encode()) if isinstance(one, str) else one for one in kept]
        )


_JSON: TypeAdapter[list[str | JobNotRun]] = TypeAdapter(list[str | JobNotRun])
