"""Eight clients press on one tenant for 70 s while another tenant goes its way."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from cli.running_system import running_system
from measure.limits.audit import WINDOWS, most_within, undue_refusals
from measure.limits.flood import Crowd, Observed, flood
from tests.calls.edge_requests import calls_of

SECONDS = 70.0
# The second tenant stays below 100 a minute, so nothing of it may be refused.
CROWDS = {"acme": Crowd(8, 0.02), "testcorp": Crowd(1, 0.7)}

WARM_UP = {"load": Crowd(8, 0)}
WARM_UP_SECONDS = 6.0


def faults(tenant: str, observed: Observed) -> list[str]:
    """What the limits promise and this run broke."""
    found = [
        f"{most} in {window_ms} ms, {quota} allowed"
        for quota, window_ms in WINDOWS
        if (most := most_within(observed.admitted_ms, window_ms)) > quota
    ]
    if undue := undue_refusals(observed.admitted_ms, observed.attempts):
        found.append(f"{len(undue)} refused that were due")
    if len(observed.admitted_ms) != observed.count(200):
        found.append(f"{observed.count(200)} answered 200, {len(observed.admitted_ms)} counted")
    if strange := len(observed.attempts) - observed.count(200) - observed.count(429):
        found.append(f"{strange} answered neither 200 nor 429")
    return [f"{tenant}: {fault}" for fault in found]


def main() -> int:
    out = Console()
    with tempfile.TemporaryDirectory() as folder, running_system(Path(folder)) as state:
        # Eight workers that start at once can starve DynamoDB of a small machine's processors.
        flood(state, WARM_UP, WARM_UP_SECONDS)
        before = calls_of(state, "kms.Sign")
        observed = flood(state, CROWDS, SECONDS)
        signed = calls_of(state, "kms.Sign") - before
        log = (Path(state.anchors).parent / "logs" / "edge-signer-dev-sign.log").read_text()
    table = Table(
        "tenant", "sent", "200", "429", "most in 1 s", "most in 60 s", title=f"{SECONDS:.0f} s"
    )
    for tenant, seen in observed.items():
        counted = (len(seen.attempts), seen.count(200), seen.count(429))
        most = (most_within(seen.admitted_ms, window_ms) for _, window_ms in WINDOWS)
        table.add_row(tenant, *map(str, (*counted, *most)))
    out.print(table)
    wrong = [fault for tenant, seen in observed.items() for fault in faults(tenant, seen)]
    if signed != sum(seen.count(200) for seen in observed.values()):
        wrong.append(f"{signed} signatures: not one for each 200")
    if wrong and "this worker counts alone" in log:
        wrong.append("DynamoDB did not answer in time, so workers counted alone")
    for fault in wrong:
        out.print(f"[red]{fault}[/]")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
