"""`python -m measure.limits.contention`: 64 workers press on one tenant's item, 5 ms a write.

`make limits` runs it. Each worker is a limiter of its own; they share a model of DynamoDB that
takes exactly the updates that the limiter sends. The run fails if a request below the limits is
refused, if a window admits one too many, or if a request of a tenant without windows costs more
than 1.3 writes.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError
from rich.console import Console
from rich.table import Table

from edge_signer.tenancy.dynamodb_rate_limiter import DynamoDbRateLimiter
from edge_signer.tenancy.rate_limits import RateLimitedError
from measure.limits.audit import WINDOWS, Attempt, most_within, undue_refusals

WORKERS = 64
WRITE_S = 0.005
SECONDS = 10.0
MOST_WRITES = 1.3
TENANT = "acme"


class OneItem:
    """DynamoDB's UpdateItem for one item: atomic, and as slow as a write is."""

    def __init__(self, item: Mapping[str, Any], write_s: float = WRITE_S) -> None:
        self.item: dict[str, Any] = {"tenant_id": {"S": TENANT}, **item}
        self.writes = 0
        self.admitted_ms: list[int] = []
        self._write_s = write_s
        self._lock = threading.Lock()

    def update_item(self, **update: Any) -> dict[str, Any]:
        """Apply an update as the limiter writes it, or raise as DynamoDB does."""
        time.sleep(self._write_s)
        values = update["ExpressionAttributeValues"]
        with self._lock:
            self.writes += 1
            conditions = update["ConditionExpression"].split(" AND ")
            if not all(self._holds(one, values) for one in conditions):
                refused = {
                    "Error": {"Code": "ConditionalCheckFailedException", "Message": ""},
                    "Item": dict(self.item),
                }
                raise ClientError(refused, "UpdateItem")
            self._apply(update["UpdateExpression"], values)
            self.admitted_ms.append(int.from_bytes(values[":admissions"]["B"][:8], "big"))
            return {"Attributes": dict(self.item)}

    def _holds(self, condition: str, values: Mapping[str, Any]) -> bool:
        if condition.startswith("attribute_not_exists("):
            return condition.partition("(")[2].rstrip(")") not in self.item
        name, comparison, value = condition.split()
        found = self.item.get(name)
        if comparison == "=":
            return bool(found == values[value])
        assert comparison == "<", condition
        return found is not None and int(found["N"]) < int(values[value]["N"])

    def _apply(self, expression: str, values: Mapping[str, Any]) -> None:
        sets, _, removed = expression.removeprefix("SET ").partition(" REMOVE ")
        sets, _, added = sets.partition(" ADD ")
        for one in sets.split(", "):
            name, value = one.split(" = ")
            self.item[name] = values[value]
        if added:
            name, value = added.split()
            self.item[name] = {"N": str(int(self.item[name]["N"]) + int(values[value]["N"]))}
        self.item.pop(removed, None)


@dataclass
class Run:
    """What came of one run.

    Attributes:
        attempts: Every request, with the status that a client would get.
        admitted_ms: When the item says that requests were admitted, in order.
        writes: How many writes that took.
        complaints: What the limiters complained of.
        seconds: How long it took.
    """

    attempts: list[Attempt] = field(default_factory=list)
    admitted_ms: list[int] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    writes: int = 0
    seconds: float = 0.0

    @property
    def refused(self) -> int:
        return sum(one.status == 429 for one in self.attempts)

    def faults(self, *, is_windowed: bool) -> list[str]:
        """What the limits promise and this run broke."""
        found = list(self.complaints)
        if len(self.admitted_ms) != len(self.attempts) - self.refused:
            found.append("not every admission was counted once")
        if is_windowed:
            undue = len(undue_refusals(self.admitted_ms, self.attempts))
            found += [
                f"{most} in {window_ms} ms, {quota} allowed"
                for quota, window_ms in WINDOWS
                if (most := most_within(self.admitted_ms, window_ms)) > quota
            ]
        else:
            undue = self.refused
            if self.writes > MOST_WRITES * len(self.attempts):
                found.append(f"more than {MOST_WRITES} writes a request")
        return [*found, f"{undue} refused below the limits"] if undue else found


def press(limits: Mapping[str, int], per_s: float, seconds: float, workers: int = WORKERS) -> Run:
    """Have workers send at a rate in all, each when its turn has come.

    Args:
        limits: Attributes of the item, such as `limit_day`.
        per_s: Requests a second of all workers together.
        seconds: How long.
        workers: How many limiters.
    """
    table = OneItem({name: {"N": str(limit)} for name, limit in limits.items()})
    run, lock, numbers = Run(), threading.Lock(), iter(range(int(per_s * seconds)))
    began_s = time.monotonic()

    def work() -> None:
        limiter = DynamoDbRateLimiter(table, "limits", run.complaints.append)
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            time.sleep(max(0.0, began_s + number / per_s - time.monotonic()))
            sent_ms = time.time() * 1000
            try:
                limiter.admit(TENANT)
                status = 200
            except RateLimitedError:
                status = 429
            with lock:
                run.attempts.append(Attempt(sent_ms, time.time() * 1000, status))

    with ThreadPoolExecutor(workers) as threads:
        for worker in [threads.submit(work) for _ in range(workers)]:
            worker.result()
    run.seconds, run.writes = time.monotonic() - began_s, table.writes
    run.admitted_ms = sorted(table.admitted_ms)
    return run


LIFTED = {"limit_second": 10_000, "limit_minute": 10_000, "limit_day": 10**9}
RUNS: tuple[tuple[str, Mapping[str, int], float], ...] = (
    ("windows lifted", LIFTED, 100),
    ("windows lifted", LIFTED, 400),
    ("10 a second, 100 a minute", {}, 9),
    ("10 a second, 100 a minute", {}, 400),
)


def main() -> int:
    out = Console()
    title = f"{WORKERS} workers, {SECONDS:.0f} s each, writes of {WRITE_S * 1000:.0f} ms"
    table = Table("limits", "sent/s", "admitted", "429", "writes a request", title=title)
    wrong: list[str] = []
    for name, limits, per_s in RUNS:
        run = press(limits, per_s, SECONDS)
        sent = len(run.attempts)
        measured = (sent / run.seconds, sent - run.refused, run.refused, run.writes / sent)
        table.add_row(name, *(f"{one:.4g}" for one in measured))
        found = run.faults(is_windowed=limits is not LIFTED)
        wrong += [f"{name}, {per_s}/s: {fault}" for fault in found]
    out.print(table)
    for fault in wrong:
        out.print(f"[red]{fault}[/]")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
