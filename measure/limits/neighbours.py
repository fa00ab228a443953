"""`python -m measure.limits.neighbours`: how much one tenant's jobs slow another tenant's.

One client of a tenant runs `hello.wasm` again and again: in turns alone, and while sixteen clients
of another tenant send jobs that sleep, jobs that loop, and jobs beyond the limits. `load` is
limited in the number of running jobs only, `acme` in its rates as well. The run fails if a job of
the first tenant fails, or if the 95th percentile is more than twice as long as alone. It takes five
minutes, so `make limits` does not run it.
"""

from __future__ import annotations

import json
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import urllib3
from rich.console import Console
from rich.table import Table
from wasmtime import wat2wasm

from cli.running_system import running_system
from edge_signer.telemetry.request_record import RollingPercentile
from emulator.local_state import LocalState
from tests.jobs.guests import sleeper
from tests.jobs.job_requests import HELLO, job_request

ATTACKERS = ("load", "acme")
CLIENTS = 16
PAUSE_S = 0.02
#: Each time alone, then beside the attackers: a hundred jobs of either kind.
ROUNDS = 3
SECONDS = 24.0
NEIGHBOUR = "testcorp"
#: Below 100 a minute, so that nothing is refused.
NEIGHBOURS_PAUSE_S = 0.65
MOST_TIMES = 2.0
_LOOP = bytes(
    wat2wasm('(module (memory (export "memory") 1) (func (export "_start") (loop (br 0))))')
)
_LIMITS = {"requirements": {"timeout_seconds": 3}}


@dataclass
class Observed:
    """What a tenant's clients saw: times in ms, and how often each status came."""

    times_ms: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    def add(self, others: Observed) -> None:
        """Add what was seen at another time."""
        self.times_ms += others.times_ms
        self.statuses += others.statuses

    @property
    def p50_ms(self) -> float:
        return sorted(self.times_ms)[len(self.times_ms) // 2]

    @property
    def p95_ms(self) -> float:
        recent = RollingPercentile(len(self.times_ms) or 1)
        for one in self.times_ms:
            recent.add(one)
        return recent.p95()


def press(state: LocalState, tenant: str, until: threading.Event, number: int) -> Observed:
    """Send one attacker's jobs until it is over: one of four sleeps, one loops, two are short."""
    http, seen = urllib3.PoolManager(), Observed()
    module = (sleeper(10), _LOOP, HELLO, HELLO)[number % 4]
    while not until.wait(PAUSE_S):
        _run(http, state, tenant, module, seen)
    return seen


def go_by(state: LocalState, seconds: float) -> Observed:
    """Run the neighbour's jobs, one after another."""
    http, seen = urllib3.PoolManager(), Observed()
    until_s = time.monotonic() + seconds
    while time.monotonic() < until_s:
        began_s = time.monotonic()
        _run(http, state, NEIGHBOUR, HELLO, seen)
        time.sleep(max(0.0, began_s + NEIGHBOURS_PAUSE_S - time.monotonic()))
    return seen


def under_pressure(state: LocalState, attacker: str) -> tuple[Observed, Counter[int]]:
    """Run the neighbour's jobs beside an attacker's; with the attacker's statuses."""
    over = threading.Event()
    with ThreadPoolExecutor(CLIENTS) as threads:
        pressing = [
            threads.submit(press, state, attacker, over, number) for number in range(CLIENTS)
        ]
        observed = go_by(state, SECONDS)
        over.set()
    return observed, sum((one.result().statuses for one in pressing), Counter[int]())


def _run(
    http: urllib3.PoolManager, state: LocalState, tenant: str, module: bytes, seen: Observed
) -> None:
    headers = {
        "Content-Type": "application/json",
        "Authorization": f"Bearer {state.token_of(tenant)}",
    }
    body = json.dumps(job_request(module, "x", **_LIMITS)).encode()
    began_s = time.perf_counter()
    answer = http.request("POST", f"{state.url}/jobs", body=body, headers=headers, retries=False)
    seen.times_ms.append((time.perf_counter() - began_s) * 1000)
    seen.statuses[answer.status] += 1


def main() -> int:
    out = Console()
    table = Table("", "jobs", "p50 ms", "p95 ms", "attackers' answers", title="Another tenant")
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as folder, running_system(Path(folder)) as state:
        go_by(state, 3)
        for attacker in ATTACKERS:
            quiet, pressed, answers = Observed(), Observed(), Counter[int]()
            for _ in range(ROUNDS):
                quiet.add(go_by(state, SECONDS))
                beside, statuses = under_pressure(state, attacker)
                pressed.add(beside)
                answers += statuses
            for name, seen, found in (
                ("alone", quiet, ""),
                (f"beside {attacker}", pressed, str(dict(answers))),
            ):
                figures = (f"{seen.p50_ms:.0f}", f"{seen.p95_ms:.0f}")
                table.add_row(name, str(len(seen.times_ms)), *figures, found)
                if set(seen.statuses) != {200}:
                    wrong.append(f"{name}: {dict(seen.statuses)}")
            if pressed.p95_ms > MOST_TIMES * quiet.p95_ms:
                wrong.append(f"beside {attacker}: p95 is {pressed.p95_ms / quiet.p95_ms:.1f} times")
    out.print(table)
    for fault in wrong:
        out.print(f"[red]{fault}[/]")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
