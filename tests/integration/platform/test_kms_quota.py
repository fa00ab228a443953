"""Calls of KMS counted by several workers in one table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from edge_signer.kms_guard.kms_quota import KmsUsage, KmsUsageTally, read_kms_usage
from edge_signer.platform.errors import StoreUnavailableError
from emulator.aws.services import in_process_services, moto_host
from emulator.http.message import Request
from tests.system.dynamodb_tables import make_table

NOON_S = 20_000 * 86_400 + 43_200.0
REGION = "eu-central-1"


class Bench:
    """Workers with a tally each, one table, and a clock that stands still unless told."""

    def __init__(self) -> None:
        self.host = moto_host()
        self.dynamodb = in_process_services(self.host).dynamodb
        self.table = f"requests-{uuid4()}"
        make_table(self.dynamodb, self.table, "id")
        self.now_s = NOON_S
        self.complaints: list[str] = []

    def tally(self, region: str = REGION, write_every_s: float = 0.0) -> KmsUsageTally:
        return KmsUsageTally(
            self.dynamodb,
            self.table,
            region,
            self.complaints.append,
            lambda: self.now_s,
            write_every_s=write_every_s,
            begin=lambda write: write(),
        )

    def usage(self, region: str = REGION) -> KmsUsage:
        return read_kms_usage(self.dynamodb, self.table, region, lambda: self.now_s)

    def items(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.dynamodb.scan(TableName=self.table)["Items"]
        return found

    def break_dynamodb(self, operation: str) -> None:
        rule = f'[{{"service": "dynamodb", "operation": "{operation}", "status": 500}}]'
        self.host.answer(Request("PUT", "/_emulator/faults", body=rule.encode()))

    def mend(self) -> None:
        self.host.answer(Request("PUT", "/_emulator/faults", body=b"[]"))


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    bench.mend()


def test_nothing_was_asked_of_kms_yet(bench: Bench) -> None:
    assert bench.usage() == KmsUsage(peak_per_s=0, today=0)


def test_calls_of_all_workers_add_up(bench: Bench) -> None:
    workers = [bench.tally() for _ in range(4)]
    for second, calls in ((0.0, 3), (1.5, 5), (2.0, 2)):
        bench.now_s = NOON_S + second
        for number in range(calls):
            workers[number % len(workers)].count()
    assert bench.usage() == KmsUsage(peak_per_s=5, today=10)


def test_the_busiest_second_is_looked_for_in_the_last_minute_alone(bench: Bench) -> None:
    tally = bench.tally()
    for _ in range(3):
        tally.count()
    bench.now_s += 59
    tally.count()
    assert bench.usage() == KmsUsage(peak_per_s=3, today=4)
    bench.now_s += 1
    assert bench.usage() == KmsUsage(peak_per_s=1, today=4)


def test_a_new_day_begins_with_nothing(bench: Bench) -> None:
    bench.tally().count()
    bench.now_s += 86_400
    assert bench.usage() == KmsUsage(peak_per_s=0, today=0)


def test_each_region_of_kms_is_counted_by_itself(bench: Bench) -> None:
    bench.tally().count()
    assert bench.usage("us-east-1") == KmsUsage(peak_per_s=0, today=0)


def test_calls_in_between_cost_no_request_and_are_told_with_the_next_that_is_due(
    bench: Bench,
) -> None:
    tally = bench.tally(write_every_s=1000.0)
    tally.count()
    told = bench.items()
    for _ in range(9):
        tally.count()
    assert bench.items() == told
    tally._silent_until_s = 0.0
    tally.count()
    assert bench.usage() == KmsUsage(peak_per_s=11, today=11)


def test_items_end_by_themselves_and_hold_no_more_than_a_minute(bench: Bench) -> None:
    tally = bench.tally()
    for _ in range(70):
        bench.now_s += 1
        tally.count()
    items = {item["id"]["S"]: item for item in bench.items()}
    assert all(int(item["expiration"]["N"]) > bench.now_s for item in items.values())
    assert len(items) == 3
    assert max(len(item) for item in items.values()) <= 60 + 2


def test_a_dynamodb_that_fails_is_complained_of_and_harms_no_signature(bench: Bench) -> None:
    tally = bench.tally()
    bench.break_dynamodb("UpdateItem")
    for _ in range(3):
        tally.count()
    assert len(bench.complaints) == 1
    bench.mend()
    assert bench.usage().today == 0


def test_what_cannot_be_read_is_not_told_as_nothing(bench: Bench) -> None:
    bench.break_dynamodb("BatchGetItem")
    with pytest.raises(StoreUnavailableError):
        bench.usage()
