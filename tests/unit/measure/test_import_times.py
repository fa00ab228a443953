"""What `make import-times` reads of Python's own report."""

from __future__ import annotations

from measure.cold_start.import_times import import_times

WORKER = """import time: self [us] | cumulative | imported package
import time:       192 |        192 |   zipimport
import time:       400 |        400 |   outer.small
import time:      7000 |       7000 |     outer.large.inner
import time:      5000 |      12000 |   outer.large
import time:      1000 |      13400 | outer
a line of the function's log
"""


def test_a_module_stands_before_what_it_imported_and_small_ones_are_left_out() -> None:
    assert list(import_times(WORKER, 5.0)) == [
        "   13.4     1.0  outer",
        "   12.0     5.0    outer.large",
        "    7.0     7.0      outer.large.inner",
    ]


def test_the_last_worker_is_told_of() -> None:
    slower = WORKER.replace("12000", "99000")
    assert list(import_times(slower + WORKER, 5.0)) == list(import_times(WORKER, 5.0))
