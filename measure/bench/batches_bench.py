"""A batch of 100 jobs against 100 requests, with KMS 12 ms away; and what a proof costs."""

from __future__ import annotations

import json
import os
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import urllib3
from rich.table import Table

from cli.running_system import running_system
from edge_signer.execution.receipts.batch_answer import prove_batch
from edge_signer.execution.receipts.batch_verifier import verify_batch
from edge_signer.execution.receipts.merkle import MerkleTree
from emulator.local_state import LocalState
from measure.bench.execution_bench import HELLO, SAID
from tests.calls.edge_requests import put_faults
from tests.jobs.job_requests import job_request
from tests.jobs.receipts import OUTCOME, PUBKEY, SoftwareReceiptSigner

JOBS = 100
ROUNDS = 5
KMS_MS = 12
# No more than a tenant may have running.
CLIENTS = min(4, os.cpu_count() or 1)


def tables() -> Iterator[Table]:
    """Measure proofs alone, then whole requests in turns."""
    yield _proofs()
    with tempfile.TemporaryDirectory() as folder, running_system(Path(folder)) as state:
        put_faults(state, [{"service": "kms", "operation": "Sign", "delay_ms": KMS_MS}])
        yield _requests(state, urllib3.PoolManager(maxsize=CLIENTS))


def _proofs() -> Table:
    signer = SoftwareReceiptSigner()
    ran = [replace(OUTCOME, job_id=f"job-{number}") for number in range(JOBS)]
    statements = [one.statement().to_bytes() for one in ran]
    answer = prove_batch(signer, "api.example.com", "batch", ran).to_json()
    proofs = [len(one["proof"]) for one in json.loads(answer)["results"]]

    def tree() -> None:
        made = MerkleTree(statements)
        for number in range(JOBS):
            made.path(number)

    table = Table(f"a batch of {JOBS}, for each job", "", title="Proofs of batches")
    for name, work in {
        "tree and paths": tree,
        "statements, tree, signature, proofs, all verified": lambda: prove_batch(
            signer, "api.example.com", "batch", ran
        ),
        "verifying as a client": lambda: verify_batch(answer, PUBKEY),
    }.items():
        table.add_row(name, f"{_least_s(work) / JOBS * 1e6:.0f} µs")
    table.add_row("proof", f"{statistics.mean(proofs):.0f} bytes")
    table.add_row("answer, with two short streams", f"{len(answer) / JOBS:.0f} bytes")
    return table


def _requests(state: LocalState, http: urllib3.PoolManager) -> Table:
    hello = HELLO.read_bytes()

    def one(_: int = 0) -> None:
        _post(state, http, "/jobs", job_request(hello, SAID))

    def one_after_another() -> None:
        for number in range(JOBS):
            one(number)

    def together() -> None:
        with ThreadPoolExecutor(CLIENTS) as clients:
            list(clients.map(one, range(JOBS)))

    def batch() -> None:
        first, *others = (job_request(hello, SAID) for _ in range(JOBS))
        jobs = [first, *({**job, "wasm_bytes": None} for job in others)]
        sent = [{name: value for name, value in job.items() if value} for job in jobs]
        request = {"batch_id": f"batch-{uuid.uuid4()}", "jobs": sent}
        answer = _post(state, http, "/jobs/batch", request)
        assert len(answer["results"]) == JOBS
        assert "not_run" not in {result["status"] for result in answer["results"]}

    contestants: dict[str, Callable[[], None]] = {
        f"{JOBS} requests, one after another": one_after_another,
        f"{JOBS} requests, {CLIENTS} at once": together,
        "one batch": batch,
    }
    taken_s: dict[str, list[float]] = {name: [] for name in contestants}
    for name, contestant in contestants.items():
        contestant()
        taken_s[name].clear()
    for _ in range(ROUNDS):
        for name, contestant in contestants.items():
            began_s = time.perf_counter()
            contestant()
            taken_s[name].append(time.perf_counter() - began_s)
    table = Table(
        f"{JOBS} jobs of hello.wasm, KMS {KMS_MS} ms, median of {ROUNDS}",
        *("jobs a second", "signatures"),
        title="Batches",
    )
    for name, samples in taken_s.items():
        signatures = 1 if name == "one batch" else 2 * JOBS
        table.add_row(name, f"{JOBS / statistics.median(samples):.0f}", f"{signatures}")
    return table


def _post(
    state: LocalState, http: urllib3.PoolManager, path: str, request: dict[str, Any]
) -> dict[str, Any]:
    headers = {
        "Content-Type": "application/json",
        "Authorization": f"Bearer {state.token_of('load')}",
    }
    body = json.dumps(request).encode()
    answer = http.request("POST", f"{state.url}{path}", body=body, headers=headers)
    assert answer.status == 200, answer.data
    document: dict[str, Any] = answer.json()
    return document


def _least_s(work: Callable[[], object]) -> float:
    samples = []
    for _ in range(ROUNDS):
        began_s = time.perf_counter()
        work()
        samples.append(time.perf_counter() - began_s)
    return min(samples)
