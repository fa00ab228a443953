"""The rules against a naive model that keeps every failure, through the item at each step."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_signer.kms_guard.breaker_rules import (
    Record,
    after_failure,
    after_giving_up,
    after_reset,
    after_success,
    after_taking_a_probe,
    failures_within,
    next_probe_ms,
    state_of,
)
from edge_signer.kms_guard.breaker_store import attributes_of, read_record

NOON_MS = 20_000 * 86_400_000 + 43_200_000
Outcome = Literal["success", "failure", "throttle", "nothing"]

GAPS_MS = (
    st.just(0)
    | st.integers(1, 3000)
    | st.sampled_from([4999, 5000, 9999, 10_000, 10_000, 12_000, 59_999, 60_000])
    | st.integers(0, 70_000)
)
# Two workers' clocks.
SKEWS_MS = st.just(0) | st.integers(-20_000, 20_000)
EVENTS = st.sampled_from(
    [
        *["failure"] * 6,
        *["throttle", "reset", "take", "take", "take"],
        # An outcome of the probe that was taken so many probes ago.
        *[("success", 0), ("failure", 0), ("throttle", 0), ("nothing", 0)],
        *[("success", 1), ("failure", 1), ("nothing", 2)],
    ]
)


@dataclass
class NaiveModel:
    failures_ms: list[int] = field(default_factory=list)
    closed: bool = True
    opened_ms: int = 0
    taken_ms: int | None = None
    probes: list[str] = field(default_factory=list)

    def fail(self, clock_ms: int, throttled: bool) -> None:
        if not self.closed:
            return
        if not throttled:
            self.failures_ms.append(max([clock_ms, *self.failures_ms]))
            if len(self.within(clock_ms)) < 6:
                return
        self.closed, self.opened_ms, self.taken_ms = False, clock_ms, None

    def within(self, clock_ms: int) -> tuple[int, ...]:
        ends_ms = max([clock_ms, *self.failures_ms])
        return tuple(one for one in self.failures_ms if one > ends_ms - 60_000)

    def may_take(self, clock_ms: int) -> bool:
        if self.closed:
            return False
        if self.taken_ms is not None and clock_ms < self.taken_ms + 5000:
            return False
        return clock_ms >= self.opened_ms + 10_000

    def take(self, clock_ms: int) -> bool:
        if not self.may_take(clock_ms):
            return False
        self.taken_ms = clock_ms
        return True

    def settle(self, probe_id: str, outcome: Outcome, clock_ms: int) -> None:
        if self.closed or self.taken_ms is None or self.probes[-1] != probe_id:
            if outcome in ("failure", "throttle"):
                self.fail(clock_ms, outcome == "throttle")
            return
        self.taken_ms = None
        if outcome == "success":
            self.close()
        elif outcome != "nothing":
            self.opened_ms = clock_ms

    def close(self) -> None:
        self.closed, self.failures_ms, self.taken_ms = True, [], None


def settled(record: Record, probe_id: str, outcome: Outcome, clock_ms: int) -> Record:
    if outcome == "success":
        return after_success(record, clock_ms, probe_id)
    if outcome == "nothing":
        return after_giving_up(record, probe_id)
    return after_failure(record, clock_ms, throttled=outcome == "throttle", probe_id=probe_id)


@given(st.lists(st.tuples(GAPS_MS, SKEWS_MS, EVENTS), min_size=20, max_size=80))
def test_every_step_is_that_of_the_model(
    steps: list[tuple[int, int, str | tuple[Outcome, int]]],
) -> None:
    model, record, now_ms = NaiveModel(), Record(), NOON_MS
    for number, (gap_ms, skew_ms, event) in enumerate(steps):
        now_ms += gap_ms
        clock_ms = now_ms + skew_ms
        if event in ("failure", "throttle"):
            throttled = event == "throttle"
            record = after_failure(record, clock_ms, throttled=throttled, probe_id=None)
            model.fail(clock_ms, throttled)
        elif event == "take":
            before, record = record, after_taking_a_probe(record, clock_ms, str(number))
            assert (record is not before) == model.take(clock_ms)
            if record is not before:
                model.probes.append(str(number))
        elif event == "reset":
            record = after_reset(record, clock_ms)
            model.close()
        elif isinstance(event, tuple) and len(model.probes) > event[1]:
            probe_id = model.probes[-1 - event[1]]
            record = settled(record, probe_id, event[0], clock_ms)
            model.settle(probe_id, event[0], clock_ms)
        assert (state_of(record, clock_ms) == "closed") == model.closed
        if model.closed:
            assert failures_within(record, clock_ms) == model.within(clock_ms)
        due_ms = next_probe_ms(record, clock_ms)
        assert (due_ms is not None and due_ms <= clock_ms) == model.may_take(clock_ms)
        assert read_record(attributes_of(record)) == record


def failed(record: Record, *times_ms: int) -> Record:
    for one in times_ms:
        record = after_failure(record, one, throttled=False, probe_id=None)
    return record


def opened_at(clock_ms: int) -> Record:
    return after_failure(Record(), clock_ms, throttled=True, probe_id=None)


def test_the_sixth_failure_within_a_minute_opens() -> None:
    five = failed(Record(), *[NOON_MS + 1000 * number for number in range(5)])
    assert state_of(five, NOON_MS + 5000) == "closed"
    sixth = failed(five, NOON_MS + 59_999)
    assert sixth.opening is not None
    assert (sixth.opening.opened_by, sixth.since_ms) == ("failures", NOON_MS + 59_999)
    assert len(failures_within(sixth, NOON_MS + 59_999)) == 6
    assert failed(five, NOON_MS + 60_000).opening is None


def test_the_first_throttle_opens() -> None:
    record = opened_at(NOON_MS)
    assert record.opening is not None
    assert (record.opening.opened_by, state_of(record, NOON_MS)) == ("throttle", "open")
    assert next_probe_ms(record, NOON_MS) == NOON_MS + 10_000


def test_attempts_that_began_before_it_opened_change_nothing() -> None:
    record = opened_at(NOON_MS)
    assert failed(record, NOON_MS + 2000) == record
    assert after_failure(record, NOON_MS + 2000, throttled=True, probe_id=None) == record
    assert after_success(record, NOON_MS + 2000, None) == record


def test_a_probe_that_fails_opens_for_ten_more_seconds() -> None:
    probed = after_taking_a_probe(opened_at(NOON_MS), NOON_MS + 10_000, "mine")
    assert state_of(probed, NOON_MS + 10_000) == "half_open"
    record = after_failure(probed, NOON_MS + 11_000, throttled=False, probe_id="mine")
    assert (state_of(record, NOON_MS + 11_000), record.since_ms) == ("open", NOON_MS)
    assert next_probe_ms(record, NOON_MS + 11_000) == NOON_MS + 21_000


def test_a_probe_whose_worker_died_blocks_for_five_seconds() -> None:
    probed = after_taking_a_probe(opened_at(NOON_MS), NOON_MS + 10_000, "dead")
    assert after_taking_a_probe(probed, NOON_MS + 14_999, "next") == probed
    again = after_taking_a_probe(probed, NOON_MS + 15_000, "next")
    assert again != probed
    # What the first says when it comes to life is not heard.
    assert after_success(again, NOON_MS + 15_001, "dead") == again
    assert after_success(again, NOON_MS + 15_001, "next") == Record(since_ms=NOON_MS + 15_001)


def test_a_probe_that_succeeds_clears_the_window() -> None:
    opened = failed(Record(), *[NOON_MS] * 6)
    probed = after_taking_a_probe(opened, NOON_MS + 10_000, "mine")
    assert after_success(probed, NOON_MS + 10_000, "mine").failures_ms == ()


@pytest.mark.parametrize("ahead_ms", [60_001, 10**9])
def test_times_of_a_clock_that_is_far_ahead_count_for_nothing(ahead_ms: int) -> None:
    strange = failed(Record(), *[NOON_MS + ahead_ms] * 5)
    assert failures_within(strange, NOON_MS) == ()
    assert failed(strange, NOON_MS) == Record((NOON_MS,))
    opened = opened_at(NOON_MS + ahead_ms)
    assert next_probe_ms(opened, NOON_MS) == NOON_MS
    probed = after_taking_a_probe(opened, NOON_MS + ahead_ms + 10_000, "stranger")
    assert state_of(probed, NOON_MS) == "open"
    assert after_taking_a_probe(probed, NOON_MS, "mine") != probed


def test_times_of_a_clock_that_is_a_little_ahead_count_as_now() -> None:
    ahead = failed(Record(), *[NOON_MS + 30_000] * 5)
    sixth = failed(ahead, NOON_MS)
    assert sixth.failures_ms == (NOON_MS + 30_000,) * 6
    assert state_of(sixth, NOON_MS) == "open"
