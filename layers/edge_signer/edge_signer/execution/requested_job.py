"""A job as a tenant asks for it: what makes it the same job when it is asked for again."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass

from edge_signer.execution.job import Job
from edge_signer.execution.limits import Limits, Requirements, effective_limits


@dataclass(frozen=True)
class RequestedJob:
    """A job that may be run, on behalf of an authenticated tenant.

    Attributes:
        tenant_id: Whose job it is; another tenant's of the same name is another job.
        job_id: The client's name for it: 1 to 128 letters, digits, `.`, `_` and `-`.
        module_hash: `sha256:` and 64 lower-case hexadecimal digits.
        wasm: The module, checked; None where it is stored.
        args: What the guest finds from `argv[1]` on.
        stdin: What it may read.
        requirements: What it asks for.

    Raises:
        ValueError: `args` or `stdin` is too long, or no argument of a C program.
        UnsupportedRequirementError: `requirements` asks for what is not here.
    """

    tenant_id: str
    job_id: str
    module_hash: str
    wasm: bytes | None
    args: tuple[str, ...]
    stdin: bytes
    requirements: Requirements

    def __post_init__(self) -> None:
        self.with_module(self.wasm or b"")

    @property
    def limits(self) -> Limits:
        """What it gets."""
        return effective_limits(self.requirements)

    def with_module(self, wasm: bytes) -> Job:
        """Give what the sandbox takes.

        Args:
            wasm: The module, checked.
        """
        return Job(wasm, self.args, self.limits, self.stdin)

    @property
    def content_sha256(self) -> str:
        """Digest of all that is asked for but the name, in hexadecimal.

        A module that was sent and one that is only named are the same.
        """
        asked = [
            self.module_hash,
            self.args,
            hashlib.sha256(self.stdin).hexdigest(),
            asdict(self.requirements),
        ]
        return hashlib.sha256(json.dumps(asked).encode()).hexdigest()
