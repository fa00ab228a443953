"""Waits for what will happen, and for no longer than that takes."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")

PATIENCE_SECONDS = 30.0


class NeverHappenedError(AssertionError):
    """What was waited for did not happen in time."""


def wait_for(
    condition: Callable[[], T | None], patience_s: float = PATIENCE_SECONDS, every_s: float = 0.01
) -> T:
    """Give the condition's first true value.

    Args:
        condition: Looks whether it has happened.
        patience_s: For how long.
        every_s: Between two looks; more where a look is a request that others have to serve.

    Raises:
        NeverHappenedError: It was true at no look.
    """
    give_up_s = time.monotonic() + patience_s
    while not (value := condition()):
        if time.monotonic() > give_up_s:
            raise NeverHappenedError(f"it did not happen in {patience_s:.0f} s")
        time.sleep(every_s)
    return value


def begins_to_serve(server: subprocess.Popen[Any], port: int, patience_s: float) -> bool:
    """Tell whether a server takes connections at last, or ends before, or takes too long."""
    with suppress(NeverHappenedError):
        wait_for(lambda: server.poll() is not None or _is_open(port), patience_s, every_s=0.05)
    return server.poll() is None and _is_open(port)


def _is_open(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True
