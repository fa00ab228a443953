"""The breaker over DynamoDB: several workers, one item."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from edge_signer.kms_guard.circuit_breaker import CircuitBreaker
from tests.integration.platform.breaker_bench import NOON_S, BreakerBench, fail

OPENED = [("closed", "open")]
PROBED = [*OPENED, ("open", "half_open")]


@pytest.fixture(scope="module")
def shared_bench() -> BreakerBench:
    return BreakerBench()


@pytest.fixture
def bench(shared_bench: BreakerBench) -> BreakerBench:
    shared_bench.begin()
    return shared_bench


@pytest.fixture
def eager_threads() -> Iterator[None]:
    """Make threads change turns so often that a missing condition shows."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


def opened(bench: BreakerBench) -> CircuitBreaker:
    breaker = bench.worker()
    assert fail(breaker, throttled=True) == "closed"
    assert bench.changes == OPENED
    return breaker


def test_a_closed_breaker_costs_a_read_a_second_and_no_write(bench: BreakerBench) -> None:
    breaker = bench.worker(fresh_s=1000.0)
    before = bench.calls("GetItem"), bench.calls("PutItem")
    for _ in range(20):
        breaker.allows().succeeded()
        breaker.allows().abandoned()
    assert (bench.calls("GetItem"), bench.calls("PutItem")) == (before[0] + 1, before[1])
    breaker = bench.worker()
    for _ in range(3):
        breaker.allows().succeeded()
    assert bench.calls("GetItem") == before[0] + 4


def test_failures_of_all_workers_count_together(bench: BreakerBench) -> None:
    workers = [bench.worker() for _ in range(4)]
    for number in range(5):
        assert fail(workers[number % 4]) == "closed"
        bench.now_s += 11
    assert bench.changes == []
    # The first five took 55 s; the sixth is the last that can complete them.
    assert fail(workers[0]) == "closed"
    assert bench.changes == OPENED
    assert [worker.allows().kind for worker in workers] == ["open"] * 4
    assert bench.item()["opened_by"] == {"S": "failures"}


def test_failures_that_are_too_far_apart_open_nothing(bench: BreakerBench) -> None:
    breaker = bench.worker()
    for _ in range(30):
        fail(breaker)
        bench.now_s += 12
    assert bench.changes == []


def test_the_first_throttle_opens_it_for_everybody(bench: BreakerBench) -> None:
    other = bench.worker()
    assert other.allows().kind == "closed"
    opened(bench)
    assert other.allows().kind == "open"
    assert other.status().opened_by == "throttle"


@pytest.mark.usefixtures("eager_threads")
@pytest.mark.parametrize("failures", [5, 6, 80])
def test_a_storm_of_failures_opens_it_at_the_sixth_and_never_before(
    bench: BreakerBench, failures: int
) -> None:
    workers = [bench.worker() for _ in range(8)]
    # All begin while it is closed, and all end at once.
    admissions = [workers[number % 8].allows() for number in range(failures)]
    before = bench.calls("PutItem")
    with ThreadPoolExecutor(16) as threads:
        list(threads.map(lambda admission: admission.failed(throttled=False), admissions))
    assert bench.changes == (OPENED if failures >= 6 else [])
    assert len(bench.item()["failures_ms"]["L"]) == min(failures, 6)
    # Each worker loses a write at most once for each of the six that were counted.
    assert bench.calls("PutItem") - before <= 6 + 8 * 6
    assert bench.complaints == []


@pytest.mark.usefixtures("eager_threads")
@pytest.mark.parametrize("worker_count", [1, 8])
def test_of_fifty_at_once_one_probes(bench: BreakerBench, worker_count: int) -> None:
    opened(bench)
    workers = [bench.worker() for _ in range(worker_count)]
    bench.now_s += 9.999
    assert {worker.allows().kind for worker in workers} == {"open"}
    bench.now_s += 0.001
    with ThreadPoolExecutor(50) as threads:
        kinds = list(
            threads.map(lambda number: workers[number % worker_count].allows().kind, range(50))
        )
    assert (kinds.count("probe"), kinds.count("open")) == (1, 49)
    assert bench.changes == PROBED


def test_a_probe_that_succeeds_closes_it_and_clears_the_window(bench: BreakerBench) -> None:
    workers = [bench.worker() for _ in range(3)]
    for number in range(6):
        fail(workers[number % 3])
    bench.now_s += 10
    probe = workers[1].allows()
    assert (probe.kind, workers[0].allows().kind) == ("probe", "open")
    assert workers[0].status().state == "half_open"
    before = bench.calls("PutItem")
    probe.succeeded()
    assert bench.calls("PutItem") == before + 1
    assert bench.changes == [*PROBED, ("half_open", "closed")]
    # Five more, although those before are less than a minute old.
    assert [fail(workers[number % 3]) for number in range(5)] == ["closed"] * 5
    assert workers[0].allows().kind == "closed"


def test_a_probe_that_fails_opens_it_for_ten_more_seconds(bench: BreakerBench) -> None:
    breaker = opened(bench)
    bench.now_s += 12
    assert fail(breaker) == "probe"
    assert bench.changes == [*PROBED, ("half_open", "open")]
    bench.now_s += 9.9
    assert bench.worker().allows().kind == "open"
    bench.now_s += 0.1
    assert bench.worker().allows().kind == "probe"


def test_a_probe_that_is_given_back_goes_to_the_next(bench: BreakerBench) -> None:
    breaker, other = opened(bench), bench.worker()
    bench.now_s += 10
    probe = breaker.allows()
    probe.abandoned()
    assert other.allows().kind == "probe"
    assert bench.item()["probe_after_ms"] == {"N": str(int((NOON_S + 10) * 1000))}


def test_of_an_attempt_the_first_word_counts_and_of_a_refused_one_none(
    bench: BreakerBench,
) -> None:
    breaker = bench.worker()
    admission, other = breaker.allows(), breaker.allows()
    admission.failed(throttled=False)
    admission.failed(throttled=True)
    admission.abandoned()
    other.succeeded()
    other.failed(throttled=True)
    assert len(bench.item()["failures_ms"]["L"]) == 1
    fail(breaker, throttled=True)
    refused = breaker.allows()
    breaker.reset()
    refused.failed(throttled=True)
    assert breaker.allows().kind == "closed"


def test_a_probe_that_is_never_heard_of_again_is_replaced_after_five_seconds(
    bench: BreakerBench,
) -> None:
    breaker, other = opened(bench), bench.worker()
    bench.now_s += 10
    dead = breaker.allows()
    bench.now_s += 4.999
    assert other.allows().kind == "open"
    bench.now_s += 0.001
    probe = other.allows()
    assert probe.kind == "probe"
    dead.succeeded()
    assert other.status().state == "half_open"
    probe.succeeded()
    assert other.status().state == "closed"


def test_operators_see_what_it_is_and_may_close_it(bench: BreakerBench) -> None:
    breaker, other = bench.worker(), bench.worker()
    assert breaker.status().since_ms == 0
    for _ in range(6):
        fail(breaker)
    status, now_ms = other.status(), int(bench.now_s * 1000)
    assert (status.state, status.opened_by, status.failure_count) == ("open", "failures", 6)
    assert (status.since_ms, status.next_probe_ms) == (now_ms, now_ms + 10_000)
    bench.now_s += 3
    other.reset()
    assert bench.changes == [*OPENED, ("open", "closed")]
    status = breaker.status()
    assert (status.state, status.since_ms, status.failure_count) == ("closed", now_ms + 3000, 0)
    assert (status.opened_by, status.next_probe_ms, breaker.is_shared) == (None, None, True)
    assert fail(breaker) == "closed"


def test_an_item_that_an_operator_deletes_is_a_closed_breaker(bench: BreakerBench) -> None:
    breaker = opened(bench)
    key = {"breaker_id": {"S": bench.breaker_id}}
    bench.dynamodb.delete_item(TableName=bench.table, Key=key)
    assert fail(breaker) == "closed"
    assert len(bench.item()["failures_ms"]["L"]) == 1


BROKEN = [
    {"opened_by": {"S": "somebody"}},
    {"failures_ms": {"S": "many"}, "since_ms": {"N": "0"}, "revision": {"N": "7"}},
    {"failures_ms": {"L": []}, "since_ms": {"N": "0"}, "opened_by": {"S": "throttle"}},
    {"failures_ms": {"L": []}, "since_ms": {"N": "1.5"}},
]


@pytest.mark.parametrize("broken", BROKEN, ids=str)
def test_an_item_that_cannot_be_read_counts_as_absent_and_is_told(
    bench: BreakerBench, broken: dict[str, Any]
) -> None:
    bench.put(**broken)
    breaker = bench.worker()
    assert [fail(breaker) for _ in range(7)] == ["closed"] * 6 + ["open"]
    assert bench.complaints == [f"circuit breaker: {bench.breaker_id} cannot be read"]
    assert bench.item()["opened_by"] == {"S": "failures"}


@pytest.mark.usefixtures("eager_threads")
def test_every_change_is_told_once_whoever_made_it(bench: BreakerBench) -> None:
    workers = [bench.worker() for _ in range(8)]

    def request(number: int) -> None:
        # Long enough for so many probes that all of them failing cannot be.
        bench.now_s += 4.0
        admission = workers[number % 8].allows()
        if number % 3:
            admission.failed(throttled=number % 7 == 0)
        else:
            admission.succeeded()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(request, range(240)))
    assert bench.complaints == []
    # Who changed it is told, and nobody else: so it was opened as often as closed, or once more.
    times_opened = sum(old == "closed" for old, _ in bench.changes)
    times_closed = sum(new == "closed" for _, new in bench.changes)
    assert times_closed > 0
    assert times_opened - times_closed == (workers[0].status().state != "closed")
