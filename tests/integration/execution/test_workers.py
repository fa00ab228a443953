"""Whatever happens to its processes: the next job runs, and nothing is left behind."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from pathlib import Path

import pytest

from edge_signer.execution.errors import SandboxUnavailableError
from edge_signer.execution.sandbox.outcome import Outcome, Status
from edge_signer.execution.sandbox.sandbox import Sandbox
from edge_signer.execution.sandbox.workers import zygote_environment
from tests.conftest import ROOT
from tests.jobs.guests import job, limits, text
from tests.system.processes import children_of, has_ended, is_known
from tests.system.waiting import wait_for

ENDLESS = job(text('(module (func (export "_start") (loop (br 0))))'))


@pytest.fixture
def own_sandbox() -> Iterator[Sandbox]:
    """One that a test may harm."""
    sandbox = Sandbox(at_once=2)
    yield sandbox
    sandbox.close()


class Processes:
    """Those that were started since."""

    def __init__(self) -> None:
        self._before = set(children_of(os.getpid()))

    def started(self) -> set[int]:
        return set(children_of(os.getpid())) - self._before

    def zygote(self) -> int:
        (zygote,) = wait_for(self.started)
        return zygote

    def workers(self) -> list[int]:
        return [pid for pid in children_of(self.zygote()) if not has_ended(pid)]

    def busy_worker(self) -> int:
        """The one that burns processor time, which one that waits for its job does not."""

        def ticks(pid: int) -> int:
            return sum(map(int, Path(f"/proc/{pid}/stat").read_text().split()[13:15]))

        return wait_for(lambda: next((pid for pid in self.workers() if ticks(pid) > 10), 0))


@pytest.fixture
def processes() -> Processes:
    return Processes()


def in_background(sandbox: Sandbox) -> Future[Outcome]:
    running: Future[Outcome] = Future()

    def run() -> None:
        try:
            running.set_result(sandbox.execute(ENDLESS))
        except Exception as failure:
            running.set_exception(failure)

    threading.Thread(target=run).start()
    return running


def assert_works(sandbox: Sandbox, hello: bytes) -> None:
    assert sandbox.execute(job(hello, "abc")).stdout == b"cba\n"


def test_after_a_zygote_that_was_killed_the_next_job_runs(
    processes: Processes, own_sandbox: Sandbox, hello: bytes
) -> None:
    assert_works(own_sandbox, hello)
    zygote = processes.zygote()
    waiting = children_of(zygote)
    os.kill(zygote, signal.SIGKILL)
    # They die with it, but not at once; a job that one of them begins meanwhile fails.
    assert wait_for(lambda: all(has_ended(one) for one in (zygote, *waiting)))
    assert_works(own_sandbox, hello)


def test_a_job_whose_zygote_is_killed_fails_and_the_next_runs(
    processes: Processes, own_sandbox: Sandbox, hello: bytes
) -> None:
    running = in_background(own_sandbox)
    worker = processes.busy_worker()
    os.kill(processes.zygote(), signal.SIGKILL)
    with pytest.raises(SandboxUnavailableError):
        running.result()
    assert wait_for(lambda: has_ended(worker))
    assert_works(own_sandbox, hello)


def test_a_job_whose_worker_is_killed_fails_and_the_next_runs(
    processes: Processes, own_sandbox: Sandbox, hello: bytes
) -> None:
    running = in_background(own_sandbox)
    os.kill(processes.busy_worker(), signal.SIGKILL)
    with pytest.raises(SandboxUnavailableError):
        running.result()
    assert_works(own_sandbox, hello)


def test_a_worker_that_dies_while_it_waits_is_passed_over(
    processes: Processes, own_sandbox: Sandbox, hello: bytes
) -> None:
    (waiting,) = wait_for(processes.workers)
    os.kill(waiting, signal.SIGKILL)
    # Reaped: until then, others of its threads may hold its descriptors.
    assert wait_for(lambda: not is_known(waiting))
    assert_works(own_sandbox, hello)


def test_processes_killed_at_random_never_spoil_what_comes_after(
    processes: Processes, own_sandbox: Sandbox, hello: bytes
) -> None:
    chance = random.Random(1)
    ended = threading.Event()

    def kill() -> None:
        while not ended.wait(0.02):
            for zygote in processes.started():
                with suppress(ProcessLookupError):
                    os.kill(chance.choice([zygote, *children_of(zygote)]), signal.SIGKILL)

    def run(number: int) -> bytes | None:
        try:
            return own_sandbox.execute(job(hello, f"{number:02}")).stdout
        except SandboxUnavailableError:
            return None

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        with ThreadPoolExecutor(4) as threads:
            outputs = list(threads.map(run, range(40)))
    finally:
        ended.set()
        killer.join()
    for number, output in enumerate(outputs):
        assert output in {None, f"{number:02}"[::-1].encode() + b"\n"}
    assert_works(own_sandbox, hello)


def test_no_more_jobs_run_at_once_than_there_are_places(
    processes: Processes, own_sandbox: Sandbox
) -> None:
    within = limits(timeout_seconds=0.1)
    sleepers = [job(ENDLESS.wasm, within=within)] * 10
    most = 0
    with ThreadPoolExecutor(10) as threads:
        running = [threads.submit(own_sandbox.execute, one) for one in sleepers]
        while wait(running, timeout=0.002).not_done:
            most = max(most, len(processes.workers()))
    assert {one.result().status for one in running} == {Status.TIMEOUT}
    # Two that run, two that wait, two that are about to be reaped.
    assert 2 <= most <= 6


def test_nothing_is_left_after_a_job_but_one_worker_that_waits(
    processes: Processes, own_sandbox: Sandbox, hello: bytes
) -> None:
    assert_works(own_sandbox, hello)
    descriptors = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        assert_works(own_sandbox, hello)
        assert own_sandbox.execute(job(ENDLESS.wasm, within=limits(fuel=1))).exit_code > 125
    assert len(os.listdir("/proc/self/fd")) == descriptors
    assert wait_for(lambda: len(children_of(processes.zygote())) == 1)


def test_a_closed_sandbox_leaves_nothing(hello: bytes) -> None:
    before = children_of(os.getpid()), len(os.listdir("/proc/self/fd"))
    sandbox = Sandbox()
    assert_works(sandbox, hello)
    sandbox.close()
    assert (children_of(os.getpid()), len(os.listdir("/proc/self/fd"))) == before


def test_nothing_outlives_a_parent_that_was_killed() -> None:
    program = (
        "from tests.integration.execution.test_workers import ENDLESS, Sandbox\n"
        "Sandbox().execute(ENDLESS)"
    )
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT) as parent:
        (zygote,) = wait_for(lambda: children_of(parent.pid))
        workers = wait_for(lambda: children_of(zygote))
        parent.kill()
    assert wait_for(lambda: all(map(has_ended, (zygote, *workers))))


def test_the_zygote_is_told_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a secret")
    assert "AWS_SECRET_ACCESS_KEY" not in zygote_environment()
