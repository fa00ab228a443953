"""Play the recordings in every available runtime, and print which gave the same bytes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping

from rich.console import Console
from rich.table import Table

from measure.portability.recordings import RECORDINGS
from measure.portability.runtimes import OTHERS, RuntimeDied, play, wasmtime
from tests.judges.borrowed import Missing


def main(others: Mapping[str, Callable[[], list[str]]] = OTHERS) -> bool:
    """Print the table; tell whether a runtime differs."""
    calls = sum(len(one.calls) for one in RECORDINGS)
    expected = play(wasmtime(), RECORDINGS)
    table = Table("runtime", "recordings", "calls", f"same bytes as {expected.runtime}")
    differs = False
    for name, find in others.items():
        try:
            played = play(find(), RECORDINGS)
        except Missing as missing:
            table.add_row(name, "", "", f"skipped: {missing}")
            continue
        except RuntimeDied as died:
            differs = True
            table.add_row(name, "", "", f"NO, it died: {died}")
            continue
        found = played.differences(expected, RECORDINGS)
        differs = differs or bool(found)
        verdict = f"NO, {len(found)} differ, the first is “{found[0]}”" if found else "yes"
        table.add_row(played.runtime, str(len(RECORDINGS)), str(calls), verdict)
    Console().print(table)
    return differs


if __name__ == "__main__":
    sys.exit(main())
