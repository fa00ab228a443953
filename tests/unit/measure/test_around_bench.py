"""The stand-ins that `make bench` measures with do what the code under measurement expects."""

from __future__ import annotations

from measure.bench.around_bench import AgreeingDynamoDb, limiter


def test_the_limiter_that_is_measured_always_admits_and_keeps_a_full_window() -> None:
    measured = limiter(AgreeingDynamoDb())
    standings = [measured.admit("bench") for _ in range(500)]
    assert {(one.tightest.name, one.remaining) for one in standings[100:]} == {("sustained", 0)}
