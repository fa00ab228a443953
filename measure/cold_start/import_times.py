"""Print what a new worker waits for while it imports: ARTEFACTS PYTHON FUNCTION [AT_LEAST_MS]."""

from __future__ import annotations

import asyncio
import dataclasses
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from emulator.system import Settings, start
from measure.cold_start.measurement import cold_start, measured
from tests.system.running import Notes

_LINE = re.compile(r"import time: +(\d+) \| +(\d+) \|( +)(\S+)")


def import_times(log: str, at_least_ms: float) -> Iterator[str]:
    """Give the modules that took long, each before those that it imported.

    Args:
        log: What Python prints with `PYTHONPROFILEIMPORTTIME`: a module after what it imported. Of
            several workers the last is taken, for which the disk need not be read any more.
        at_least_ms: With those; what took less is left out.
    """
    for own_us, together_us, indent, name in reversed(_LINE.findall(log)):
        if name == "zipimport":
            return  # the first of all: what comes now is the worker's before
        if int(together_us) >= at_least_ms * 1000:
            times = f"{int(together_us) / 1000:7.1f} {int(own_us) / 1000:7.1f}"
            yield f"{times}  {indent[1:]}{name}"


async def _printed(built: Path, interpreter: Path, name: str, at_least_ms: float) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        log = Path(temporary) / "worker.log"
        settings = Settings(
            port=0, state_directory=Path(temporary), template=built / "template.yaml"
        )
        async with start(settings, Notes()) as system:
            (function,) = (one for one in measured(system.functions) if one.name.endswith(name))
            told = {**function.variables, "PYTHONPROFILEIMPORTTIME": "1"}
            telling = dataclasses.replace(function, variables=told)
            await cold_start(system, telling, interpreter, log, rounds=1)
            print("together     own  ms")
            print(*import_times(log.read_text(), at_least_ms), sep="\n")


if __name__ == "__main__":
    _artefacts, _interpreter = (Path(one).absolute() for one in sys.argv[1:3])
    _at_least_ms = float(sys.argv[4]) if len(sys.argv) > 4 else 10.0
    asyncio.run(_printed(_artefacts / "build", _interpreter, sys.argv[3], _at_least_ms))
