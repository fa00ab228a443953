"""What is refused of jobs, what fails, and that neither leaves anything unsigned behind."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import pytest

from emulator.system import Settings
from tests.calls.tenant_requests import tenant_headers
from tests.e2e.conftest import Faults, calls
from tests.jobs.job_requests import (
    HELLO,
    get_job,
    job_request,
    module_hash,
    post_job,
    proven,
    put_module,
)
from tests.system.running import Answer, Running, running

TEXT = b"(module)"
LARGE = b"\0asm\1\0\0\0" + bytes(4 * 1024 * 1024)
JOBS = "edge-signer-dev-jobs"


def told(answer: Answer) -> tuple[int, str]:
    assert answer.json().keys() >= {"error", "message", "code"}
    return answer.status, answer.json()["code"]


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"job_id": None}, 400, "INVALID_REQUEST"),
        ({"job_id": "a/b"}, 400, "INVALID_REQUEST"),
        ({"job_id": "."}, 400, "INVALID_REQUEST"),
        ({"job_id": ".."}, 400, "INVALID_REQUEST"),
        ({"job_id": "j" * 129}, 400, "INVALID_REQUEST"),
        ({"module_hash": None}, 400, "INVALID_REQUEST"),
        ({"module_hash": "0" * 64}, 400, "INVALID_REQUEST"),
        ({"colour": "red"}, 400, "INVALID_REQUEST"),
        ({"args": "x"}, 400, "INVALID_REQUEST"),
        ({"args": ["\0"]}, 400, "INVALID_REQUEST"),
        ({"args": ["x" * 70_000]}, 400, "INVALID_REQUEST"),
        ({"stdin": "x" * 300_000}, 400, "INVALID_REQUEST"),
        ({"stdin": "", "stdin_base64": ""}, 400, "INVALID_REQUEST"),
        ({"stdin_base64": "*"}, 400, "INVALID_BASE64"),
        ({"wasm_bytes": "AGFzbQEAAAB="}, 400, "INVALID_BASE64"),
        ({"module_hash": module_hash(TEXT)}, 422, "MODULE_HASH_MISMATCH"),
        (
            {"module_hash": module_hash(TEXT), "wasm_bytes": b64encode(TEXT).decode()},
            422,
            "NOT_A_MODULE",
        ),
        ({"requirements": {"arch": "riscv64"}}, 422, "UNSUPPORTED_REQUIREMENT"),
        ({"requirements": {"wasm_runtime": "wasm3"}}, 422, "UNSUPPORTED_REQUIREMENT"),
        ({"requirements": {"memory_mb": 0}}, 422, "UNSUPPORTED_REQUIREMENT"),
        ({"requirements": {"gpu": 1}}, 400, "INVALID_REQUEST"),
        ({"requirements": {"timeout_seconds": 1.5}}, 400, "INVALID_REQUEST"),
    ],
)
def test_what_is_no_job_is_refused_and_not_run(
    system: Running, changes: dict[str, Any], status: int, code: str
) -> None:
    before = calls(system, "dynamodb.PutItem")
    assert told(post_job(system, job_request(**changes))) == (status, code)
    assert calls(system, "dynamodb.PutItem") == before


def test_bodies_that_are_none_are_refused(system: Running) -> None:
    assert told(post_job(system, b'{"job_id": "a", "job_id": "b"}')) == (400, "INVALID_JSON")
    assert told(post_job(system, b"[]")) == (400, "INVALID_REQUEST")
    text = {"Content-Type": "text/plain"}
    assert told(post_job(system, job_request(), **text)) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert told(post_job(system, job_request(), **{"Authorization": "Bearer no"})) == (
        401,
        "UNAUTHENTICATED",
    )


def test_modules_are_checked_before_they_are_kept(system: Running) -> None:
    before = calls(system, "s3.PutObject")
    assert told(put_module(system, HELLO, name="hello")) == (400, "INVALID_REQUEST")
    mismatch = put_module(system, HELLO, name=module_hash(TEXT))
    assert told(mismatch) == (422, "MODULE_HASH_MISMATCH")
    assert told(put_module(system, TEXT)) == (422, "NOT_A_MODULE")
    assert told(put_module(system, LARGE)) == (413, "MODULE_TOO_LARGE")
    target, headers = f"/modules/{module_hash(HELLO)}", tenant_headers(system)
    assert told(system.call("PUT", target, HELLO, headers)) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert calls(system, "s3.PutObject") == before
    largest = LARGE[: 4 * 1024 * 1024]
    assert put_module(system, largest).status == 200
    assert told(post_job(system, job_request(LARGE))) == (413, "MODULE_TOO_LARGE")


def test_other_methods_and_pages_get_answers_of_our_shape(system: Running) -> None:
    refused = system.call("DELETE", "/jobs/job-1")
    assert told(refused) == (405, "METHOD_NOT_ALLOWED")
    assert refused.headers["allow"] == "GET, OPTIONS"
    page = {"Origin": "https://app.example.com"}
    preflight = system.call("OPTIONS", "/modules/x", None, page)
    assert preflight.status == 204
    assert preflight.headers["access-control-allow-methods"] == "PUT, OPTIONS"
    assert told(system.call("GET", "/jobs/a%0A", None, tenant_headers(system))) == (
        404,
        "NOT_FOUND",
    )
    assert told(get_job(system, "x" * 200)) == (404, "UNKNOWN_JOB")


@pytest.mark.parametrize(
    ("fault", "told_of"),
    [
        ({"error_code": "AccessDeniedException"}, (503, "KMS_UNAVAILABLE")),
        ({"error_code": "DisabledException"}, (503, "KMS_UNAVAILABLE")),
        ({"error_code": "KMSInternalException", "status": 500}, (503, "KMS_UNAVAILABLE")),
        ({"error_code": "ThrottlingException"}, (429, "KMS_RATE_LIMIT")),
    ],
    ids=["denied", "disabled", "failing", "throttling"],
)
def test_without_a_signature_there_is_no_result_and_a_retry_only_signs(
    system: Running, faults: Faults, fault: dict[str, Any], told_of: tuple[int, str]
) -> None:
    request = job_request(HELLO, "unsigned")
    faults({"service": "kms", "operation": "Sign", **fault})
    refused = post_job(system, request)
    assert told(refused) == told_of
    assert b"dengisnu" not in refused.body
    assert told(get_job(system, request["job_id"])) == (404, "UNKNOWN_JOB")
    faults()
    again = post_job(system, request)
    assert proven(system, again, request)["stdout"] == "dengisnu\n"
    steps = again.headers["server-timing"]
    assert "kms;" in steps
    assert "wasm;" not in steps
    assert get_job(system, request["job_id"]).body == again.body


def test_one_signature_of_two_is_none(system: Running, faults: Faults) -> None:
    request = job_request(HELLO, "half")
    fault = {"service": "kms", "operation": "Sign", "error_code": "DisabledException"}
    faults({**fault, "times": 1})
    assert post_job(system, request).status == 503
    proven(system, post_job(system, request), request)


@pytest.mark.parametrize(
    ("service", "operation", "said"),
    [
        ("dynamodb", "TransactWriteItems", "kept nowhere"),
        # Too large for the table.
        ("s3", "PutObject", "kept nowhere" * 500),
    ],
    ids=["dynamodb", "s3"],
)
def test_without_a_store_there_is_no_result(
    system: Running, faults: Faults, service: str, operation: str, said: str
) -> None:
    request = job_request(HELLO, said)
    fault = {"service": service, "operation": operation}
    faults({**fault, "status": 500, "error_code": "InternalError"})
    refused = post_job(system, request)
    assert told(refused) == (503, "STORE_UNAVAILABLE")
    assert b"erehwon" not in refused.body
    faults()
    proven(system, post_job(system, request), request)


def test_a_result_has_its_time_and_a_claim_its_end(system: Running) -> None:
    request = job_request(HELLO, "old")
    first = post_job(system, request)
    dynamodb = system.client("dynamodb")
    key = {"id": {"S": f"load#{request['job_id']}"}}
    item = dynamodb.get_item(TableName=JOBS, Key=key)["Item"]
    assert int(item["expiration"]["N"]) > int(item["result_ends_s"]["N"])

    dynamodb.put_item(TableName=JOBS, Item={**item, "result_ends_s": {"N": "1"}})
    assert told(get_job(system, request["job_id"])) == (410, "RESULT_EXPIRED")
    assert told(post_job(system, request)) == (410, "RESULT_EXPIRED")

    # As a worker leaves it that was killed, once its time is up: no result, and a claim that ended.
    content, killed = item["content_sha256"]["S"], job_request(HELLO, "killed")
    other = post_job(system, killed)
    key = {"id": {"S": f"load#{killed['job_id']}"}}
    item = dynamodb.get_item(TableName=JOBS, Key=key)["Item"]
    assert item["content_sha256"]["S"] != content
    del item["result_json"]
    dynamodb.put_item(TableName=JOBS, Item=item)
    assert told(post_job(system, killed)) == (409, "JOB_IN_FLIGHT")
    dynamodb.put_item(TableName=JOBS, Item={**item, "claim_ends_ms": {"N": "1"}})
    assert told(get_job(system, killed["job_id"])) == (404, "UNKNOWN_JOB")
    again = post_job(system, killed)
    proven(system, again, killed)
    assert "idempotency-replayed" not in again.headers
    assert first.status == other.status == 200


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A system whose operator has not switched jobs on, as on AWS."""
    settings = Settings(
        port=0,
        state_directory=tmp_path_factory.mktemp("closed"),
        parameters={"ExecutionEnabled": "false"},
    )
    with running(settings) as system:
        yield system


def test_jobs_are_run_where_the_operator_says_so(closed: Running) -> None:
    request = job_request()
    for refused in (
        post_job(closed, request),
        get_job(closed, request["job_id"]),
        put_module(closed, HELLO),
    ):
        assert told(refused) == (503, "EXECUTION_DISABLED")
    assert json.loads(closed.call("GET", "/keys").body)["keys"]
    assert calls(closed, "kms.Sign") == calls(closed, "dynamodb.PutItem") == 0
