"""What the OpenAPI document says of jobs, held against what comes."""

from __future__ import annotations

from typing import Any

import jsonschema_rs

from cli.openapi.document import openapi_document
from cli.openapi.jobs import EXAMPLE
from tests.jobs.guests import wasi
from tests.jobs.job_requests import (
    HELLO,
    get_job,
    job_request,
    post_job,
    proven,
    put_module,
)
from tests.system.running import Answer, Running

DOCUMENT = openapi_document()
#: Errors that only jobs have; the others are shown as POST /edge-sign tells them.
OF_JOBS = {
    *("EXECUTION_DISABLED", "JOB_IN_FLIGHT", "JOB_ID_REUSED", "RESULT_EXPIRED", "UNKNOWN_JOB"),
    "UNKNOWN_MODULE",
}
TRANSPORT = {"content-type", "content-length", "apigw-requestid", "vary"}


def described(path: str, method: str, status: int) -> dict[str, Any]:
    response: dict[str, Any] = DOCUMENT["paths"][path][method]["responses"][str(status)]
    if "$ref" in response:
        response = DOCUMENT["components"]["responses"][response["$ref"].rpartition("/")[2]]
    return response


def require_conforming(answer: Answer, response: dict[str, Any]) -> None:
    content = response["content"]["application/json"]
    components = {"schemas": DOCUMENT["components"]["schemas"]}
    schema = jsonschema_rs.Draft202012Validator({**content["schema"], "components": components})
    assert [error.message for error in schema.iter_errors(answer.json())] == []
    needed = {name.lower() for name, one in response["headers"].items() if one.get("required")}
    known = {name.lower() for name in response["headers"]}
    assert needed <= answer.headers.keys() - TRANSPORT <= known
    if answer.status >= 400:
        assert answer.json() == content["examples"][answer.json()["code"]]["value"]


def test_answers_are_what_the_document_says(system: Running) -> None:
    request = {**EXAMPLE, "job_id": "job-documented"}
    nowhere = {"job_id": "job-nowhere", "module_hash": f"sha256:{'0' * 64}"}
    unknown = post_job(system, {**request, **nowhere}, "acme")
    stored = put_module(system, HELLO, "acme")
    ran = post_job(system, request, "acme")
    reused = post_job(system, {**request, "args": []}, "acme")
    for answer, path, method in (
        (unknown, "/jobs", "post"),
        (stored, "/modules/{module_hash}", "put"),
        (ran, "/jobs", "post"),
        (reused, "/jobs", "post"),
        (get_job(system, "job-documented", "acme"), "/jobs/{job_id}", "get"),
        (get_job(system, "job-nobody-has", "acme"), "/jobs/{job_id}", "get"),
        (system.call("GET", "/keys"), "/keys", "get"),
    ):
        require_conforming(answer, described(path, method, answer.status))
    assert proven(system, ran, request)["stdout"] == "!dlroW ,olleH\n"
    assert [one.status for one in (unknown, stored, ran, reused)] == [422, 200, 200, 422]


def test_a_stream_that_is_no_text_is_described_too(system: Running) -> None:
    writes = wasi(
        """(i32.store8 (i32.const 16) (i32.const 255)) (i32.store (i32.const 0) (i32.const 16))
        (i32.store (i32.const 4) (i32.const 1))
        (drop (call $fd_write (i32.const 2) (i32.const 0) (i32.const 1) (i32.const 8)))""",
        "fd_write i32 i32 i32 i32 -> i32",
    )
    answer = post_job(system, job_request(writes))
    require_conforming(answer, described("/jobs", "post", 200))
    assert answer.json()["stderr_base64"] == "/w=="


def test_the_errors_of_jobs_have_examples() -> None:
    examples = {
        code
        for response in DOCUMENT["components"]["responses"].values()
        for code in response["content"]["application/json"]["examples"]
    }
    assert examples >= OF_JOBS
