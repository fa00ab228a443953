"""All checks at once: what hangs or fails is told, and nothing waits for it."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from edge_signer.health.examination import Check, Examination, Finding, Way
from tests.system.waiting import wait_for

EDGE: frozenset[Way] = frozenset({"edge"})


class Hanging:
    """Looks for as long as it is not let go."""

    def __init__(self) -> None:
        self.begun = 0
        self.let_go = threading.Event()

    def __call__(self) -> Finding:
        self.begun += 1
        self.let_go.wait()
        return Finding("ok")


@pytest.fixture
def hanging() -> Iterator[Hanging]:
    hanging = Hanging()
    yield hanging
    hanging.let_go.set()


def fine() -> Finding:
    return Finding("ok", {"a": 1})


def test_a_dependency_that_hangs_is_unavailable_and_the_others_are_told(hanging: Hanging) -> None:
    checks = [Check("hangs", hanging, EDGE), Check("fine", fine)]
    findings = Examination(checks, deadline_s=0.05)()
    assert findings["fine"] == Finding("ok", {"a": 1})
    assert (findings["hangs"].state, findings["hangs"].closes) == ("unavailable", EDGE)
    assert findings["hangs"].details == {"error": "it did not answer within 0.05 s"}


def test_many_that_hang_share_one_deadline(hanging: Hanging) -> None:
    checks = [Check(f"hangs-{number}", hanging) for number in range(50)]
    done = threading.Event()
    examination = Examination(checks, deadline_s=0.1)

    def examine() -> None:
        examination()
        done.set()

    threading.Thread(target=examine, daemon=True).start()
    # One after the other they would take five seconds.
    assert done.wait(4)


def test_what_hangs_is_not_begun_again_until_it_ended(hanging: Hanging) -> None:
    examination = Examination([Check("hangs", hanging)], deadline_s=0.02)
    for _ in range(3):
        assert examination()["hangs"].state == "unavailable"
    assert hanging.begun == 1
    hanging.let_go.set()
    wait_for(lambda: examination()["hangs"].state == "ok")


@pytest.mark.parametrize("failure", [OSError("refused"), TimeoutError("slow")])
def test_a_check_that_raises_is_unavailable_and_says_why(failure: Exception) -> None:
    def fails() -> Finding:
        raise failure

    found = Examination([Check("fails", fails, EDGE)], deadline_s=10)()["fails"]
    assert (found.state, found.closes) == ("unavailable", EDGE)
    assert found.details == {"error": f"{type(failure).__name__}: {failure}"}
