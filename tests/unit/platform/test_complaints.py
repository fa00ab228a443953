"""Complaints that do not flood the log."""

from __future__ import annotations

from edge_signer.telemetry.telemetry import SparingComplaint


def test_of_a_row_of_complaints_the_first_is_told_and_later_ones_in_their_time() -> None:
    told: list[str] = []
    complain = SparingComplaint(told.append)
    for line in ("first", "second", "third"):
        complain(line)
    assert told == ["first"]
    impatient = SparingComplaint(told.append, every_s=0.0)
    impatient("fourth")
    impatient("fifth")
    assert told == ["first", "fourth", "fifth"]
