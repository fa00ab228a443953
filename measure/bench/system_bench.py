"""The system as it runs: its start, a request through it, and what a warm worker weighs."""

from __future__ import annotations

import base64
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rich.table import Table

from cli.running_system import running_system
from edge_signer.http.routes.edge_sign_models import DEFAULT_INLINE_BYTES
from edge_signer_client import server_timing
from emulator.local_state import LocalState
from tests.calls.edge_requests import EdgeCaller, edge_sign_fields
from tests.media.sample_assets import jpeg
from tests.signers.software_signer import ACTIONS
from tests.system.processes import memory_mb, workers_of

REQUESTS = 300
PAIRS = 100
LARGEST = 20


def aws_ms(steps_ms: Mapping[str, float]) -> float:
    """Give how long a request waited for AWS: the tenant here is counted while KMS signs."""
    return max(steps_ms["limit"], steps_ms["kms"]) + steps_ms["store"]


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
            yield _inline(state)
            yield _memory(state)


def _requests(state: LocalState) -> Table:
    caller = EdgeCaller(state)
    steps_ms: dict[str, list[float]] = {}
    outside_aws_ms, handler_ms = [], []
    for _ in range(REQUESTS):
        began_s = time.perf_counter()
        answer = caller.sign(edge_sign_fields(b"asset"))
        wall_ms = (time.perf_counter() - began_s) * 1000
        assert answer.status == 200, answer.data
        taken = server_timing(answer.headers["Server-Timing"])
        outside_aws_ms.append(wall_ms - aws_ms(taken))
        handler_ms.append(taken["total"] - aws_ms(taken))
        for name, elapsed_ms in taken.items():
            steps_ms.setdefault(name, []).append(elapsed_ms)
    table = Table("warm request, median", "ms", title=f"{REQUESTS} requests, one after another")
    for name, samples in steps_ms.items():
        table.add_row(f"  {name}", f"{statistics.median(samples):.2f}")
    table.add_row("function less KMS, S3 and DynamoDB", f"{statistics.median(handler_ms):.2f}")
    table.add_row("client to client less those", f"{statistics.median(outside_aws_ms):.2f}")
    return table


def _inline(state: LocalState) -> Table:
    """Take turns: a photograph by its digest, and inline with its manifest inside."""
    caller = EdgeCaller(state)
    by_digest = edge_sign_fields(jpeg())
    inline = {**by_digest, "asset_inline": base64.b64encode(jpeg()).decode()}
    sent = {"digest": by_digest, "inline": inline, "embed: true": {**inline, "embed": True}}
    handler_ms: dict[str, list[float]] = {name: [] for name in sent}
    layout_ms = []
    for _ in range(PAIRS):
        for name, fields in sent.items():
            answer = caller.sign(fields)
            assert answer.status == 200, answer.data
            taken = server_timing(answer.headers["Server-Timing"])
            handler_ms[name].append(taken["total"] - aws_ms(taken))
            layout_ms += [taken["layout"]] if "layout" in taken else []
    title = f"JPEG of {len(jpeg()):,} bytes, {PAIRS} requests of each kind in turn"
    table = Table("function less KMS, S3 and DynamoDB, median", "ms", title=title)
    for name, samples in handler_ms.items():
        table.add_row(name, f"{statistics.median(samples):.2f}")
    table.add_row("  of which layout", f"{statistics.median(layout_ms):.2f}")
    return table


def _memory(state: LocalState) -> Table:
    """Compare what a worker weighs after small requests with its peak after the largest ones."""
    (worker,) = workers_of(state.aws_endpoint)
    idle_mb = memory_mb(worker, "VmRSS")
    caller = EdgeCaller(state)
    for keyed in range(LARGEST):
        answer = caller.sign(_largest(), headers={"Idempotency-Key": f"bench-{keyed}"})
        assert answer.status == 200, answer.data
    peak_mb = memory_mb(worker, "VmHWM")
    table = Table("resident memory of a worker", "MB", title="Memory")
    table.add_row(f"warm, after {REQUESTS} requests", f"{idle_mb:.0f}")
    table.add_row(f"at most, in {LARGEST} of the largest requests", f"{peak_mb:.0f}")
    table.add_row("growth", f"{peak_mb - idle_mb:.0f}")
    return table


def _largest() -> dict[str, Any]:
    """A body of all but 64 KiB: the largest asset, and as much to say of it as can be signed."""
    asset = jpeg()[:-2].ljust(DEFAULT_INLINE_BYTES - 2, b"\0") + jpeg()[-2:]
    return edge_sign_fields(
        asset,
        asset_inline=base64.b64encode(asset).decode(),
        embed=True,
        assertions={**ACTIONS, "org.example.text": {"text": ["x" * 500] * 38}},
        tsa=True,
    )
