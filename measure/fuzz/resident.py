"""The memory of this process."""

from __future__ import annotations

import resource
from pathlib import Path


def resident_bytes() -> int:
    """Return how many bytes of memory this process has in use."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
