"""Measure every function of a build and print a table: ARTEFACTS PYTHON [ROUNDS]."""

from __future__ import annotations

import asyncio
import os
import platform
import shutil
import sys
import tempfile
from pathlib import Path

from emulator.system import Settings, start
from measure.cold_start.measurement import LATE, cold_start, measured, variants
from tests.system.running import Notes


async def table(built: Path, interpreter: Path, rounds: int) -> None:
    """Print one row for each function and variant."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        empty, bare, eager = (folder / name for name in ("empty", "bare", "eager"))
        shutil.copytree(built, bare, ignore=shutil.ignore_patterns("__pycache__"))
        empty.mkdir()
        (empty / "app.py").write_text("handler = lambda *_: {'statusCode': 200}\n")
        eager.mkdir()
        (eager / "sitecustomize.py").write_text("".join(f"import {one}\n" for one in LATE))
        settings = Settings(port=0, state_directory=folder, template=built / "template.yaml")
        print(f"| {platform.machine()}, {os.cpu_count()} cores | ready, ms | first answer, ms |")
        print("|---|---|---|")
        async with start(settings, Notes()) as system:
            for function in measured(system.functions):
                for variant, changed in variants(function, empty, bare, eager):
                    log = folder / "worker.log"
                    taken = await cold_start(system, changed, interpreter, log, rounds)
                    row = f"{taken.ready_ms:.0f} | {taken.answered_ms:.0f}"
                    print(f"| {function.name}, {variant} | {row} |", flush=True)


if __name__ == "__main__":
    _artefacts, _interpreter = (Path(one).absolute() for one in sys.argv[1:3])
    _rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 9
    asyncio.run(table(_artefacts / "build", _interpreter, _rounds))
