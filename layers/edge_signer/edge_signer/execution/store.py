"""Stores modules, results and unsigned outcomes in an S3 bucket whose objects expire.

Keys start with the kind of object, for which the bucket has a lifetime, then comes the tenant:
`modules/<tenant>/<sha256>.wasm`, `results/<tenant>/<job>/<content>.json` and, for jobs that could
not be signed yet, `unsigned/<tenant>/<job>/<content>.json`. `<job>` is the SHA-256 of the job's
name, `<content>` that of the requested content: the same name for other content gives another key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from botocore.exceptions import ClientError

from edge_signer.execution.job import HASH_PREFIX, RequestedJob, checked_module
from edge_signer.execution.limits import Limits
from edge_signer.execution.receipts.outcome import JobOutcome
from edge_signer.execution.receipts.result import JobAnswer
from edge_signer.platform.clients import StoreCall
from edge_signer.platform.errors import StoreUnavailableError

_CALL = StoreCall("The job store does not answer; try again.")
_Outcome = TypeVar("_Outcome")
# Another worker has written the object, or is writing it at this moment.
_TAKEN = {"PreconditionFailed", "ConditionalRequestConflict"}


class Requested(Protocol):
    """A job, or a batch of jobs, that a tenant requests."""

    @property
    def tenant_id(self) -> str:
        """The tenant."""

    @property
    def job_id(self) -> str:
        """Its name, which no other job or batch of the tenant has."""

    @property
    def content_sha256(self) -> str:
        """Digest of everything in the request except the name, in hexadecimal."""

    @property
    def limits(self) -> Limits:
        """The limits that it gets."""


class JobStore:
    """The bucket. Needs `s3:PutObject`, `s3:GetObject` and `s3:ListBucket` on it.

    Without `s3:ListBucket`, S3 answers "access denied" for an object that does not exist.

    All methods raise StoreUnavailableError if S3 does not answer; an object may then be stored all
    the same.

    Args:
        s3: Client of S3.
        bucket: Its name.
        complain: Called with a message for each object that has the wrong content.
    """

    def __init__(self, s3: Any, bucket: str, complain: Callable[[str], None]) -> None:
        self._s3 = s3
        self._bucket = bucket
        self._complain = complain

    def put_module(self, tenant_id: str, module_hash: str, wasm: bytes) -> None:
        """Store a tenant's module; storing it again extends its lifetime.

        Args:
            tenant_id: The tenant.
            module_hash: `sha256:` and 64 lower-case hexadecimal digits.
            wasm: The module, checked.
        """
        self._put(_module_key(tenant_id, module_hash), wasm, "application/wasm")

    def module(self, tenant_id: str, module_hash: str) -> bytes | None:
        """Return a tenant's module; None if it is not stored.

        Raises:
            ModuleHashMismatchError: The stored object is something else.
        """
        wasm = self._get(_module_key(tenant_id, module_hash))
        return None if wasm is None else checked_module(wasm, module_hash)

    def put_result(self, tenant_id: str, job_id: str, content_sha256: str, result: bytes) -> bool:
        """Store a job's result, unless it already has one; tell whether it was stored."""
        key = f"results/{_job_key(tenant_id, job_id, content_sha256)}"
        return self._put(key, result, "application/json", IfNoneMatch="*")

    def result(
        self,
        tenant_id: str,
        job_id: str,
        content_sha256: str,
        is_of: Callable[[bytes, str], bool] = JobAnswer.is_of,
    ) -> bytes | None:
        """Return a job's result; None if there is none.

        Args:
            tenant_id: The tenant.
            job_id: The job's name.
            content_sha256: Digest of the requested content, in hexadecimal.
            is_of: Tells whether an object is the result of the job with a name.

        Raises:
            StoreUnavailableError: The object is not a result of this job.
        """
        key = f"results/{_job_key(tenant_id, job_id, content_sha256)}"
        content = self._get(key)
        if content is not None and not is_of(content, job_id):
            self._complain(f"result not returned: {key} is not a result of its job")
            raise StoreUnavailableError("This job's result cannot be read.", retry_after_s=5)
        return content

    def put_unsigned(self, requested: Requested, kept: bytes) -> str:
        """Store an encoded outcome, to sign it later, and give the SHA-256 of the object."""
        self._put(_unsigned_key(requested), kept, "application/json")
        return hashlib.sha256(kept).hexdigest()

    def unsigned(
        self,
        requested: Requested,
        kept_sha256: str | None,
        read: Callable[[bytes, Any], _Outcome | None],
    ) -> _Outcome | None:
        """Return the stored outcome of a job that could not be signed; None if there is none.

        An object that was changed, cannot be read, or belongs to another job does not count,
        because the outcome is about to be signed.

        Args:
            requested: The job.
            kept_sha256: The object's SHA-256 in the ledger, in hexadecimal; None if there is none.
            read: Decodes an outcome; raises ValueError, or gives None for that of another job.
        """
        key = _unsigned_key(requested)
        kept = self._get(key)
        if kept is None:
            return None
        if hashlib.sha256(kept).hexdigest() != kept_sha256:
            self._complain(f"not signed: {key} does not match the ledger; the job runs again")
            return None
        try:
            outcome = read(kept, requested)
        except ValueError:
            self._complain(f"not signed: {key} cannot be read; the job runs again")
            return None
        if outcome is None:
            self._complain(f"not signed: {key} belongs to another job; the job runs again")
            return None
        return outcome

    def _put(self, key: str, content: bytes, content_type: str, **condition: str) -> bool:
        where = {"Bucket": self._bucket, "Key": key}
        with _CALL:
            try:
                self._s3.put_object(**where, Body=content, ContentType=content_type, **condition)
            except ClientError as failure:
                if failure.response["Error"]["Code"] in _TAKEN:
                    return False
                raise
        return True

    def _get(self, key: str) -> bytes | None:
        with _CALL:
            try:
                return bytes(self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read())
            except self._s3.exceptions.NoSuchKey:
                return None


def read_outcome(kept: bytes, requested: RequestedJob) -> JobOutcome | None:
    """Decode the outcome of a job; None if it is that of another.

    Raises:
        ValueError: It is none.
    """
    outcome = JobOutcome.from_json(kept)
    return outcome if is_outcome_of(outcome, requested) else None


def is_outcome_of(outcome: JobOutcome, requested: RequestedJob) -> bool:
    """Tell whether an outcome is that of the requested job, with the limits that it gets now."""
    found = (outcome.job_id, outcome.module_hash, tuple(outcome.args), outcome.stdin_sha256)
    if dict(outcome.env) != dict(requested.env):
        return False
    stdin_sha256 = hashlib.sha256(requested.stdin).hexdigest()
    wanted = (requested.job_id, requested.module_hash, requested.args, stdin_sha256)
    return found == wanted and dict(outcome.limits) == requested.limits.attested()


def _unsigned_key(requested: Requested) -> str:
    name = (requested.tenant_id, requested.job_id, requested.content_sha256)
    return f"unsigned/{_job_key(*name)}"


def _module_key(tenant_id: str, module_hash: str) -> str:
    return f"modules/{tenant_id}/{module_hash.removeprefix(HASH_PREFIX)}.wasm"


def _job_key(tenant_id: str, job_id: str, content_sha256: str) -> str:
    return f"{tenant_id}/{hashlib.sha256(job_id.encode()).hexdigest()}/{content_sha256}.json"
