"""Where modules and results are kept: an S3 bucket whose objects have a lifetime.

Keys begin with what an object is, for which the bucket has lifetimes, and go on with its tenant:
`modules/<tenant>/<sha256>.wasm`, `results/<tenant>/<job>/<content>.json` and, for what has run and
could not be signed, `unsigned/<tenant>/<job>/<content>.json`. A job stands there as the SHA-256 of
its name, and its content is in the key: a job's name that was used for something else has another.
"""

from __future__ import annotations

import hashlib
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from edge_signer.execution.job import HASH_PREFIX, checked_module
from edge_signer.execution.ran_job import RanJob
from edge_signer.platform.errors import StoreUnavailableError


class JobStore:
    """The bucket; needs `s3:PutObject` and `s3:GetObject` on it.

    It needs `s3:ListBucket` too: S3 answers whoever may not list a bucket that he may not read what
    is not there.

    Args:
        s3: Client of S3.
        bucket: Its name.
    """

    def __init__(self, s3: Any, bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket

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
            StoreUnavailableError: S3 did not answer.
        """
        return self._get(f"results/{_job_key(tenant_id, job_id, content_sha256)}")

    def put_unsigned(self, tenant_id: str, content_sha256: str, ran: RanJob) -> None:
        """Keep a job that has run, to have it signed later.

        Raises:
            StoreUnavailableError: S3 did not confirm it.
        """
        key = f"unsigned/{_job_key(tenant_id, ran.outcome.job_id, content_sha256)}"
        self._put(key, ran.to_json(), "application/json")

    def unsigned(self, tenant_id: str, job_id: str, content_sha256: str) -> RanJob | None:
        """Give a job that has run and could not be signed; None where there is none.

        Raises:
            StoreUnavailableError: S3 did not answer.
        """
        kept = self._get(f"unsigned/{_job_key(tenant_id, job_id, content_sha256)}")
        return None if kept is None else RanJob.from_json(kept)

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
