"""The breaker while DynamoDB fails: each worker by itself, and no request the worse for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from edge_signer.platform.errors import StoreUnavailableError
from tests.integration.platform.breaker_bench import BreakerBench, fail


@pytest.fixture(scope="module")
def shared_bench() -> BreakerBench:
    return BreakerBench()


@pytest.fixture
def bench(shared_bench: BreakerBench) -> Iterator[BreakerBench]:
    shared_bench.begin()
    yield shared_bench
    shared_bench.faults()


FAULTS: list[dict[str, Any]] = [
    {"status": 500},
    {"error_code": "AccessDeniedException"},
    {"operation": "PutItem", "status": 500},
]


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_worker_goes_on_alone_by_the_same_rules_and_says_so_once(
    bench: BreakerBench, fault: dict[str, Any]
) -> None:
    breaker, other = (bench.worker(alone_s=1000.0) for _ in range(2))
    for _ in range(4):
        fail(breaker)
    bench.faults(fault)
    # What it counted together with the others is not forgotten.
    assert [fail(breaker) for _ in range(3)] == ["closed", "closed", "open"]
    assert not breaker.is_shared
    bench.now_s += 10
    probe = breaker.allows()
    assert (probe.kind, breaker.allows().kind) == ("probe", "open")
    probe.succeeded()
    assert breaker.allows().kind == "closed"
    assert bench.changes == [
        ("closed", "open"),
        ("open", "half_open"),
        ("half_open", "closed"),
    ]
    assert len(bench.complaints) == 1
    assert "this worker counts alone" in bench.complaints[0]
    # One that had not seen the four knows of none.
    seen = 4 if "operation" in fault else 0
    assert [fail(other) for _ in range(7 - seen)] == ["closed"] * (6 - seen) + ["open"]


def test_when_dynamodb_answers_again_its_record_serves(bench: BreakerBench) -> None:
    breaker, other = bench.worker(), bench.worker()
    bench.faults({"status": 500})
    assert [fail(breaker, throttled=True), fail(breaker)] == ["closed", "open"]
    bench.faults()
    assert breaker.allows().kind == "closed"
    fail(other, throttled=True)
    assert breaker.allows().kind == "open"
    assert breaker.is_shared


def test_a_failure_that_was_counted_alone_is_not_written_over_what_others_wrote(
    bench: BreakerBench,
) -> None:
    breaker, other = bench.worker(), bench.worker()
    first, second = breaker.allows(), breaker.allows()
    bench.faults({"status": 500})
    first.failed(throttled=True)
    bench.faults()
    fail(other)
    second.failed(throttled=False)
    assert len(bench.item()["failures_ms"]["L"]) == 2
    assert "opened_by" not in bench.item()


def test_a_probe_whose_success_cannot_be_written_blocks_nobody_for_long(
    bench: BreakerBench,
) -> None:
    breaker, other = bench.worker(), bench.worker()
    fail(breaker, throttled=True)
    bench.now_s += 10
    probe = breaker.allows()
    bench.faults({"status": 500})
    probe.succeeded()
    bench.faults()
    assert other.allows().kind == "open"
    bench.now_s += 5
    assert other.allows().kind == "probe"


def test_requests_do_not_queue_up_before_a_dynamodb_that_fails(bench: BreakerBench) -> None:
    bench.faults({"status": 500})
    breaker = bench.worker(alone_s=1000.0)
    breaker.allows()
    before = bench.calls("GetItem"), bench.calls("PutItem")
    for _ in range(5):
        fail(breaker)
    assert (bench.calls("GetItem"), bench.calls("PutItem")) == before


def test_a_worker_that_loses_every_race_counts_alone(bench: BreakerBench) -> None:
    breaker = bench.worker(alone_s=1000.0, attempts=0)
    assert [fail(breaker, throttled=True), fail(breaker)] == ["closed", "open"]
    assert "Too many others" in bench.complaints[0]


def test_a_reset_that_cannot_be_written_is_told(bench: BreakerBench) -> None:
    breaker = bench.worker()
    fail(breaker, throttled=True)
    bench.faults({"operation": "PutItem", "status": 500})
    with pytest.raises(StoreUnavailableError):
        breaker.reset()
    bench.faults()
    assert breaker.allows().kind == "open"
