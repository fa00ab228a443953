"""The memory of this process."""

from __future__ import annotations

import resource
from pathlib import Path

#: How much a process may grow while inputs are run that do not differ: more would be a leak.
MAX_GROWTH_BYTES = 32 * 1024 * 1024


def resident_bytes() -> int:
    """Return how many bytes of memory this process has in use."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
