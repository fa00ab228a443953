"""Batches over HTTP: one signature for all jobs, one answer for one batch."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from edge_signer.execution.receipts.batch_verifier import BatchVerdict, verify_batch
from tests.calls.tenant_requests import post_json
from tests.e2e.conftest import Faults, calls
from tests.jobs.guests import wasi
from tests.jobs.job_requests import HELLO, get_job, job_request, post_job, proven
from tests.system.running import Answer, Running

FOREVER = wasi("(loop $again (br $again))")
TRAP = wasi("unreachable")


def batch_request(*jobs: dict[str, Any]) -> dict[str, Any]:
    return {"batch_id": f"batch-{uuid.uuid4()}", "jobs": list(jobs)}


def post_batch(system: Running, request: dict[str, Any], tenant: str = "load") -> Answer:
    return post_json(system, "/jobs/batch", request, tenant)


def verdict_on(system: Running, answer: Answer, request: dict[str, Any]) -> BatchVerdict:
    assert answer.status == 200, answer
    asked = json.dumps(request)
    return verify_batch(answer.body, system.state.receipt_public_key, asked)


def hellos(count: int) -> list[dict[str, Any]]:
    """Jobs of which the first brings the module for all."""
    jobs = [job_request(HELLO, str(number)) for number in range(count)]
    return [jobs[0], *({**one, "wasm_bytes": None} for one in jobs[1:])]


def test_all_jobs_of_a_batch_are_proven_by_one_signature(system: Running) -> None:
    request = batch_request(
        *hellos(5),
        job_request(TRAP),
        job_request(FOREVER, requirements={"timeout_seconds": 1}),
        job_request(HELLO, stdin="x", env={"LANG": "de"}),
    )
    signatures = calls(system, "kms.Sign")
    answer = post_batch(system, request)
    judged = verdict_on(system, answer, request)
    assert (judged.refusal, judged.first_refusal) == (None, None)
    assert calls(system, "kms.Sign") == signatures + 1
    results = answer.json()["results"]
    assert [one["status"] for one in results] == [*["ok"] * 5, "trap", "timeout", "ok"]
    assert results[3]["stdout"] == "3\n"
    assert results[6]["limits"]["timeout_seconds"] == 1
    origins = {one.checkpoint.origin for one in judged.jobs.values() if one.checkpoint}
    (origin,) = origins
    host = system.state.url.removeprefix("http://")
    assert origin.startswith(f"{host}/batches/{request['batch_id']}/")


def test_the_same_batch_again_has_the_same_bytes(system: Running) -> None:
    request = batch_request(*hellos(2))
    first = post_batch(system, request)
    signatures = calls(system, "kms.Sign")
    by_name = {**request, "jobs": [{**one, "wasm_bytes": None} for one in request["jobs"]]}
    for again in (post_batch(system, request), post_batch(system, by_name)):
        assert (again.status, again.body) == (200, first.body)
        assert again.headers["idempotency-replayed"] == "true"
    assert calls(system, "kms.Sign") == signatures
    other = post_batch(system, {**request, "jobs": request["jobs"][:1]})
    assert (other.status, other.json()["code"]) == (422, "JOB_ID_REUSED")
    # A job of the same name is another thing, and so is another tenant's batch.
    job = job_request(HELLO, job_id=request["batch_id"])
    proven(system, post_job(system, job), job)
    assert get_job(system, request["jobs"][0]["job_id"]).status == 404


def test_a_batch_that_could_not_be_signed_is_only_signed_by_the_next_request(
    system: Running, faults: Faults
) -> None:
    request = batch_request(*hellos(2))
    faults({"service": "kms", "operation": "Sign", "error_code": "DisabledException"})
    refused = post_batch(system, request)
    assert (refused.status, refused.json()["code"]) == (503, "KMS_UNAVAILABLE")
    assert b"stdout" not in refused.body
    faults()
    # Its module is not sent again: nothing runs.
    answer = post_batch(system, request)
    assert verdict_on(system, answer, request).first_refusal is None


@pytest.mark.parametrize(
    ("jobs", "status", "message"),
    [
        ([], 400, "jobs: "),
        (hellos(1) * 2, 400, "jobs[1].job_id must not be that of jobs[0]"),
        (hellos(101), 400, "jobs: "),
        ([*hellos(1), {"job_id": "a"}], 400, "jobs[1].module_hash: Field required"),
        ([*hellos(1), job_request(HELLO, "a\0")], 400, "jobs[1].args[0] must not contain"),
        ([job_request(HELLO, requirements={"memory_mb": 0})], 422, "jobs[0].requirements.memory"),
        ([job_request(HELLO, wasm_bytes="*")], 400, "jobs[0].wasm_bytes is not base64"),
        ([job_request(TRAP, wasm_bytes=None)], 422, "jobs[0].module_hash: no module"),
        ([job_request(HELLO, args=[1])], 400, "jobs[0].args[0]: "),
    ],
    ids=range(9),
)
def test_a_refusal_names_the_job_and_the_field(
    system: Running, jobs: list[dict[str, Any]], status: int, message: str
) -> None:
    # Nothing is sent as null.
    sent = [{name: value for name, value in one.items() if value is not None} for one in jobs]
    refused = post_batch(system, batch_request(*sent))
    assert refused.status == status, refused
    assert message in refused.json()["message"]


def test_a_job_may_have_the_name_batch(system: Running) -> None:
    job = job_request(HELLO, job_id="batch")
    posted = post_job(system, job)
    proven(system, posted, job)
    assert get_job(system, "batch").body == posted.body
