"""The system as it runs: its start, a request through it, and what a warm worker weighs."""

from __future__ import annotations

import hashlib
import json
import re
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import urllib3
from rich.table import Table

from cli.edge_client import server_timing
from cli.running_system import running_system
from emulator.local_state import LocalState
from tests.software_signer import ACTIONS

REQUESTS = 300
# Nothing else in them leaves the process; tests/bench/limiter_bench.py has what is ours of `limit`.
AWS_STEPS = {"limit", "kms", "store"}


def tables() -> Iterator[Table]:
    """Start the system twice, with and without a cached template, and send it requests."""
    with tempfile.TemporaryDirectory() as folder:
        state_directory = Path(folder)
        began_s = time.perf_counter()
        with running_system(state_directory):
            first_s = time.perf_counter() - began_s
        began_s = time.perf_counter()
        with running_system(state_directory) as state:
            second_s = time.perf_counter() - began_s
            start = Table("edge-signer run, until it answers", "s", title="Start")
            start.add_row("template translated", f"{first_s:.1f}")
            start.add_row("template from the cache", f"{second_s:.1f}")
            yield start
            yield _requests(state)
            yield _memory(state)


def _requests(state: LocalState) -> Table:
    http = urllib3.PoolManager(maxsize=1)
    headers = {
        "Content-Type": "application/json",
        "Authorization": f"Bearer {state.token_of('load')}",
    }
    request = {
        "asset_sha256": hashlib.sha256(b"asset").hexdigest(),
        "policy_id": "newsroom-default-v3",
        "assertions": ACTIONS,
    }
    body = json.dumps(request)
    steps_ms: dict[str, list[float]] = {}
    outside_aws_ms, handler_ms = [], []
    for _ in range(REQUESTS):
        began_s = time.perf_counter()
        answer = http.request("POST", f"{state.url}/edge-sign", body=body, headers=headers)
        wall_ms = (time.perf_counter() - began_s) * 1000
        assert answer.status == 200, answer.data
        taken = server_timing(answer.headers["Server-Timing"])
        aws_ms = sum(taken[name] for name in AWS_STEPS)
        outside_aws_ms.append(wall_ms - aws_ms)
        handler_ms.append(float(answer.headers["X-Total-Time-MS"]) - aws_ms)
        for name, elapsed_ms in taken.items():
            steps_ms.setdefault(name, []).append(elapsed_ms)
    table = Table("warm request, median", "ms", title=f"{REQUESTS} requests, one after another")
    for name, samples in steps_ms.items():
        table.add_row(f"  {name}", f"{statistics.median(samples):.2f}")
    table.add_row("function less KMS, S3 and DynamoDB", f"{statistics.median(handler_ms):.2f}")
    table.add_row("client to client less those", f"{statistics.median(outside_aws_ms):.2f}")
    return table


def _memory(state: LocalState) -> Table:
    mark = f"AWS_ENDPOINT_URL={state.aws_endpoint}".encode()
    table = Table("resident memory", "MB", title=f"After {REQUESTS} requests")
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (process / "environ").read_bytes().split(b"\0"):
                resident = re.search(r"VmRSS:\s+(\d+)", (process / "status").read_text())
                assert resident
                table.add_row("warm worker", f"{int(resident[1]) / 1024:.0f}")
        except OSError:
            continue
    return table
