"""The audit itself: it must see what it looks for."""

from __future__ import annotations

import pytest

from measure.limits.audit import Attempt, most_within, undue_refusals
from measure.limits.contention import LIFTED, press


def test_a_window_that_holds_too_many_is_seen_wherever_it_begins() -> None:
    spread = [0, 500, 999, 1000, 1400, 1499, 2500]
    assert most_within(spread, 1000) == 5
    assert most_within([0, 1000, 2000], 1000) == 1
    assert most_within([], 1000) == 0


def test_a_refusal_is_due_only_while_a_window_is_full() -> None:
    admitted_ms = [10_000 + number for number in range(10)]

    def undue(sent_ms: float, answered_ms: float, status: int = 429) -> bool:
        return undue_refusals(admitted_ms, [Attempt(sent_ms, answered_ms, status)]) != []

    assert undue(9_000, 10_008.5)
    assert not undue(9_000, 10_009)
    assert not undue(10_999.9, 11_000)
    assert undue(11_000, 11_500)
    assert not undue(11_000, 11_500, status=200)
    assert undue_refusals(admitted_ms[:9], [Attempt(9_000, 12_000, 429)])


def test_a_minute_is_counted_too() -> None:
    admitted_ms = [1000 * number for number in range(100)]
    refused = Attempt(99_900, 99_950, 429)
    assert undue_refusals(admitted_ms, [refused])
    assert not undue_refusals(
        [number * 590 for number in range(100)], [Attempt(58_500, 58_600, 429)]
    )


@pytest.mark.parametrize(
    ("limits", "per_s"), [(LIFTED, 400), ({}, 9), ({}, 200), ({"limit_second": 40}, 60)]
)
def test_workers_that_press_on_one_item_are_counted_exactly(
    limits: dict[str, int], per_s: float
) -> None:
    run = press(limits, per_s, seconds=1.0)
    assert len(run.attempts) == per_s
    quota = limits.get("limit_second", 10)
    assert len(run.admitted_ms) == len(run.attempts) - run.refused
    assert most_within(run.admitted_ms, 1000) <= quota
    if limits is LIFTED or per_s <= quota:
        assert run.refused == 0
    if limits is LIFTED:
        assert run.faults(is_windowed=False) == []


def test_a_full_day_refuses_though_nothing_else_is_limited() -> None:
    run = press({**LIFTED, "limit_day": 50}, per_s=300, seconds=0.5)
    assert len(run.admitted_ms) == 50
    assert run.refused == 100
