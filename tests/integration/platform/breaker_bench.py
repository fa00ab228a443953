"""Workers with a breaker each, one table, and a clock that stands still unless told."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from edge_signer.kms_guard.breaker_store import DynamoDbBreakerStore
from edge_signer.kms_guard.circuit_breaker import CircuitBreaker
from edge_signer.telemetry.telemetry import SparingComplaint
from emulator.aws.services import ServiceHost, in_process_services, moto_host
from emulator.http.message import Request
from tests.system.dynamodb_tables import make_table

NOON_S = 20_000 * 86_400 + 43_200.0


class BreakerBench:
    """One breaker of many workers; `begin` starts with another."""

    def __init__(self) -> None:
        self.host: ServiceHost = moto_host()
        self.dynamodb = in_process_services(self.host).dynamodb
        self.table = f"breakers-{uuid4()}"
        make_table(self.dynamodb, self.table, "breaker_id")
        self.begin()

    def begin(self) -> None:
        self.breaker_id = f"kms:{uuid4()}"
        self.complaints: list[str] = []
        self.changes: list[tuple[str, str]] = []
        self.now_s = NOON_S

    def worker(
        self, *, fresh_s: float = 0.0, alone_s: float = 0.0, attempts: int = 16
    ) -> CircuitBreaker:
        """Make a worker's breaker: one that reads the item for every decision, unless told."""
        sparing = SparingComplaint(self.complaints.append)
        return CircuitBreaker(
            DynamoDbBreakerStore(self.dynamodb, self.table, self.breaker_id, sparing),
            sparing,
            lambda old, new: self.changes.append((old, new)),
            lambda: self.now_s,
            fresh_s=fresh_s,
            alone_s=alone_s,
            attempts=attempts,
        )

    def calls(self, operation: str) -> int:
        counted = json.loads(self.host.answer(Request("GET", "/_emulator/calls")).body)
        return int(counted.get(f"dynamodb.{operation}", {"count": 0})["count"])

    def faults(self, *rules: dict[str, Any]) -> None:
        body = json.dumps([{"service": "dynamodb", **rule} for rule in rules]).encode()
        assert self.host.answer(Request("PUT", "/_emulator/faults", body=body)).status == 204

    def item(self) -> dict[str, Any]:
        key = {"breaker_id": {"S": self.breaker_id}}
        found: dict[str, Any] = self.dynamodb.get_item(
            TableName=self.table, Key=key, ConsistentRead=True
        ).get("Item", {})
        return found

    def put(self, **attributes: Any) -> None:
        self.dynamodb.put_item(
            TableName=self.table, Item={"breaker_id": {"S": self.breaker_id}, **attributes}
        )


def fail(breaker: CircuitBreaker, *, throttled: bool = False) -> str:
    """Make an attempt that fails, if it is allowed; tell what it was."""
    admission = breaker.allows()
    admission.failed(throttled=throttled)
    return admission.kind
