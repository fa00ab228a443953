"""Calls beside a request."""

from __future__ import annotations

import os
import threading
from contextlib import suppress

import pytest

from edge_signer.platform.beside import beside


def test_calls_run_at_the_same_time() -> None:
    meeting = threading.Barrier(2, timeout=10)
    first, second = (beside(meeting.wait) for _ in range(2))
    assert {first.result(), second.result()} == {0, 1}


def test_what_a_call_raises_is_raised_by_its_result() -> None:
    with pytest.raises(ZeroDivisionError):
        beside(lambda: 1 // 0).result()


def test_a_forked_process_has_threads_of_its_own() -> None:
    beside(int).result()
    child = os.fork()
    if child == 0:
        with suppress(BaseException):
            os._exit(beside(lambda: 7).result(10))
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
