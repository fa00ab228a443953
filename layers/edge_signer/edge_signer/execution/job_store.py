"""Where modules and results are kept: an S3 bucket whose objects have a lifetime.

Keys begin with what an object is, for which the bucket has lifetimes, and go on with its tenant:
`modules/<tenant>/<sha256>.wasm`, `results/<tenant>/<job>/<content>.json` and, for what has run and
could not be signed, `unsigned/<tenant>/<job>/<content>.json`. A job stands there as the SHA-256 of
its name, and its content is in the key: a job's name that was used for something else has another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from edge_signer.execution.job import HASH_PREFIX, checked_module
from edge_signer.execution.job_answer import JobAnswer
from edge_signer.execution.ran_job import RanJob
from edge_signer.execution.requested_job import RequestedJob
from edge_signer.platform.errors import StoreUnavailableError


class JobStore:
    """The bucket; needs `s3:PutObject` and `s3:GetObject` on it.

    It needs `s3:ListBucket` too: S3 answers whoever may not list a bucket that he may not read what
    is not there.

    Args:
        s3: Client of S3.
        bucket: Its name.
        complain: Told of each object that is not what it should be.
    """

    def __init__(self, s3: Any, bucket: str, complain: Callable[[str], None]) -> None:
        self._s3 = s3
        self._bucket = bucket
        self._complain = complain

    def put_module(self, tenant_id: str, module_hash: str, wasm: bytes) -> None:
        """Keep a tenant's module; put again, it lives on.

        Args:
            tenant_id: Whose.
            module_hash: `sha256:` and 64 lower-case hexadecimal digits.
            wasm: The module, checked.

        Raises:
            StoreUnavailableError: S3 did not confirm it.
        """
        self._put(_module_key(tenant_id, module_hash), wasm, "application/wasm")

    def module(self, tenant_id: str, module_hash: str) -> bytes | None:
        """Give a tenant's module; None where it is not there.

        Raises:
            StoreUnavailableError: S3 did not answer.
            ModuleHashMismatchError: What is there is something else.
        """
        wasm = self._get(_module_key(tenant_id, module_hash))
        return None if wasm is None else checked_module(wasm, module_hash)

    def put_result(self, tenant_id: str, job_id: str, content_sha256: str, result: bytes) -> bool:
        """Keep a job's result, and tell whether it is the first one; only that is kept.

        Raises:
            StoreUnavailableError: S3 did not confirm it; it may be kept all the same.
        """
        key = f"results/{_job_key(tenant_id, job_id, content_sha256)}"
        return self._put(key, result, "application/json", IfNoneMatch="*")

    def result(self, tenant_id: str, job_id: str, content_sha256: str) -> bytes | None:
        """Give a job's result; None where there is none.

        Raises:
            StoreUnavailableError: S3 did not answer, or what is there is no result of this job.
        """
        key = f"results/{_job_key(tenant_id, job_id, content_sha256)}"
        content = self._get(key)
        if content is not None and not JobAnswer.is_of(content, job_id):
            self._complain(f"result not given out: {key} is no result of its job")
            raise StoreUnavailableError("The result of this job cannot be read.", retry_after_s=5)
        return content

    def put_unsigned(self, tenant_id: str, content_sha256: str, ran: RanJob) -> str:
        """Keep a job that has run, to have it signed later, and give the SHA-256 of what is kept.

        Raises:
            StoreUnavailableError: S3 did not confirm it.
        """
        key = f"unsigned/{_job_key(tenant_id, ran.outcome.job_id, content_sha256)}"
        kept = ran.to_json()
        self._put(key, kept, "application/json")
        return hashlib.sha256(kept).hexdigest()

    def unsigned(self, asked: RequestedJob, kept_sha256: str | None) -> RanJob | None:
        """Give a job that has run and could not be signed; None where there is none.

        What was changed, cannot be read, or is of another job than was asked for, is none: it is
        about to be signed.

        Args:
            asked: The job.
            kept_sha256: As the ledger has it, in hexadecimal; None where it has none.

        Raises:
            StoreUnavailableError: S3 did not answer.
        """
        key = f"unsigned/{_job_key(asked.tenant_id, asked.job_id, asked.content_sha256)}"
        kept = self._get(key)
        if kept is None:
            return None
        if hashlib.sha256(kept).hexdigest() != kept_sha256:
            self._complain(f"not signed: {key} is not what the ledger has; the job runs again")
            return None
        try:
            ran = RanJob.from_json(kept)
        except ValueError:
            self._complain(f"not signed: {key} cannot be read; the job runs again")
            return None
        if not ran.is_of(asked):
            self._complain(f"not signed: {key} is of another job; the job runs again")
            return None
        return ran

    def _put(self, key: str, content: bytes, content_type: str, **condition: str) -> bool:
        try:
            self._s3.put_object(
                Bucket=self._bucket, Key=key, Body=content, ContentType=content_type, **condition
            )
        except ClientError as failure:
            # Another was faster, or is writing at this moment.
            if failure.response["Error"]["Code"] in {
                "PreconditionFailed",
                "ConditionalRequestConflict",
            }:
                return False
            raise _unavailable() from failure
        except BotoCoreError as failure:
            raise _unavailable() from failure
        return True

    def _get(self, key: str) -> bytes | None:
        try:
            content: bytes = self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        except ClientError as failure:
            if failure.response["Error"]["Code"] == "NoSuchKey":
                return None
            raise _unavailable() from failure
        except BotoCoreError as failure:
            raise _unavailable() from failure
        return content


def _module_key(tenant_id: str, module_hash: str) -> str:
    return f"modules/{tenant_id}/{module_hash.removeprefix(HASH_PREFIX)}.wasm"


def _job_key(tenant_id: str, job_id: str, content_sha256: str) -> str:
    return f"{tenant_id}/{hashlib.sha256(job_id.encode()).hexdigest()}/{content_sha256}.json"


def _unavailable() -> StoreUnavailableError:
    return StoreUnavailableError(
        "The store of jobs does not answer; the request may be sent again.", retry_after_s=5
    )
