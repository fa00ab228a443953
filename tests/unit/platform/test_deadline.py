"""A request's deadline, on a clock that stands still unless told."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from edge_signer.platform.deadline import Deadline


@dataclass
class Clock:
    now_s: float = 1000.0

    def __call__(self) -> float:
        return self.now_s


def invocation(left_ms: int) -> LambdaContext:
    class Invocation(LambdaContext):
        @staticmethod
        def get_remaining_time_in_millis() -> int:
            return left_ms

    return Invocation()


def test_a_request_has_25_seconds_and_leaves_5_of_them_to_the_fallback() -> None:
    clock = Clock()
    deadline = Deadline.of(invocation(28_000), clock)
    assert (deadline.left_s(), deadline.edge_left_s()) == (25, 20)
    clock.now_s += 19.5
    assert (deadline.left_s(), deadline.edge_left_s()) == (5.5, 0.5)
    clock.now_s += 3
    assert (deadline.left_s(), deadline.edge_left_s()) == (2.5, 0)
    clock.now_s += 100
    assert (deadline.left_s(), deadline.edge_left_s()) == (0, 0)


@pytest.mark.parametrize(
    ("left_ms", "left_s", "edge_left_s"),
    [(25_500, 25, 20), (25_000, 24.5, 19.5), (10_000, 9.5, 4.5), (3000, 2.5, 0), (200, 0, 0)],
)
def test_an_invocation_that_has_less_shortens_it_and_keeps_time_for_the_answer(
    left_ms: int, left_s: float, edge_left_s: float
) -> None:
    deadline = Deadline.of(invocation(left_ms), Clock())
    assert (deadline.left_s(), deadline.edge_left_s()) == (left_s, edge_left_s)
