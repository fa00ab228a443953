"""Jobs that take their time: they keep no worker from others, and no switch from holding."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.jobs.guests import sleeper
from tests.jobs.job_requests import HELLO, get_job, job_request, post_job, proven
from tests.system.running import Answer, Running
from tests.system.waiting import wait_for

MOST = 4


def counted(system: Running, tenant: str) -> int:
    found: dict[str, Any] = system.client("dynamodb").get_item(
        TableName="edge-signer-dev-jobs", Key={"id": {"S": f"#running#{tenant}"}}
    )
    return len(found.get("Item", {}).get("running", {"SS": []})["SS"])


def admitted(system: Running, request: dict[str, Any]) -> Answer:
    """Post a job until it runs: of many at the same moment, one may be refused below the limit."""
    return wait_for(lambda: None if (got := post_job(system, request)).status == 429 else got)


def test_a_tenants_jobs_that_sleep_leave_workers_to_others(system: Running) -> None:
    asleep = [job_request(sleeper(9)) for _ in range(MOST)]
    with ThreadPoolExecutor(MOST) as clients:
        waiting = [clients.submit(admitted, system, request) for request in asleep]
        wait_for(lambda: counted(system, "load") == MOST)
        request = job_request(HELLO, "one more")
        refused = post_job(system, request)
        theirs = job_request(HELLO, "theirs")
        proven(system, post_job(system, theirs, "testcorp"), theirs)
        assert counted(system, "load") == MOST
        assert get_job(system, request["job_id"]).status == 404
        answers = [one.result() for one in waiting]
    assert (refused.status, refused.json()["code"]) == (429, "RATE_LIMITED")
    assert refused.headers["retry-after"] == "1"
    assert refused.json()["message"].startswith("4 of your jobs are running")
    # The limits of requests are not what was met.
    assert "ratelimit" not in refused.headers
    for answer, slept in zip(answers, asleep, strict=True):
        proven(system, answer, slept)
    assert counted(system, "load") == 0
    proven(system, post_job(system, request), request)


def test_what_was_running_when_the_switch_was_thrown_is_not_signed(office: Running) -> None:
    # Switches that were read 7.5 s ago no longer serve, and nothing reads them while a job runs.
    request = job_request(sleeper(8), requirements={"timeout_seconds": 15})
    name = "/edge-signer/dev/flags/kill_switch"
    ssm = office.client("ssm")
    with ThreadPoolExecutor(1) as client:
        pending = client.submit(post_job, office, request)
        wait_for(lambda: counted(office, "load") == 1)
        ssm.put_parameter(Name=name, Type="String", Value="true", Overwrite=True)
        answer = pending.result()
    assert (answer.status, answer.json()["code"]) == (503, "SIGNER_DISABLED")
    ssm.put_parameter(Name=name, Type="String", Value="false", Overwrite=True)
    wait_for(lambda: post_job(office, request).status == 200)
    signed = post_job(office, request)
    proven(office, signed, request)
    assert signed.headers["idempotency-replayed"] == "true"
