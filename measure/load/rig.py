"""A system of its own for one run, warm and without limits, and what a run does to it."""

from __future__ import annotations

import os
import signal
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.progress import Progress

from cli.running_system import running_system
from emulator.account import REGION, REPLICA_REGION
from emulator.credentials.tokens import TENANT_IDS
from emulator.local_state import LocalState
from measure.load.attempts import Attempt, LoadGenerator
from measure.load.breaker_watch import BREAKER, BREAKERS_TABLE, BreakerWatch
from measure.load.findings import Findings
from measure.load.verdicts import untrusted
from tests.calls.edge_requests import put_faults
from tests.system.processes import workers_of
from tests.system.running import aws_client
from tests.telemetry.log_lines import metrics_of

Rule = dict[str, Any]
FLAGS = "/edge-signer/dev/flags"
SIGN: Rule = {"service": "kms", "operation": "Sign"}
SIGN_AT_HOME: Rule = {**SIGN, "region": REGION}
SIGN_ABROAD: Rule = {**SIGN, "region": REPLICA_REGION}
_LIMITS_TABLE = "edge-signer-dev-limits"
_PLENTY = {"N": "100000"}
# Workers look at the breaker once a second at most.
_BREAKER_SEEN_S = 1.2
_WARM_UP_ROUNDS = 6
# As many as the emulator lets a function have.
_WORKERS = 8


class Rig:
    """One run's system.

    Args:
        state: Of the system.
        progress: Shows how far the run is.
        share: Of the requests of a whole run that this one makes.
    """

    def __init__(self, state: LocalState, progress: Progress, share: float) -> None:
        self.state = state
        self._progress = progress
        self._share = share
        self._task = progress.add_task("warming up", total=None)
        self.load = LoadGenerator(state, lambda: progress.advance(self._task))
        self.watch = BreakerWatch(state, lambda: self.load.elapsed_s)

    def scaled(self, requests: int) -> int:
        """Give how many requests to send where a whole run sends so many."""
        return max(1, int(requests * self._share))

    def faults(self, *rules: Rule) -> None:
        """Put faults in force in place of the old ones."""
        put_faults(self.state, rules)

    def at_rate(
        self,
        name: str,
        per_second: float,
        count: int,
        send: Callable[[int, float], Attempt] | None = None,
    ) -> list[Attempt]:
        """Send requests at a fixed rate under a name, and give what came of them."""
        self.shows(name, count)
        return self.load.at_rate(per_second, count, send)

    def shows(self, name: str, total: int) -> None:
        """Begin a part of the run that counts up to a total."""
        self._progress.reset(self._task, total=total, description=name)

    def close_breaker(self) -> None:
        """Close the circuit breaker, and wait until every worker knows."""
        dynamodb = aws_client("dynamodb", self.state.aws_endpoint)
        dynamodb.delete_item(TableName=BREAKERS_TABLE, Key=BREAKER)
        time.sleep(_BREAKER_SEEN_S)

    def set_flag(self, name: str, value: str | None) -> None:
        """Set a flag; None takes it away."""
        ssm = aws_client("ssm", self.state.aws_endpoint)
        if value is None:
            ssm.delete_parameter(Name=f"{FLAGS}/{name}")
        else:
            ssm.put_parameter(Name=f"{FLAGS}/{name}", Type="String", Value=value, Overwrite=True)

    def kill(self, worker: int) -> bool:
        """Kill a worker as nothing else would; false where it was gone."""
        try:
            os.kill(worker, signal.SIGKILL)
        except ProcessLookupError:
            return False
        return True

    def workers(self, function: str | None = None) -> list[int]:
        """Give the processes of a function, or of all."""
        return workers_of(self.state.aws_endpoint, function)

    def counted(self, metric: str) -> int:
        """Give the sum of a counter so far, of all functions."""
        logs = (Path(self.state.anchors).parent / "logs").glob("edge-signer-*.log")
        lines = (line for log in logs for line in metrics_of(log.read_text()))
        return int(sum(sum(line.get(metric, ())) for line in lines))

    def judge(self, findings: Findings) -> None:
        """Claim that everything that was answered 200 has a manifest that is trusted."""
        signed = [one for one in findings.attempts if one.status == 200]
        self.shows("judging", len(signed))
        faults = untrusted(self.state, signed, lambda: self._progress.advance(self._task))
        findings.claim_none(
            f"each of {len(signed):,} manifests is there, and Trusted by c2pa-rs", faults
        )

    def warm_up(self) -> None:
        """Start every worker there may be, and leave all well."""
        self._fill([{**SIGN, "delay_ms": 700}], "edge-tbs+remote-es256")
        throttled = {**SIGN_AT_HOME, "error_code": "ThrottlingException"}
        self._fill([throttled, {**SIGN_ABROAD, "delay_ms": 700}], "central-fallback")
        self.faults()
        self.close_breaker()

    def lift_limits(self) -> None:
        """Let every tenant send as much as it likes."""
        dynamodb = aws_client("dynamodb", self.state.aws_endpoint)
        for tenant in TENANT_IDS:
            limits = {f"limit_{window}": _PLENTY for window in ("second", "minute", "day")}
            item: Mapping[str, Any] = {"tenant_id": {"S": tenant}, **limits}
            dynamodb.put_item(TableName=_LIMITS_TABLE, Item=item)

    def _fill(self, rules: list[Rule], outcome: str) -> None:
        self.faults(*rules)
        for _ in range(_WARM_UP_ROUNDS):
            seen = self.load.at_rate(50, 2 * _WORKERS)
            if {one.outcome for one in seen} == {outcome}:
                return
        raise RuntimeError(f"the system does not get warm: {[one.outcome for one in seen]}")


@contextmanager
def rig(progress: Progress, share: float, *, warm: bool = True) -> Iterator[Rig]:
    """Run `edge-signer run` beside this process for as long as the context lasts.

    Args:
        progress: Shows how far the run is.
        share: Of the requests of a whole run.
        warm: Whether every worker there may be is to run.
    """
    with tempfile.TemporaryDirectory() as folder, running_system(Path(folder)) as state:
        made = Rig(state, progress, share)
        made.lift_limits()
        if warm:
            made.warm_up()
        with made.watch.watching():
            yield made
