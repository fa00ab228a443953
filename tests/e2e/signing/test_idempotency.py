"""Requests with an `Idempotency-Key`, sent again."""

from __future__ import annotations

import json
import os
import signal
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from edge_signer_client import server_timing
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
    same = {"x-manifest-version", "link", "x-signing-mode"}
    assert {name: first.headers[name] for name in same} == {
        name: second.headers[name] for name in same
    }
    own = {"x-request-id", "x-total-time-ms", "server-timing"}
    assert all(first.headers[name] != second.headers[name] for name in own)
    assert second.headers["x-kms-time-ms"] == "0.00"


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


def test_the_times_of_a_request_include_everything_that_it_waits_for(
    system: Running, faults: Faults, key: str
) -> None:
    faults({"service": "s3", "operation": "PutObject", "delay_ms": 60})
    timing = server_timing(keyed(system, key).headers["server-timing"])
    assert timing["store"] > 60
    assert timing["total"] > timing["kms"] + timing["store"]


def test_an_answer_names_its_own_version_though_the_asset_was_signed_again(
    system: Running, key: str
) -> None:
    asset = key.encode()
    first, later = keyed(system, key, asset), keyed(system, f"{key}-later", asset)
    again = keyed(system, key, asset)
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["x-manifest-version"] == first.headers["x-manifest-version"]
    assert again.headers["x-manifest-version"] != later.headers["x-manifest-version"]
    assert again.body == first.body


@pytest.mark.parametrize("lost", ["manifest", "time-stamp"])
def test_an_answer_is_repeated_only_if_all_that_it_names_is_stored(
    system: Running, key: str, lost: str
) -> None:
    """As if the worker had died after it had written the answer down, while S3 stored the rest."""
    asked = {**body(key.encode()), "tsa": True}
    answer = post(system, asked, **{"Idempotency-Key": key})
    named = answer.json()["manifest_url" if lost == "manifest" else "tsa_token_url"]
    s3 = system.client("s3")
    (bucket,) = [
        one["Name"] for one in s3.list_buckets()["Buckets"] if "-manifests-" in one["Name"]
    ]
    path = named.partition("/manifests/")[2]
    for one in s3.list_object_versions(Bucket=bucket, Prefix=path)["Versions"]:
        s3.delete_object(Bucket=bucket, Key=path, VersionId=one["VersionId"])

    before = calls(system, "kms.Sign")
    assert post(system, asked, **{"Idempotency-Key": key}).json()["code"] == "REQUEST_IN_FLIGHT"
    end_time_of(system, answer.json()["manifest_url"])
    again = post(system, asked, **{"Idempotency-Key": key})
    assert (again.status, "idempotency-replayed" in again.headers) == (200, False)
    assert calls(system, "kms.Sign") == before + 1
    repeated = post(system, asked, **{"Idempotency-Key": key})
    assert repeated.body == again.body


def end_time_of(system: Running, manifest_url: str) -> None:
    """Let the time of the function be up that had this answer."""
    dynamodb = system.client("dynamodb")
    (item,) = [
        one
        for one in dynamodb.scan(TableName=TABLE)["Items"]
        if manifest_url in one.get("data", {}).get("S", "")
    ]
    dynamodb.put_item(TableName=TABLE, Item={**item, "in_progress_expiration": {"N": "1000"}})


def test_a_key_is_free_again_if_its_manifest_was_not_stored(
    system: Running, faults: Faults, key: str
) -> None:
    faults({"service": "s3", "operation": "PutObject", "status": 503})
    assert keyed(system, key).json()["code"] == "STORE_UNAVAILABLE"
    faults()
    answer = keyed(system, key)
    assert (answer.status, "idempotency-replayed" in answer.headers) == (200, False)


def test_a_key_stays_in_flight_if_only_its_answer_could_not_be_written_down(
    system: Running, faults: Faults, key: str
) -> None:
    limit = {"service": "dynamodb", "operation": "UpdateItem"}
    assert post(system, body(b"x")).status == 200
    faults({**limit, "status": 500})
    assert keyed(system, key).json()["code"] == "STORE_UNAVAILABLE"
    faults()
    assert keyed(system, key).json()["code"] == "REQUEST_IN_FLIGHT"


def test_an_answer_that_an_earlier_release_remembered_is_repeated(
    system: Running, key: str
) -> None:
    """Its records have the version of the manifest, and no attempt."""
    first = keyed(system, key)
    dynamodb = system.client("dynamodb")
    (item,) = [
        one
        for one in dynamodb.scan(TableName=TABLE)["Items"]
        if first.json()["manifest"] in one.get("data", {}).get("S", "")
    ]
    data = json.loads(item["data"]["S"])
    data["headers"]["X-Manifest-Version"] = first.headers["x-manifest-version"]
    known = ("id", "status", "validation", "expiration", "in_progress_expiration")
    item = {name: item[name] for name in known} | {"data": {"S": json.dumps(data)}}
    dynamodb.put_item(TableName=TABLE, Item=item)
    again = keyed(system, key)
    assert again.headers["idempotency-replayed"] == "true"
    assert again.body == first.body


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
