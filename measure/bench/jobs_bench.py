"""Jobs over HTTP: one after another, and as many as fit, against a plain process for each."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import urllib3
from rich.table import Table

from cli.running_system import running_system
from edge_signer_client import server_timing
from emulator.local_state import LocalState
from measure.bench.execution_bench import ALONE, APART_S, HELLO, PRINTED, SAID
from tests.jobs.job_requests import job_request

REQUESTS = 200
WARM_UP = 20
TOGETHER = 100
# No more than a tenant may have running.
CLIENTS = min(4, os.cpu_count() or 1)
AWS_STEPS = {"limit", "claim", "kms", "store"}


def tables() -> Iterator[Table]:
    """Run `hello.wasm` through the whole system, and beside it."""
    with tempfile.TemporaryDirectory() as folder, running_system(Path(folder)) as state:
        http = urllib3.PoolManager(maxsize=CLIENTS)
        yield _one_after_another(state, http)
        yield _together(state, http)


def _one_after_another(state: LocalState, http: urllib3.PoolManager) -> Table:
    wall_ms, without_kms_ms, without_aws_ms = [], [], []
    steps_ms: dict[str, list[float]] = {}
    for number in range(WARM_UP + REQUESTS):
        began_s = time.perf_counter()
        answer = _run(state, http)
        taken_ms = (time.perf_counter() - began_s) * 1000
        time.sleep(APART_S)
        if number < WARM_UP:
            continue
        taken = server_timing(answer.headers["Server-Timing"])
        wall_ms.append(taken_ms)
        without_kms_ms.append(taken_ms - taken["kms"])
        without_aws_ms.append(taken_ms - sum(taken[name] for name in AWS_STEPS))
        for name, elapsed_ms in taken.items():
            steps_ms.setdefault(name, []).append(elapsed_ms)
    table = Table("hello.wasm over HTTP, median", "ms", title=f"{REQUESTS} jobs, one after another")
    for name, samples in steps_ms.items():
        table.add_row(f"  {name}", f"{statistics.median(samples):.2f}")
    for name, samples in (
        ("client to client", wall_ms),
        ("client to client less KMS", without_kms_ms),
        ("client to client less KMS, S3 and DynamoDB", without_aws_ms),
    ):
        table.add_row(name, f"{statistics.median(samples):.1f}")
    return table


def _together(state: LocalState, http: urllib3.PoolManager) -> Table:
    contestants: dict[str, Callable[[], object]] = {
        "signed, over HTTP": lambda: _run(state, http),
        "unsigned, an interpreter for each": _in_an_interpreter,
    }
    table = Table(f"{TOGETHER} jobs, {CLIENTS} at once", "jobs a second", title="Jobs")
    for name, contestant in contestants.items():
        with ThreadPoolExecutor(CLIENTS) as clients:
            list(clients.map(lambda _, run=contestant: run(), range(CLIENTS * 4)))
            began_s = time.perf_counter()
            list(clients.map(lambda _, run=contestant: run(), range(TOGETHER)))
            table.add_row(name, f"{TOGETHER / (time.perf_counter() - began_s):.1f}")
    return table


def _run(state: LocalState, http: urllib3.PoolManager) -> urllib3.BaseHTTPResponse:
    headers = {
        "Content-Type": "application/json",
        "Authorization": f"Bearer {state.token_of('load')}",
    }
    body = json.dumps(job_request(HELLO.read_bytes(), SAID)).encode()
    answer = http.request("POST", f"{state.url}/jobs", body=body, headers=headers)
    assert answer.status == 200, answer.data
    assert answer.json()["stdout"].encode() == PRINTED
    return answer


def _in_an_interpreter() -> None:
    ran = subprocess.run(
        [sys.executable, "-I", "-c", ALONE, HELLO, SAID], capture_output=True, check=True
    )
    assert ran.stdout == PRINTED, ran
