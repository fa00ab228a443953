"""The audit itself: it must see what it looks for."""

from __future__ import annotations

from tests.limits.audit import Attempt, most_within, undue_refusals


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
