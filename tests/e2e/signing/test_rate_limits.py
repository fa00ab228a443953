"""The limits over HTTP: many workers, one tenant in a hurry and one that is not."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from emulator.system import Settings
from measure.limits.__main__ import faults
from measure.limits.flood import TABLE, Crowd, flood
from tests.e2e.conftest import body, calls, day_count, inject, post, sign_workers
from tests.system.running import Running, running
from tests.system.waiting import wait_for

WORKERS = 8
ALL_LIMITS = '"burst";q=10;w=1, "sustained";q=100;w=60, "daily";q=10000;w=86400'
DAY_S = 86_400


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A system in which nobody else uses the tenants up."""
    with running(Settings(port=0, state_directory=tmp_path_factory.mktemp("state"))) as system:
        yield system


@pytest.fixture
def unused(system: Running) -> Running:
    """The system after everything that was counted is forgotten.

    For a second, a worker still refuses whom it saw at a limit: each test has its own for that.
    """
    for tenant in ("acme", "testcorp"):
        key = {"tenant_id": {"S": tenant}}
        system.client("dynamodb").delete_item(TableName=TABLE, Key=key)
    return system


def put_usage(system: Running, tenant: str, day_count: int) -> None:
    """Write that a tenant was admitted just now, and so often that day."""
    last_ms = int(time.time() * 1000)
    system.client("dynamodb").put_item(
        TableName=TABLE,
        Item={
            "tenant_id": {"S": tenant},
            "admissions": {"B": last_ms.to_bytes(8, "big")},
            "day_count": {"N": str(day_count)},
        },
    )


def start_all_workers(system: Running) -> None:
    inject(system, {"service": "kms", "operation": "Sign", "delay_ms": 1000})

    def all_run() -> bool:
        # A worker that is up first may answer twice before the last one is needed.
        with ThreadPoolExecutor(WORKERS) as clients:
            list(clients.map(lambda _: post(system, body(b"warm")), range(WORKERS)))
        return len(sign_workers(system)) == WORKERS

    wait_for(all_run)
    inject(system)


def test_many_workers_admit_together_what_is_due_and_no_more(tmp_path: Path) -> None:
    for attempt in range(3):
        settings = Settings(port=0, state_directory=tmp_path / str(attempt), concurrency=WORKERS)
        with running(settings) as system:
            start_all_workers(system)
            alone = told_alone(system)
            before = calls(system, "kms.Sign")
            crowds = {"acme": Crowd(8, 0), "testcorp": Crowd(1, 0.2)}
            observed = flood(system.state, crowds, seconds=3)
            asked = calls(system, "kms.Sign") - before
            if told_alone(system) == alone:
                break
        # This machine was so busy that DynamoDB seemed gone: workers counted alone, as they should.
    else:
        pytest.skip("DynamoDB does not answer in time on this machine")
    assert [fault for tenant, seen in observed.items() for fault in faults(tenant, seen)] == []
    assert observed["acme"].count(429) > 0
    assert observed["testcorp"].count(429) == 0
    assert asked == sum(seen.count(200) for seen in observed.values())


def told_alone(system: Running) -> int:
    return system.log("edge-signer-dev-sign").count("this worker counts alone")


def test_answers_tell_how_the_tenant_stands(unused: Running) -> None:
    began = time.time() // DAY_S
    put_usage(unused, "testcorp", 9_998)
    first = post(unused, body(b"x"), tenant="testcorp")
    if time.time() // DAY_S != began:
        pytest.skip("midnight passed")
    assert (first.status, first.headers["ratelimit-policy"]) == (200, ALL_LIMITS)
    name, remaining, reset = first.headers["ratelimit"].split(";")
    assert (name, remaining) == ('"daily"', "r=1")
    assert 0 < int(reset.removeprefix("t=")) <= DAY_S


def test_the_day_ends_at_its_limit_and_a_refusal_says_when_to_come_again(unused: Running) -> None:
    began = time.time() // DAY_S
    put_usage(unused, "acme", 9_999)
    signed = calls(unused, "kms.Sign")
    answers = [post(unused, body(b"x"), tenant="acme") for _ in range(3)]
    if time.time() // DAY_S != began:
        pytest.skip("midnight passed")
    assert [answer.status for answer in answers] == [200, 429, 429]
    assert calls(unused, "kms.Sign") == signed + 1
    refused = answers[-1]
    told = refused.json()
    assert (told["error"], told["code"]) == ("Rate limit exceeded", "RATE_LIMITED")
    assert "10000 requests in 86400 s" in told["message"]
    assert refused.headers["retry-after"] == str(told["retry_after"])
    assert refused.headers["ratelimit-policy"] == ALL_LIMITS
    assert refused.headers["ratelimit"] == f'"daily";r=0;t={told["retry_after"]}'
    assert post(unused, body(b"x"), tenant="testcorp").status == 200


def test_what_is_counted_is_every_request_of_a_known_tenant(unused: Running) -> None:
    assert post(unused, body(b"x"), tenant="testcorp", Authorization="Bearer guess").status == 401
    assert day_count(unused, "testcorp") == 0
    assert post(unused, b"{", tenant="testcorp").status == 400
    assert day_count(unused, "testcorp") == 1
    dry = {
        "Authorization": f"Bearer {unused.state.token_of('testcorp')}",
        "Content-Type": "application/json",
    }
    answer = unused.call("POST", "/edge-sign?dry_run=1", body(b"x"), dry)
    assert (answer.status, answer.headers["ratelimit-policy"]) == (200, ALL_LIMITS)
    assert day_count(unused, "testcorp") == 2


def test_a_tenant_that_may_not_come_is_refused_before_its_body_is_read(system: Running) -> None:
    system.client("dynamodb").put_item(
        TableName=TABLE, Item={"tenant_id": {"S": "load"}, "limit_day": {"N": "0"}}
    )
    refused = post(system, b"{", tenant="load")
    assert (refused.status, refused.json()["code"]) == (429, "RATE_LIMITED")


def admit_nobody(system: Running, tenant: str) -> None:
    """As if other workers, or an operator, had used up the room that a worker saw."""
    system.client("dynamodb").update_item(
        TableName=TABLE,
        Key={"tenant_id": {"S": tenant}},
        UpdateExpression="SET limit_day = :none",
        ExpressionAttributeValues={":none": {"N": "0"}},
    )


def test_a_refusal_beside_other_steps_leaves_no_signature_and_no_key(unused: Running) -> None:
    wait_for(lambda: post(unused, body(b"x"), tenant="acme").status == 200)
    admit_nobody(unused, "acme")
    signed = calls(unused, "kms.Sign")
    refused = post(unused, body(b"x"), tenant="acme", **{"Idempotency-Key": "refused"})
    assert refused.json()["code"] == "RATE_LIMITED"
    assert post(unused, b"{", tenant="acme").json()["code"] == "RATE_LIMITED"
    assert calls(unused, "kms.Sign") == signed
    records = unused.client("dynamodb").scan(TableName="edge-signer-dev-requests")["Items"]
    assert not [one for one in records if one["id"]["S"].startswith("idempotency#")]


def test_a_tenant_known_to_be_full_costs_one_worker_one_call_a_second(unused: Running) -> None:
    put_usage(unused, "acme", 10_000)
    refused = [
        post(unused, body(b"x"), tenant="acme", **{"Idempotency-Key": "full"}) for _ in range(2)
    ]
    assert {one.status for one in refused} == {429}
    before = {one: calls(unused, f"dynamodb.{one}") for one in ("UpdateItem", "PutItem")}
    assert post(unused, body(b"x"), tenant="acme", **{"Idempotency-Key": "full"}).status == 429
    after = {one: calls(unused, f"dynamodb.{one}") for one in before}
    assert after["PutItem"] == before["PutItem"]
    assert after["UpdateItem"] <= before["UpdateItem"] + 1


def test_a_tenant_with_ample_room_is_refused_before_anything_is_stored(system: Running) -> None:
    """Its limit is lowered in the second in which a worker relies on what it saw."""
    dynamodb, key = system.client("dynamodb"), {"tenant_id": {"S": "load"}}
    lifted = {f"limit_{one}": {"N": "100000"} for one in ("second", "minute", "day")}
    dynamodb.put_item(TableName=TABLE, Item={**key, **lifted})
    wait_for(lambda: post(system, body(b"x")).status == 200)
    stored = calls(system, "s3.PutObject")
    admit_nobody(system, "load")
    assert post(system, body(b"x")).json()["code"] == "RATE_LIMITED"
    assert calls(system, "s3.PutObject") == stored


@pytest.mark.parametrize(
    "fault",
    [
        {"error_code": "ThrottlingException"},
        {"status": 500},
        # Longer than the limiter's patience.
        {"delay_ms": 3000},
    ],
    ids=str,
)
def test_without_dynamodb_the_worker_counts_alone_and_the_log_says_so(
    tmp_path_factory: pytest.TempPathFactory, fault: dict[str, object]
) -> None:
    with running(Settings(port=0, state_directory=tmp_path_factory.mktemp("state"))) as system:
        inject(system, {"service": "dynamodb", "operation": "UpdateItem", **fault})
        for _ in range(2):
            answer = post(system, body(b"x"), tenant="acme")
            assert (answer.status, answer.headers["ratelimit-policy"]) == (200, ALL_LIMITS)
        inject(system)
        assert told_alone(system) == 1
        assert day_count(system, "acme") == 0 or "delay_ms" in fault


def test_the_stage_refuses_as_api_gateway_does(tmp_path_factory: pytest.TempPathFactory) -> None:
    settings = Settings(
        port=0,
        state_directory=tmp_path_factory.mktemp("state"),
        parameters={"RequestRate": "1", "RequestBurst": "2"},
    )
    with running(settings) as system, ThreadPoolExecutor(20) as clients:
        answers = list(clients.map(lambda _: system.call("GET", "/nothing"), range(20)))
    refused = [answer for answer in answers if answer.status == 429]
    assert {answer.status for answer in answers} == {404, 429}
    assert {answer.body for answer in refused} == {b'{"message":"Too Many Requests"}'}
    assert all("x-request-id" not in answer.headers for answer in refused)
