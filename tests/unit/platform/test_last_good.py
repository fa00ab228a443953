"""Values that are read again beside the calls that use them."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event

import pytest

from edge_signer.platform.errors import EdgeSignerError, StoreUnavailableError
from edge_signer.platform.last_good import LastGood
from tests.system.waiting import wait_for


class Source:
    """Gives a number each time; a read that is held waits until it may go on."""

    def __init__(self) -> None:
        self.reads = 0
        self.goes_on = Event()
        self.goes_on.set()
        self.failure: EdgeSignerError | None = None

    def __call__(self) -> int:
        self.reads += 1
        number = self.reads
        assert self.goes_on.wait(10)
        if self.failure is not None:
            raise self.failure
        return number


@pytest.fixture
def source() -> Iterator[Source]:
    source = Source()
    yield source
    source.goes_on.set()


def test_a_value_that_is_due_serves_while_the_next_is_read(source: Source) -> None:
    value = LastGood(source, refresh_s=0, latest_s=1000, retry_s=0)
    assert value() == 1
    source.goes_on.clear()
    assert [value(), value()] == [1, 1]
    wait_for(lambda: source.reads == 2)
    source.goes_on.set()
    wait_for(lambda: value() >= 2)


def test_a_value_that_is_too_old_never_serves(source: Source) -> None:
    """A worker may have slept for hours."""
    value = LastGood(source, refresh_s=0, latest_s=0, retry_s=0)
    assert [value(), value(), value()] == [1, 2, 3]


def test_a_read_that_was_stopped_does_not_bring_an_older_value_back(source: Source) -> None:
    value = LastGood(source, refresh_s=0, latest_s=1000, retry_s=0)
    value()
    source.goes_on.clear()
    value()
    wait_for(lambda: source.reads == 2)
    value.expire()
    source.goes_on.set()
    assert value() == 3
    value.expire()
    assert value() > 3


def test_a_failure_beside_a_call_leaves_the_value(source: Source) -> None:
    value = LastGood(source, refresh_s=0, latest_s=1000, retry_s=0)
    value()
    source.failure = StoreUnavailableError("down")
    assert value() == 1
    wait_for(lambda: source.reads == 2)
    assert value() == 1


def test_an_error_of_ours_beside_a_call_is_raised_by_the_next() -> None:
    divisors = iter([1, 0])
    value = LastGood(lambda: 1 // next(divisors), refresh_s=0, latest_s=1000, retry_s=0)
    value()
    with pytest.raises(ZeroDivisionError):
        wait_for(lambda: value() != 1)
