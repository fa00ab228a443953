"""Complaints that do not flood the log."""

from __future__ import annotations

import pytest

from edge_signer.telemetry.complaints import SparingComplaint


def test_of_a_row_of_complaints_the_first_is_told_and_later_ones_in_their_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[str] = []
    complain = SparingComplaint(told.append)
    for line in ("first", "second", "third"):
        complain(line)
    assert told == ["first"]
    monkeypatch.setattr(SparingComplaint, "EVERY_S", 0.0)
    impatient = SparingComplaint(told.append)
    impatient("fourth")
    impatient("fifth")
    assert told == ["first", "fourth", "fifth"]
