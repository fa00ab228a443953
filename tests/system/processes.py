"""Watches processes: what they have begun, what they weigh, and whether they have ended."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path


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


def workers_of(aws_endpoint: str, function: str | None = None) -> list[int]:
    """Give the processes that run a system's functions.

    Args:
        aws_endpoint: Tells the system from others.
        function: Name of one function; None for all.
    """
    wanted = {f"AWS_ENDPOINT_URL={aws_endpoint}".encode()}
    if function is not None:
        wanted.add(f"AWS_LAMBDA_FUNCTION_NAME={function}".encode())
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            environment = set((process / "environ").read_bytes().split(b"\0"))
            if wanted <= environment and int(process.name) != os.getpid():
                found.append(int(process.name))
    return found


def memory_mb(pid: int, kind: str) -> float:
    """Give what a process weighs: VmRSS now, VmHWM at most."""
    kilobytes = re.search(rf"{kind}:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    assert kilobytes
    return int(kilobytes[1]) / 1024
