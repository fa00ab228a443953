"""What stands in the bucket of jobs is looked at before it is signed or given out."""

from __future__ import annotations

import json
import time
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest

from tests.e2e.conftest import Faults
from tests.jobs.job_requests import HELLO, get_job, job_request, post_job, proven
from tests.system.running import Answer, Running

COMPLAINT = "job_object_rejected"
TABLE = "edge-signer-dev-jobs"


def bucket(system: Running) -> str:
    buckets = system.client("s3").list_buckets()["Buckets"]
    return next(str(one["Name"]) for one in buckets if "-jobs-" in one["Name"])


def key_of(system: Running, prefix: str, request: dict[str, Any]) -> str:
    item = system.client("dynamodb").get_item(
        TableName=TABLE, Key={"id": {"S": f"load#{request['job_id']}"}}
    )["Item"]
    listed = system.client("s3").list_objects_v2(Bucket=bucket(system), Prefix=f"{prefix}/load/")
    keys = [str(one["Key"]) for one in listed["Contents"]]
    (key,) = (one for one in keys if item["content_sha256"]["S"] in one)
    return key


def complaints(system: Running) -> list[dict[str, Any]]:
    written = system.log("edge-signer-dev-execute").splitlines()
    lines = [json.loads(line) for line in written if COMPLAINT in line]
    return [line for line in lines if line.get("complaint") == COMPLAINT]


def unsigned(system: Running, faults: Faults) -> dict[str, Any]:
    """A job that has run, and could not be signed; KMS is well again."""
    request = job_request(HELLO, f"ran {time.monotonic_ns()}")
    faults({"service": "kms", "operation": "Sign", "error_code": "DisabledException"})
    assert post_job(system, request).status == 503
    faults()
    return request


def forged(**changes: Any) -> Callable[[bytes], bytes]:
    def forge(kept: bytes) -> bytes:
        fields = json.loads(kept)
        output = {"stdout": b64encode(b"never written").decode()}
        return json.dumps({**fields, "outcome": fields["outcome"] | output | changes}).encode()

    return forge


#: Changes that the ledger was made to vouch for: what is read is no job, or not this one.
OF_NO_USE = [
    forged(job_id="job-of-somebody"),
    forged(module_hash=f"sha256:{'ab' * 32}"),
    forged(args=["never given"]),
    forged(args=[]),
    forged(stdin_sha256="ab" * 32),
    forged(env={"A": "1"}),
    forged(limits={"memory_mb": 1}),
    forged(status="two words"),
    forged(exit_code=256),
    forged(guest_exit_code=3),
    forged(wall_time_ms=-1),
    forged(finished_at="1969-12-31T23:59:59Z"),
    forged(started_at="0001-01-01T00:00:00+14:00"),
    forged(started_at="2026-01-01T00:00:00"),
    lambda kept: kept.replace(b"outcome", b"outcame"),
    lambda _: b'{"outcome": {}}',
    lambda _: b"\xff\xfe",
    lambda _: b"",
]


@pytest.mark.parametrize(
    ("change", "is_vouched_for"),
    [(forged(), False), *((change, True) for change in OF_NO_USE)],
)
def test_what_is_not_the_job_that_is_asked_for_is_not_signed(
    system: Running, faults: Faults, change: Callable[[bytes], bytes], is_vouched_for: bool
) -> None:
    request = unsigned(system, faults)
    s3, key = system.client("s3"), key_of(system, "unsigned", request)
    kept = s3.get_object(Bucket=bucket(system), Key=key)["Body"].read()
    changed = change(kept)
    s3.put_object(Bucket=bucket(system), Key=key, Body=changed)
    if is_vouched_for:
        system.client("dynamodb").update_item(
            TableName=TABLE,
            Key={"id": {"S": f"load#{request['job_id']}"}},
            UpdateExpression="SET unsigned_sha256 = :changed",
            ExpressionAttributeValues={":changed": {"S": sha256(changed).hexdigest()}},
        )
    before = len(complaints(system))
    answer = post_job(system, request)
    result = proven(system, answer, request)
    assert result["stdout"] == request["args"][0][::-1] + "\n"
    assert "wasm;" in answer.headers["server-timing"]
    (told,) = complaints(system)[before:]
    assert key in told["message"]


def no_results(system: Running) -> list[bytes]:
    other = job_request(HELLO, "of another job")
    theirs = post_job(system, other)
    proven(system, theirs, other)
    return [b"\xff\xfe", b"", b"{}", b"[]", theirs.body, theirs.body[:-1]]


def test_what_is_no_result_of_the_job_is_not_given_out(system: Running) -> None:
    # Too large for the table.
    request = job_request(HELLO, "kept badly" * 600)
    first = post_job(system, request)
    proven(system, first, request)
    s3, key = system.client("s3"), key_of(system, "results", request)
    for content in no_results(system):
        s3.put_object(Bucket=bucket(system), Key=key, Body=content)
        before = len(complaints(system))
        for refused in (get_job(system, request["job_id"]), post_job(system, request)):
            assert told(refused) == (503, "STORE_UNAVAILABLE")
        assert [key in one["message"] for one in complaints(system)[before:]] == [True, True]
    s3.put_object(Bucket=bucket(system), Key=key, Body=first.body)
    assert get_job(system, request["job_id"]).body == first.body


def told(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.json()["code"]
