"""Requests with an `Idempotency-Key`, sent again."""

from __future__ import annotations

import os
import signal
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.e2e.conftest import Faults, body, calls, post, sign_workers
from tests.system.processes import is_known
from tests.system.running import Answer, Running
from tests.system.waiting import wait_for

TABLE = "edge-signer-dev-requests"
FUNCTION_TIMEOUT_S = 29


@pytest.fixture
def key() -> str:
    return f"test-{uuid.uuid4()}"


def keyed(system: Running, key: str, asset: bytes = b"x", tenant: str = "load") -> Answer:
    return post(system, body(asset), tenant=tenant, **{"Idempotency-Key": key})


def test_the_same_again_gets_the_same_answer_and_one_signature(system: Running, key: str) -> None:
    before = calls(system, "kms.Sign")
    first, second = keyed(system, key), keyed(system, key)
    assert (first.status, second.status) == (200, 200)
    assert calls(system, "kms.Sign") == before + 1
    assert first.body == second.body
    assert "idempotency-replayed" not in first.headers
    assert second.headers["idempotency-replayed"] == "true"
    same = {"x-manifest-version", "link", "x-total-time-ms"}
    assert {name: first.headers[name] for name in same} == {
        name: second.headers[name] for name in same
    }
    assert first.headers["x-request-id"] != second.headers["x-request-id"]


def test_a_hundred_at_once_get_one_signature_and_one_answer(system: Running, key: str) -> None:
    before = calls(system, "kms.Sign")
    with ThreadPoolExecutor(16) as clients:
        answers = list(clients.map(lambda _: keyed(system, key), range(100)))
    assert calls(system, "kms.Sign") == before + 1
    # 429: so many workers at once that one found the tenant's count changed again and again.
    assert {answer.status for answer in answers} <= {200, 409, 429}
    assert len({answer.body for answer in answers if answer.status == 200}) == 1
    for answer in answers:
        if answer.status == 409:
            assert answer.json()["code"] == "REQUEST_IN_FLIGHT"
            assert answer.headers["retry-after"] == "1"
    assert keyed(system, key).headers["idempotency-replayed"] == "true"


def test_another_body_under_the_same_key_is_refused(system: Running, key: str) -> None:
    keyed(system, key)
    before = calls(system, "kms.Sign")
    other = keyed(system, key, b"y")
    assert (other.status, other.json()["code"]) == (422, "IDEMPOTENCY_MISMATCH")
    assert calls(system, "kms.Sign") == before


def test_another_tenants_key_of_the_same_name_is_another(system: Running, key: str) -> None:
    mine, theirs = keyed(system, key), keyed(system, key, b"y", tenant="testcorp")
    assert (mine.status, theirs.status) == (200, 200)
    assert "/testcorp/" in theirs.json()["manifest_url"]
    assert "idempotency-replayed" not in theirs.headers


def test_a_failure_and_a_refusal_are_not_remembered(
    system: Running, faults: Faults, key: str
) -> None:
    faults({"service": "kms", "operation": "Sign", "status": 500})
    assert keyed(system, key).status == 503
    faults()
    assert keyed(system, key).status == 200
    refused = f"{key}-refused"
    unknown = post(system, body(b"x", policy_id="nobody-v1"), **{"Idempotency-Key": refused})
    assert unknown.status == 422
    assert keyed(system, refused).status == 200


def test_a_killed_workers_key_is_in_flight_until_the_functions_time_is_up(
    system: Running, faults: Faults, key: str
) -> None:
    faults({"service": "kms", "operation": "Sign", "delay_ms": 1500})
    before = calls(system, "kms.Sign")
    with ThreadPoolExecutor(1) as client:
        pending = client.submit(keyed, system, key)
        wait_for(lambda: calls(system, "kms.Sign") > before)
        workers = sign_workers(system)
        for worker in workers:
            os.kill(worker, signal.SIGKILL)
        assert pending.result().status == 500
    wait_for(lambda: not any(is_known(worker) for worker in workers))
    faults()
    assert keyed(system, key).json()["code"] == "REQUEST_IN_FLIGHT"

    dynamodb = system.client("dynamodb")
    (item,) = [
        one
        for one in dynamodb.scan(TableName=TABLE)["Items"]
        if one.get("status") == {"S": "INPROGRESS"}
    ]
    ends_at_ms = int(item["in_progress_expiration"]["N"])
    assert ends_at_ms <= (time.time() + FUNCTION_TIMEOUT_S) * 1000
    dynamodb.put_item(
        TableName=TABLE, Item={**item, "in_progress_expiration": {"N": str(ends_at_ms - 60_000)}}
    )
    assert keyed(system, key).status == 200


def test_without_dynamodb_a_request_with_a_key_is_not_signed_and_one_without_is(
    system: Running, faults: Faults, key: str
) -> None:
    assert post(system, body(b"x")).status == 200
    faults({"service": "dynamodb", "operation": "PutItem", "status": 500})
    before = calls(system, "kms.Sign")
    answer = keyed(system, key)
    assert (answer.status, answer.json()["code"]) == (503, "STORE_UNAVAILABLE")
    assert calls(system, "kms.Sign") == before
    assert post(system, body(b"x")).status == 200


@pytest.mark.parametrize("wrong", ["", "two words", "x" * 256, "é"])
def test_what_is_no_key_is_refused_by_name(system: Running, wrong: str) -> None:
    answer = keyed(system, wrong)
    assert (answer.status, answer.json()["code"]) == (400, "INVALID_REQUEST")
    assert "Idempotency-Key" in answer.json()["message"]


def test_a_dry_run_uses_no_key_up(system: Running, key: str) -> None:
    token = f"Bearer {system.state.token_of('load')}"
    headers = {"Authorization": token, "Idempotency-Key": key}
    dry = system.call("POST", "/edge-sign?dry_run=1", body(b"y"), headers)
    assert dry.json()["dry_run"] is True
    assert keyed(system, key).status == 200
