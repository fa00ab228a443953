"""Complaints that do not flood the log."""

from __future__ import annotations

import time
from collections.abc import Callable


class SparingComplaint:
    """Passes on a complaint, and then none for `EVERY_S` seconds.

    Args:
        complain: Told of what an operator must mend.
    """

    EVERY_S = 10.0

    def __init__(self, complain: Callable[[str], None]) -> None:
        self._complain = complain
        self._silent_until_s = 0.0

    def __call__(self, line: str) -> None:
        """Complain, unless it was done a moment ago."""
        if time.monotonic() >= self._silent_until_s:
            self._silent_until_s = time.monotonic() + self.EVERY_S
            self._complain(line)
