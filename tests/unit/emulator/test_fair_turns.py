"""Callers beside each other: a busy one leaves the processors to one with a single request."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest

from emulator.gateway.fair_turns import ACTIVE_S, HEAD_START_S, SHARE, FairTurns

BUSY, OTHER = "Bearer busy", "Bearer other"
AT_ONCE_S = 0.0


class Clock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


async def begun(turns: FairTurns, inside: AsyncExitStack, caller: str, wanted: int) -> int:
    """Begin requests until one has to wait; give how many began."""
    for number in range(wanted):
        try:
            await inside.enter_async_context(turns.turn(caller, AT_ONCE_S))
        except TimeoutError:
            return number
    return wanted


def test_a_caller_that_is_alone_never_waits() -> None:
    async def alone() -> int:
        async with AsyncExitStack() as inside:
            return await begun(FairTurns(), inside, BUSY, 3 * SHARE)

    assert asyncio.run(alone()) == 3 * SHARE


@pytest.mark.parametrize(("later_s", "expected"), [(0.0, SHARE), (ACTIVE_S, 2 * SHARE)])
def test_beside_an_active_caller_each_has_its_share(later_s: float, expected: int) -> None:
    async def beside() -> int:
        clock = Clock()
        turns = FairTurns(clock)
        async with turns.turn(OTHER, AT_ONCE_S):
            pass
        clock.now_s += later_s
        async with AsyncExitStack() as inside:
            return await begun(turns, inside, BUSY, 2 * SHARE)

    assert asyncio.run(beside()) == expected


def test_a_request_has_a_head_start_on_those_of_a_busier_caller() -> None:
    async def behind() -> list[int]:
        clock = Clock()
        turns = FairTurns(clock)
        async with AsyncExitStack() as inside:
            assert await begun(turns, inside, BUSY, 2) == 2
            assert await begun(turns, inside, OTHER, 1) == 1
            held_up = await begun(turns, inside, BUSY, 1)
            clock.now_s += HEAD_START_S
            return [held_up, await begun(turns, inside, BUSY, 1)]

    assert asyncio.run(behind()) == [0, 1]


def test_the_next_in_line_begins_when_another_ends() -> None:
    async def queued() -> bool:
        turns = FairTurns()
        async with turns.turn(OTHER, AT_ONCE_S):
            pass
        async with AsyncExitStack() as inside:
            first = await inside.enter_async_context(AsyncExitStack())
            await begun(turns, first, BUSY, 1)
            await begun(turns, inside, BUSY, SHARE - 1)
            waiting = asyncio.create_task(begun_patiently(turns))
            await asyncio.sleep(0)
            began_early = waiting.done()
            await first.aclose()
            await waiting
            return not began_early

    assert asyncio.run(queued())


async def begun_patiently(turns: FairTurns) -> None:
    async with turns.turn(BUSY, 10):
        pass
