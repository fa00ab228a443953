"""A hundred jobs at once while workers are killed: whoever gets a result gets the only one."""

from __future__ import annotations

import os
import random
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from emulator.system import Settings
from tests.jobs.job_requests import HELLO, get_job, job_request, post_job, proven
from tests.system.processes import children_of
from tests.system.running import Answer, Running, running
from tests.system.waiting import PATIENCE_SECONDS, wait_for

JOBS = 100
KILLS = 12
ZYGOTE = b"edge_signer.execution.sandbox.zygote"
MAY_PASS = {409, 429, 500, 503}


@pytest.fixture(scope="module")
def shaken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A system of the module's own, whose workers may die."""
    with running(Settings(port=0, state_directory=tmp_path_factory.mktemp("shaken"))) as system:
        yield system


def processes_below(pid: int) -> Iterator[int]:
    for child in children_of(pid):
        yield child
        yield from processes_below(child)


def execute_workers() -> list[int]:
    """Those of this process's system: not by their variables, which nobody may read."""
    found = []
    for one in processes_below(os.getpid()):
        with suppress(OSError):
            if any(
                ZYGOTE in Path(f"/proc/{child}/cmdline").read_bytes() for child in children_of(one)
            ):
                found.append(one)
    return found


def until_answered(system: Running, request: dict[str, object], answers: list[Answer]) -> Answer:
    """Ask as a client does that never gives up; whatever came is in `answers`.

    All are one tenant's, more than it may have running, and those of killed workers count until
    their claims end: many are told 429 first.
    """

    def final() -> Answer | None:
        answers.append(post_job(system, request))
        return None if answers[-1].status in MAY_PASS else answers[-1]

    return wait_for(final, 3 * PATIENCE_SECONDS, every_s=random.uniform(0.05, 0.3))


def test_every_job_has_one_result_though_workers_die(shaken: Running) -> None:
    requests = [
        job_request(HELLO, f"job {number}", requirements={"timeout_seconds": 2})
        for number in range(JOBS)
    ]
    seen: list[list[Answer]] = [[] for _ in requests]
    proven(shaken, post_job(shaken, requests[0]), requests[0])
    finished = threading.Event()
    killed: list[int] = []

    def kill_now_and_then() -> None:
        chance = random.Random(7)
        while len(killed) < KILLS and not finished.wait(chance.uniform(0.05, 0.25)):
            workers = execute_workers()
            if workers:
                killed.append(chance.choice(workers))
                with suppress(ProcessLookupError):
                    os.kill(killed[-1], signal.SIGKILL)

    killer = threading.Thread(target=kill_now_and_then)
    killer.start()
    with ThreadPoolExecutor(16) as clients:
        # Each job is asked for by two clients at once.
        work = [
            clients.submit(until_answered, shaken, request, answers)
            for request, answers in zip(requests, seen, strict=True)
            for _ in range(2)
        ]
        final = [one.result() for one in work]
    finished.set()
    killer.join()

    assert len(killed) >= 3
    assert {answer.status for answer in final} == {200}
    attested = set()
    for number, (request, answers) in enumerate(zip(requests, seen, strict=True)):
        results = {answer.body for answer in answers if answer.status == 200}
        assert len(results) == 1, request["job_id"]
        fetched = get_job(shaken, str(request["job_id"]))
        assert {fetched.body} == results
        result = proven(shaken, fetched, request)
        assert result["stdout"] == f"job {number}"[::-1] + "\n"
        attested.add(result["attestation"]["payload"])
    assert len(attested) == JOBS
