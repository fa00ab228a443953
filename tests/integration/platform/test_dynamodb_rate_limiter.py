"""The limiter over DynamoDB: several workers, one item."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from edge_signer.tenancy.dynamodb_rate_limiter import DynamoDbRateLimiter
from edge_signer.tenancy.rate_limits import RateLimitedError
from emulator.aws.services import ServiceHost, in_process_services, moto_host
from emulator.http.message import Request
from measure.limits.audit import most_within
from measure.limits.flood import read_admissions
from tests.system.dynamodb_tables import make_table

TABLE = "limits"
NOON_S = 20_000 * 86_400 + 43_200.0


class Bench:
    """A table, a clock, and what the workers complained of."""

    def __init__(self) -> None:
        self.host: ServiceHost = moto_host()
        self.dynamodb = in_process_services(self.host).dynamodb
        self.complaints: list[str] = []
        self.now_s = NOON_S

    def worker(
        self, *, fresh_s: float = 1.0, alone_s: float = 1.0, attempts: int = 32
    ) -> DynamoDbRateLimiter:
        return DynamoDbRateLimiter(
            self.dynamodb,
            TABLE,
            self.complaints.append,
            lambda: self.now_s,
            fresh_s=fresh_s,
            alone_s=alone_s,
            attempts=attempts,
        )

    def writes(self) -> int:
        counted = json.loads(self.host.answer(Request("GET", "/_emulator/calls")).body)
        return int(counted.get("dynamodb.UpdateItem", {"count": 0})["count"])

    def faults(self, *rules: dict[str, Any]) -> None:
        body = json.dumps([{"service": "dynamodb", **rule} for rule in rules]).encode()
        assert self.host.answer(Request("PUT", "/_emulator/faults", body=body)).status == 204

    def item(self, tenant_id: str) -> dict[str, Any]:
        key = {"tenant_id": {"S": tenant_id}}
        found: dict[str, Any] = self.dynamodb.get_item(TableName=TABLE, Key=key)["Item"]
        return found

    def put(self, tenant_id: str, **attributes: Any) -> None:
        self.dynamodb.put_item(TableName=TABLE, Item={"tenant_id": {"S": tenant_id}, **attributes})


@pytest.fixture(scope="module")
def bench() -> Bench:
    bench = Bench()
    make_table(bench.dynamodb, TABLE, "tenant_id")
    return bench


@pytest.fixture(autouse=True)
def _well_again(bench: Bench) -> Iterator[None]:
    bench.now_s = NOON_S
    bench.complaints.clear()
    yield
    bench.faults()


@pytest.fixture
def tenant() -> str:
    return f"tenant-{uuid4()}"


def admitted(worker: DynamoDbRateLimiter, tenant_id: str) -> bool:
    try:
        worker.admit(tenant_id)
    except RateLimitedError:
        return False
    return True


def test_a_request_is_one_write_where_nobody_else_was_faster(bench: Bench, tenant: str) -> None:
    worker = bench.worker()
    before = bench.writes()
    for _ in range(5):
        worker.admit(tenant)
    assert bench.writes() == before + 5
    bench.worker().admit(tenant)
    # That one had not seen the item: it was told.
    assert bench.writes() == before + 7


def test_workers_that_take_turns_count_together(bench: Bench, tenant: str) -> None:
    workers = [bench.worker() for _ in range(4)]
    results = [admitted(workers[number % 4], tenant) for number in range(16)]
    assert results == [True] * 10 + [False] * 6
    bench.now_s += 1
    assert [admitted(worker, tenant) for worker in workers] == [True] * 4
    assert bench.item(tenant)["day_count"] == {"N": "14"}
    assert bench.complaints == []


def test_workers_that_rush_count_together(bench: Bench, tenant: str) -> None:
    workers = [bench.worker() for _ in range(8)]
    with ThreadPoolExecutor(8) as threads:
        results = list(threads.map(lambda number: admitted(workers[number % 8], tenant), range(80)))
    assert sum(results) == 10
    assert most_within(read_admissions(bench.item(tenant)), 1000) == 10


def test_tenants_do_not_touch_each_other(bench: Bench, tenant: str) -> None:
    worker = bench.worker()
    assert [admitted(worker, f"{tenant}-1") for _ in range(11)] == [True] * 10 + [False]
    assert [admitted(worker, f"{tenant}-2") for _ in range(11)] == [True] * 10 + [False]


def test_a_refusal_writes_nothing_and_asks_now_and_then(bench: Bench, tenant: str) -> None:
    worker, asking = bench.worker(fresh_s=1000.0), bench.worker(fresh_s=0.0)
    assert sum(admitted(worker, tenant) for _ in range(10)) == 10
    assert not admitted(asking, tenant)
    item, before = bench.item(tenant), bench.writes()
    assert not any(admitted(worker, tenant) for _ in range(20))
    assert bench.writes() == before
    bench.dynamodb.update_item(
        TableName=TABLE,
        Key={"tenant_id": {"S": tenant}},
        UpdateExpression="SET limit_second = :more REMOVE expiration",
        ExpressionAttributeValues={":more": {"N": "12"}},
    )
    assert not admitted(worker, tenant)
    assert [admitted(asking, tenant) for _ in range(3)] == [True, True, False]
    assert bench.item(tenant)["admissions"] != item["admissions"]


def test_an_operators_limits_hold_from_the_next_request_and_never_expire(
    bench: Bench, tenant: str
) -> None:
    worker = bench.worker()
    worker.admit(tenant)
    expiration = int(bench.item(tenant)["expiration"]["N"])
    assert expiration == NOON_S + 2 * 86_400
    bench.dynamodb.update_item(
        TableName=TABLE,
        Key={"tenant_id": {"S": tenant}},
        UpdateExpression="SET limit_minute = :few",
        ExpressionAttributeValues={":few": {"N": "2"}},
    )
    assert [admitted(worker, tenant) for _ in range(2)] == [True, False]
    assert "expiration" not in bench.item(tenant)
    assert bench.item(tenant)["limit_minute"] == {"N": "2"}


def test_the_day_ends_at_its_limit(bench: Bench, tenant: str) -> None:
    admissions = {"B": int(NOON_S * 1000 - 5000).to_bytes(8, "big")}
    bench.put(tenant, admissions=admissions, day_count={"N": "9998"})
    worker = bench.worker()
    assert [admitted(worker, tenant) for _ in range(3)] == [True, True, False]
    with pytest.raises(RateLimitedError) as refused:
        bench.worker().admit(tenant)
    assert refused.value.retry_after_s == 43_200
    bench.now_s += 43_200
    assert admitted(worker, tenant)
    assert bench.item(tenant)["day_count"] == {"N": "1"}


def test_an_item_that_dynamodb_deleted_starts_anew(bench: Bench, tenant: str) -> None:
    worker = bench.worker()
    worker.admit(tenant)
    bench.dynamodb.delete_item(TableName=TABLE, Key={"tenant_id": {"S": tenant}})
    bench.now_s += 3 * 86_400
    worker.admit(tenant)
    assert bench.item(tenant)["day_count"] == {"N": "1"}


@pytest.mark.parametrize(
    "broken",
    [
        {"limit_day": {"S": "lots"}},
        {"limit_second": {"N": "-1"}},
        {"limit_minute": {"N": "1.5"}},
        {"admissions": {"B": b"odd"}},
        {"admissions": {"S": ""}, "day_count": {"N": "3"}},
    ],
)
def test_what_cannot_be_read_counts_as_absent_and_is_told(
    bench: Bench, tenant: str, broken: dict[str, Any]
) -> None:
    bench.put(tenant, **broken)
    worker = bench.worker()
    assert sum(admitted(worker, tenant) for _ in range(12)) == 10
    assert bench.complaints == [f"rate limits: {next(iter(broken))} of {tenant} cannot be read"]


FAULTS = [
    {"status": 500},
    {"error_code": "ProvisionedThroughputExceededException"},
    {"error_code": "AccessDeniedException"},
]


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_while_dynamodb_fails_a_worker_counts_alone_and_says_so_once(
    bench: Bench, tenant: str, fault: dict[str, Any]
) -> None:
    first, second = (bench.worker(alone_s=0.0) for _ in range(2))
    assert [admitted(first, tenant) for _ in range(4)] == [True] * 4
    bench.faults(fault)
    # What it counted together with the others is not forgotten.
    assert [admitted(first, tenant) for _ in range(7)] == [True] * 6 + [False]
    assert sum(admitted(second, tenant) for _ in range(11)) == 10
    assert len(bench.complaints) == 2
    assert all("DynamoDB fails" in complaint for complaint in bench.complaints)

    bench.faults()
    bench.now_s += 1
    assert [admitted(first, tenant), admitted(second, tenant)] == [True, True]
    assert bench.item(tenant)["day_count"] == {"N": "6"}


def test_requests_do_not_queue_up_before_a_dynamodb_that_fails(bench: Bench, tenant: str) -> None:
    bench.faults({"status": 500})
    worker = bench.worker(alone_s=1000.0)
    worker.admit(tenant)
    before = bench.writes()
    worker.admit(tenant)
    assert bench.writes() == before


def test_a_throttled_tenant_does_not_make_others_count_alone(bench: Bench, tenant: str) -> None:
    worker = bench.worker()
    bench.faults({"error_code": "ThrottlingException", "times": 1})
    assert admitted(worker, tenant)
    before = bench.writes()
    worker.admit(f"{tenant}-other")
    assert bench.writes() == before + 1


def test_who_loses_every_race_is_refused_and_nothing_is_counted(
    bench: Bench, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker, rival = bench.worker(attempts=3), bench.worker()
    waits: list[float] = []

    def rival_first(delay_s: float) -> None:
        waits.append(delay_s)
        rival.admit(tenant)

    rival.admit(tenant)
    monkeypatch.setattr("edge_signer.tenancy.dynamodb_rate_limiter.time.sleep", rival_first)
    with pytest.raises(RateLimitedError) as refused:
        worker.admit(tenant)
    assert (refused.value.standing, refused.value.retry_after_s, len(waits)) == (None, 1, 3)
    # It is not called a limit.
    assert "close together" in refused.value.message
    assert "may make" not in refused.value.message
    assert bench.item(tenant)["day_count"] == {"N": "4"}
    assert "other workers kept changing" in bench.complaints[0]
