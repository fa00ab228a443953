"""Watches processes come to their end."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

PATIENCE_SECONDS = 30


def wait_for(condition: Callable[[], T]) -> T:
    """Give the condition's first true value."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (value := condition()):
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.01)
    return value


def children_of(pid: int) -> list[int]:
    """Give the processes that a process has started and not yet reaped."""
    children: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(FileNotFoundError, ProcessLookupError):
            children += map(int, task.read_text().split())
    return children


def has_ended(pid: int) -> bool:
    """Tell whether a process runs no more, even if nobody has asked for its status yet."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return not is_known(pid)
    return status.rpartition(")")[2].split()[0] == "Z"


def is_known(pid: int) -> bool:
    """Tell whether the process runs, or its parent has yet to ask for its status."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
