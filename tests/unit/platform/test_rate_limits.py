"""The limits against a naive model that keeps every admission, through the item at each step."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_signer.tenancy.rate_limits import (
    MAX_SKEW_MS,
    MOST_COUNTED,
    MOST_COUNTED_IN_A_SECOND,
    Limits,
    QuotaPolicy,
    Usage,
    decide,
)
from edge_signer.tenancy.usage_item import UNSEEN, SeenItem

DAY_MS = 86_400_000
MIDNIGHT_MS = 20_000 * DAY_MS
NOON_MS = MIDNIGHT_MS + DAY_MS // 2

QUOTAS = st.integers(0, 6) | st.sampled_from(
    [limit + more for limit in (MOST_COUNTED_IN_A_SECOND, MOST_COUNTED) for more in (0, 1)]
)
LIMITS = st.just(Limits()) | st.builds(Limits, QUOTAS, QUOTAS, st.integers(0, 30))
GAPS_MS = (
    st.just(0)
    | st.integers(1, 120)
    | st.integers(0, 70_000)
    | st.sampled_from([999, 1000, 1001, 59_999, 60_000, 60_001, DAY_MS])
    # Another worker's clock may be behind.
    | st.integers(-3000, -1)
)


@dataclass
class NaiveModel:
    limits: Limits
    admitted_ms: list[int] = field(default_factory=list)

    def now(self, clock_ms: int) -> int:
        return max([clock_ms, *self.admitted_ms[-1:]])

    def remaining(self, clock_ms: int) -> dict[str, int]:
        now_ms = self.now(clock_ms)
        used = {
            name: sum(now_ms - window_ms < one <= now_ms for one in self.admitted_ms)
            for name, window_ms in (("burst", 1000), ("sustained", 60_000))
        }
        used["daily"] = sum(one // DAY_MS == now_ms // DAY_MS for one in self.admitted_ms)
        quotas = {"daily": self.limits.day}
        if self.limits.minute <= MOST_COUNTED:
            quotas["sustained"] = self.limits.minute
            quotas["burst"] = min(self.limits.second, MOST_COUNTED_IN_A_SECOND)
        elif self.limits.second <= MOST_COUNTED_IN_A_SECOND:
            quotas["burst"] = self.limits.second
        return {name: quota - used[name] for name, quota in quotas.items()}

    def admit(self, clock_ms: int) -> bool:
        if min(self.remaining(clock_ms).values()) <= 0:
            return False
        self.admitted_ms.append(self.now(clock_ms))
        return True


def reread(usage: Usage) -> Usage:
    """What another worker reads of it."""
    if not usage.admitted_ms:
        return usage
    return SeenItem.read(UNSEEN.after(usage).item, pytest.fail).usage


@given(
    limits=LIMITS,
    start_ms=st.sampled_from([NOON_MS, MIDNIGHT_MS - 700, MIDNIGHT_MS - 30_000]),
    gaps_ms=st.lists(GAPS_MS, max_size=150),
)
def test_every_decision_is_that_of_the_model(
    limits: Limits, start_ms: int, gaps_ms: list[int]
) -> None:
    model, usage, clock_ms = NaiveModel(limits), Usage(), start_ms
    for gap_ms in gaps_ms:
        clock_ms += gap_ms
        decision = decide(usage, limits, clock_ms)
        assert decision.admitted == model.admit(clock_ms)
        remaining = model.remaining(clock_ms)
        standing = decision.standing
        assert {policy.name for policy in standing.policies} == remaining.keys()
        assert standing.remaining == max(0, min(remaining.values()))
        assert remaining[standing.tightest.name] == min(remaining.values())
        usage = reread(decision.usage)
        assert usage == decision.usage


@given(
    limits=st.just(Limits())
    | st.builds(Limits, st.integers(1, 6), st.integers(1, 6), st.integers(1, 30)),
    gaps_ms=st.lists(st.integers(0, 400) | st.integers(0, 40_000), max_size=120),
)
def test_who_comes_when_told_is_admitted_and_who_comes_a_second_earlier_is_not(
    limits: Limits, gaps_ms: list[int]
) -> None:
    usage, clock_ms = Usage(), MIDNIGHT_MS - 60_000
    for gap_ms in gaps_ms:
        clock_ms += gap_ms
        decision = decide(usage, limits, clock_ms)
        if not decision.admitted:
            reset_ms = decision.standing.reset_s * 1000
            assert decide(usage, limits, clock_ms + reset_ms).admitted
            if reset_ms > 1000:
                # Rounding up costs less than a second.
                assert not decide(usage, limits, clock_ms + reset_ms - 1000).admitted
        usage = decision.usage


def test_ten_pass_and_the_eleventh_waits_for_the_first_to_leave() -> None:
    usage = Usage()
    for number in range(10):
        decision = decide(usage, Limits(), NOON_MS + 50 * number)
        assert (decision.admitted, decision.standing.remaining) == (True, 9 - number)
        usage = decision.usage
    assert decision.standing.tightest == QuotaPolicy("burst", 10, 1)
    refused = decide(usage, Limits(), NOON_MS + 999)
    assert (refused.admitted, refused.usage, refused.standing.reset_s) == (False, usage, 1)
    assert decide(usage, Limits(), NOON_MS + 1000).admitted


def test_a_slow_clock_does_not_turn_time_back_and_is_told_how_long_it_takes() -> None:
    usage = Usage(tuple([NOON_MS] * 10), 10)
    refused = decide(usage, Limits(), NOON_MS - 4000)
    assert (refused.admitted, refused.standing.reset_s) == (False, 5)
    admitted = decide(Usage((NOON_MS,), 1), Limits(), NOON_MS - 4000)
    assert admitted.usage.admitted_ms == (NOON_MS, NOON_MS)


def test_a_usage_from_a_clock_that_is_wrong_locks_nobody_out() -> None:
    usage = Usage(tuple([NOON_MS + MAX_SKEW_MS] * 10), 10_000)
    assert not decide(usage, Limits(), NOON_MS).admitted
    admitted = decide(usage, Limits(), NOON_MS - 1)
    assert admitted.usage == Usage((NOON_MS - 1,), 1)


def test_the_last_of_a_day_is_admitted_and_the_next_waits_for_midnight() -> None:
    usage = Usage((NOON_MS,), 9_999)
    last = decide(usage, Limits(), NOON_MS + 2000)
    assert (last.admitted, last.standing.tightest.name) == (True, "daily")
    refused = decide(last.usage, Limits(), NOON_MS + 4000)
    assert (refused.admitted, refused.standing.reset_s) == (False, DAY_MS // 2000 - 4)
    after_midnight = decide(last.usage, Limits(), MIDNIGHT_MS + DAY_MS)
    assert (after_midnight.admitted, after_midnight.usage.day_count) == (True, 1)


def test_lowered_limits_hold_at_once() -> None:
    usage = Usage(tuple(NOON_MS + 1000 * number for number in range(8)), 8)
    refused = decide(usage, Limits(minute=3), NOON_MS + 8000)
    assert (refused.admitted, refused.standing.remaining) == (False, 0)
    # The sixth has to leave; two remain then.
    assert refused.standing.reset_s == 57
    assert not decide(usage, Limits(minute=3), NOON_MS + 64_999).admitted
    assert decide(usage, Limits(minute=3), NOON_MS + 65_000).admitted


def test_the_largest_item_is_below_a_kilobyte() -> None:
    limits = Limits(MOST_COUNTED, MOST_COUNTED, 10**9)
    usage = Usage(day_count=10**8)
    for number in range(2 * MOST_COUNTED):
        usage = decide(usage, limits, NOON_MS + number * 100).usage
    assert len(usage.admitted_ms) == MOST_COUNTED
    attributes = UNSEEN.after(usage).item
    # DynamoDB counts names and values; a number takes half a byte a digit, and one or two.
    numbers = ("expiration", "limit_second", "limit_minute", "limit_day", "day_count", "utc_day")
    size = len("tenant_id") + 63 + len("admissions") + len(attributes["admissions"]["B"])
    assert size + sum(len(name) + 7 for name in numbers) < 1024
