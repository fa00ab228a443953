"""What a worker does before its first event; many may wake from one snapshot taken then."""

from __future__ import annotations

import asyncio
from pathlib import Path

from emulator.functions.worker import LambdaWorker
from emulator.functions.worker_processes import WorkerProcesses
from emulator.system import Settings, start
from tests.system.running import Notes, call


def test_a_worker_asks_aws_nothing_before_its_first_event(tmp_path: Path) -> None:
    assert asyncio.run(asked_by_starting_workers(tmp_path)) == {}


async def asked_by_starting_workers(folder: Path) -> dict[str, int]:
    """Start a worker of each function, and give the calls of AWS that they made."""
    async with start(Settings(port=0, state_directory=folder), Notes()) as system:
        endpoint = system.state.aws_endpoint
        processes = WorkerProcesses()
        await processes.start()
        try:
            for function in system.functions:
                worker = LambdaWorker(function, processes, endpoint, folder / "worker.log")
                assert await worker.start() == ""
                await worker.close()
        finally:
            await processes.close()
        counted: dict[str, int] = call(endpoint, "GET", "/_emulator/calls").json()
        return counted
