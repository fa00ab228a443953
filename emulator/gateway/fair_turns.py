"""Shares the processors of one machine among callers; on AWS each request has its own."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

#: How many requests of a caller run at once while another caller is active.
SHARE = 6
#: A caller is active for so long after its last request.
ACTIVE_S = 5.0
#: For so long after it begins, a request keeps those of busier callers from beginning.
HEAD_START_S = 0.25


@dataclass(eq=False)
class _Turn:
    caller: str
    may_begin: asyncio.Future[None]
    began_s: float = 0.0


class FairTurns:
    """Lets requests begin in the order of arrival, unless another caller comes first.

    A caller that is alone never waits. Beside another one, at most `SHARE` of its requests run at
    once, and none begins in the first moments of a request of a caller that has fewer running.

    Args:
        clock_s: Time in seconds that never runs backwards.
    """

    def __init__(self, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._clock_s = clock_s
        self._waiting: list[_Turn] = []
        self._running: list[_Turn] = []
        self._seen_s: dict[str, float] = {}
        self._timer: asyncio.TimerHandle | None = None

    @asynccontextmanager
    async def turn(self, caller: str, patience_s: float) -> AsyncIterator[None]:
        """Wait for a caller's turn, and run the block.

        Raises:
            TimeoutError: The turn did not come in time.
        """
        turn = _Turn(caller, asyncio.get_running_loop().create_future())
        self._seen_s[caller] = self._clock_s()
        self._waiting.append(turn)
        try:
            self._let_begin()
            await asyncio.wait_for(turn.may_begin, patience_s)
            yield
        finally:
            (self._running if turn in self._running else self._waiting).remove(turn)
            self._let_begin()

    def _let_begin(self) -> None:
        now_s = self._clock_s()
        self._seen_s = {one: at for one, at in self._seen_s.items() if now_s - at < ACTIVE_S}
        for turn in list(self._waiting):
            if self._may_begin(turn.caller, now_s):
                self._waiting.remove(turn)
                turn.began_s = now_s
                self._running.append(turn)
                if not turn.may_begin.done():
                    turn.may_begin.set_result(None)
        if self._timer is not None:
            self._timer.cancel()
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(HEAD_START_S, self._let_begin) if self._waiting else None

    def _may_begin(self, caller: str, now_s: float) -> bool:
        running = [one.caller for one in self._running]
        mine = running.count(caller)
        if mine >= SHARE and self._seen_s.keys() - {caller}:
            return False
        return not any(
            now_s - one.began_s < HEAD_START_S and running.count(one.caller) < mine
            for one in self._running
            if one.caller != caller
        )
