from __future__ import annotations

from emulator.functions.guardian import survivors


def test_what_was_added_and_not_taken_away_survives() -> None:
    assert survivors(["+10\n", "+11\n", "-10\n", "+12\n"]) == {11, 12}


def test_a_worker_that_is_taken_away_twice_is_no_error() -> None:
    assert survivors(["+10\n", "-10\n", "-10\n"]) == set()
