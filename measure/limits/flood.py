"""Clients that send as fast as they may, and a reader that keeps every recorded admission."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from emulator.local_state import LocalState
from measure.limits.audit import Attempt
from tests.calls.edge_requests import EdgeCaller, edge_sign_fields
from tests.system.running import aws_client

TABLE = "edge-signer-dev-limits"
_DAY_MS = 86_400_000
_READ_EVERY_S = 0.2


@dataclass(frozen=True)
class Crowd:
    """How many clients a tenant has, and how long each waits after an answer."""

    clients: int
    pause_s: float


@dataclass(frozen=True)
class Observed:
    """What a tenant sent, and what the table says of it."""

    attempts: list[Attempt]
    admitted_ms: list[int]

    def count(self, status: int) -> int:
        return sum(attempt.status == status for attempt in self.attempts)


def read_admissions(item: Mapping[str, Any]) -> list[int]:
    """Times in an item, oldest first."""
    content = bytes(item["admissions"]["B"])
    last_ms = int.from_bytes(content[:8], "big")
    pairs = [content[at : at + 2] for at in range(8, len(content), 2)]
    return [*(last_ms - int.from_bytes(pair, "big") for pair in pairs), last_ms]


def flood(state: LocalState, crowds: Mapping[str, Crowd], seconds: float) -> dict[str, Observed]:
    """Have the crowds of several tenants send at once."""
    attempts: dict[str, list[Attempt]] = {tenant: [] for tenant in crowds}
    recorded: dict[str, dict[tuple[int, int], int]] = {tenant: {} for tenant in crowds}
    until_s = time.monotonic() + seconds
    over = threading.Event()

    def send(tenant: str) -> None:
        caller = EdgeCaller(state)
        while time.monotonic() < until_s:
            attempts[tenant].append(_attempt(caller, tenant))
            time.sleep(crowds[tenant].pause_s)

    def read() -> None:
        dynamodb = aws_client("dynamodb", state.aws_endpoint)
        while True:
            last_look = over.is_set()
            for tenant in crowds:
                _record(dynamodb, tenant, recorded[tenant])
            if last_look:
                return
            over.wait(_READ_EVERY_S)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        with ThreadPoolExecutor(sum(crowd.clients for crowd in crowds.values())) as threads:
            sending = [
                threads.submit(send, tenant)
                for tenant, crowd in crowds.items()
                for _ in range(crowd.clients)
            ]
        for each in sending:
            each.result()
    finally:
        over.set()
        reader.join()
    return {
        tenant: Observed(attempts[tenant], sorted(recorded[tenant].values())) for tenant in crowds
    }


def _attempt(caller: EdgeCaller, tenant: str) -> Attempt:
    sent_ms = time.time() * 1000
    answer = caller.sign(edge_sign_fields(tenant.encode()), tenant)
    return Attempt(sent_ms, time.time() * 1000, answer.status)


def _record(dynamodb: Any, tenant: str, recorded: dict[tuple[int, int], int]) -> None:
    """Number the admissions by the day's count, which tells two of one millisecond apart."""
    found = dynamodb.get_item(
        TableName=TABLE, Key={"tenant_id": {"S": tenant}}, ConsistentRead=True
    ).get("Item", {})
    if "admissions" not in found:
        return
    times = read_admissions(found)
    first = int(found["day_count"]["N"]) - len(times) + 1
    for number, admitted_ms in enumerate(times, first):
        # Those of the day before were seen while it lasted.
        if number > 0:
            recorded[times[-1] // _DAY_MS, number] = admitted_ms
