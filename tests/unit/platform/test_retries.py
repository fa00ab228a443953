"""Attempts on a clock that only sleeping and attempts move."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_signer.kms_guard.retries import LEAST_ATTEMPT_MS, MAX_DELAY_S, Retries
from edge_signer.platform.deadline import EdgeTimeSpentError


class FaultError(Exception):
    """The service's fault; its argument tells one from another."""


@dataclass
class Bench:
    """Attempts that take what they are told to and fail as often as they are told to."""

    left_s: float = 20.0
    takes_s: float = 0.0
    failures: int = 100
    share: float = 1.0
    oversleeps_s: float = 0.0
    timeouts_ms: list[int] = field(default_factory=list)
    slept_s: list[float] = field(default_factory=list)

    def retries(self, **arguments: Any) -> Retries:
        def uniform(low: float, high: float) -> float:
            return low + (high - low) * self.share

        usual = {"attempts": 3, "delay_ms": 1000, "timeout_ms": 2000}
        return Retries(
            **{**usual, **arguments},
            left_s=lambda: max(0.0, self.left_s),
            sleep=self.sleep,
            uniform=uniform,
        )

    def sleep(self, delay_s: float) -> None:
        self.slept_s.append(delay_s)
        self.left_s -= delay_s + self.oversleeps_s

    def attempt(self, timeout_ms: int) -> str:
        self.timeouts_ms.append(timeout_ms)
        self.left_s -= min(self.takes_s, timeout_ms / 1000)
        if len(self.timeouts_ms) <= self.failures:
            raise FaultError(len(self.timeouts_ms))
        return "signed"


def always(_: Exception) -> bool:
    return True


def test_a_success_is_neither_retried_nor_waited_for() -> None:
    bench = Bench(failures=0)
    retries = bench.retries()
    assert retries.run(bench.attempt, always) == "signed"
    assert (retries.retry_count, bench.timeouts_ms, bench.slept_s) == (0, [2000], [])


def test_attempts_are_counted_in_all_and_delays_double() -> None:
    bench = Bench(failures=2)
    retries = bench.retries()
    assert retries.run(bench.attempt, always) == "signed"
    assert (retries.retry_count, bench.slept_s) == (2, [1.0, 2.0])


def test_after_the_last_attempt_its_error_is_raised_without_a_further_delay() -> None:
    bench = Bench()
    retries = bench.retries()
    with pytest.raises(FaultError, match=r"^3$"):
        retries.run(bench.attempt, always)
    assert (retries.retry_count, len(bench.slept_s)) == (2, 2)
    once = Bench()
    with pytest.raises(FaultError, match=r"^1$"):
        once.retries(attempts=1).run(once.attempt, always)
    assert once.slept_s == []


def test_what_is_not_retryable_is_raised_at_once() -> None:
    bench = Bench()
    retries = bench.retries()
    with pytest.raises(FaultError, match=r"^2$"):
        retries.run(bench.attempt, lambda failure: failure.args == (1,))
    assert retries.retry_count == 1


def test_delays_are_capped_and_may_be_none() -> None:
    bench = Bench(left_s=1000)
    with pytest.raises(FaultError):
        bench.retries(attempts=10, delay_ms=1000).run(bench.attempt, always)
    assert bench.slept_s == [1, 2, 4, 8, *[MAX_DELAY_S] * 5]
    jittered = Bench(share=0.25)
    with pytest.raises(FaultError):
        jittered.retries().run(jittered.attempt, always)
    assert jittered.slept_s == [0.25, 0.5]
    eager = Bench()
    with pytest.raises(FaultError):
        eager.retries(delay_ms=0).run(eager.attempt, always)
    assert eager.slept_s == [0, 0]


def test_an_attempt_gets_what_is_left_in_few_different_sizes() -> None:
    bench = Bench(left_s=3.38, takes_s=9, failures=1)
    bench.retries(delay_ms=0).run(bench.attempt, always)
    assert bench.timeouts_ms == [2000, 1350]


def test_a_delay_that_leaves_no_time_for_an_attempt_is_not_begun() -> None:
    bench = Bench(left_s=2.9, takes_s=2)
    retries = bench.retries()
    with pytest.raises(FaultError, match=r"^1$"):
        retries.run(bench.attempt, always)
    assert (retries.retry_count, bench.slept_s) == (0, [])


def test_a_sleep_that_took_too_long_ends_in_the_last_error() -> None:
    bench = Bench(left_s=2.0, oversleeps_s=5.0)
    retries = bench.retries(delay_ms=100)
    with pytest.raises(FaultError, match=r"^1$"):
        retries.run(bench.attempt, always)
    assert retries.retry_count == 0


def test_without_time_there_is_no_attempt_at_all() -> None:
    bench = Bench(left_s=0.049)
    with pytest.raises(EdgeTimeSpentError):
        bench.retries().run(bench.attempt, always)
    assert bench.timeouts_ms == []


def test_retries_of_one_request_add_up() -> None:
    bench = Bench(failures=1)
    retries = bench.retries()
    retries.run(bench.attempt, always)
    bench.timeouts_ms.clear()
    retries.run(bench.attempt, always)
    assert retries.retry_count == 2


@given(
    left_s=st.floats(0, 30),
    takes_s=st.floats(0, 3),
    share=st.floats(0, 1),
    attempts=st.integers(1, 10),
    delay_ms=st.integers(0, 10_000),
    timeout_ms=st.integers(50, 2000),
)
def test_the_deadline_is_never_passed(
    left_s: float, takes_s: float, share: float, attempts: int, delay_ms: int, timeout_ms: int
) -> None:
    bench = Bench(left_s=left_s, takes_s=takes_s, share=share)
    retries = bench.retries(attempts=attempts, delay_ms=delay_ms, timeout_ms=timeout_ms)
    with pytest.raises((FaultError, EdgeTimeSpentError)):
        retries.run(bench.attempt, always)
    assert bench.left_s >= -1e-6
    assert len(bench.timeouts_ms) <= attempts
    assert retries.retry_count == max(0, len(bench.timeouts_ms) - 1)
    assert all(LEAST_ATTEMPT_MS <= one <= timeout_ms for one in bench.timeouts_ms)
