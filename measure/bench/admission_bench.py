"""What it costs to know who calls, and that the request may be signed: CPU of the real endpoint."""

from __future__ import annotations

import hashlib
import json
import statistics
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2
from aws_lambda_powertools.utilities.typing import LambdaContext
from rich.table import Table

from edge_signer.configuration.flags import Flags
from edge_signer.http.admission import Gatekeeper
from edge_signer.http.authentication import require_open
from edge_signer.http.idempotency import Idempotency
from edge_signer.http.routes.edge_sign import EdgeSignEndpoint
from edge_signer.telemetry.request_record import RequestRecord, Stopwatch
from edge_signer.tenancy.replays import DynamoDbReplayGuard
from edge_signer.tenancy.tenants import DynamoDbTenantDirectory
from emulator.aws.services import in_process_services, moto_host
from emulator.credentials.tokens import TENANT_IDS, issue_credentials
from emulator.gateway.event import Arrival, event_of
from emulator.http.message import Request
from measure.bench.around_bench import AgreeingDynamoDb, limiter
from measure.bench.builder_bench import SAID
from measure.bench.measurement import WARM_UP_ROUNDS
from tests.signers.software_signer import Workshop
from tests.system.dynamodb_tables import make_table

ROUNDS = 2000
STEPS = ("authenticate", "validate", "policy")
TABLE = "tenants"

_taken: list[dict[str, float]] = []


class CpuStopwatch(Stopwatch):
    """The endpoint's stopwatch, by the thread's CPU time."""

    def __init__(self) -> None:
        super().__init__()
        _taken.append(self.steps_ms)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        began_s = time.thread_time()
        try:
            yield
        finally:
            elapsed_ms = (time.thread_time() - began_s) * 1000
            self.steps_ms[name] = self.steps_ms.get(name, 0.0) + elapsed_ms


class Unhurried(LambdaContext):
    """An invocation that has its function's whole time left."""

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return 29_000


def tables() -> Iterator[Table]:
    """Answer the same request many times, each signed with a software key."""
    credential = issue_credentials()[0]
    endpoint = EdgeSignEndpoint(
        _gatekeeper(credential.table_item()),
        Idempotency(None, "none"),
        Workshop().service,
        _all_open,
    )
    event = _event(credential.token)
    for _ in range(WARM_UP_ROUNDS + ROUNDS):
        record = RequestRecord("a request", stopwatch=CpuStopwatch())
        assert endpoint.sign(event, record, Unhurried()).status_code == 200
    samples = _taken[WARM_UP_ROUNDS:]
    table = Table("CPU of a request, median", "µs", title="Before anything is built")
    for name in STEPS:
        table.add_row(name, f"{statistics.median(one[name] for one in samples) * 1000:.0f}")
    together_ms = [sum(one[name] for name in STEPS) for one in samples]
    table.add_row("together", f"{statistics.median(together_ms) * 1000:.0f}")
    yield table


def _all_open() -> Flags:
    return Flags(edge_signer_enabled=True, tenant_allowlist=TENANT_IDS)


def _gatekeeper(item: Mapping[str, Any]) -> Gatekeeper:
    dynamodb = in_process_services(moto_host()).dynamodb
    make_table(dynamodb, TABLE, "token_sha256")
    dynamodb.put_item(TableName=TABLE, Item=item)
    return Gatekeeper(
        DynamoDbTenantDirectory(dynamodb, TABLE),
        # No request here is signed, so that the table of nonces is never asked.
        DynamoDbReplayGuard(dynamodb, "none"),
        limiter(AgreeingDynamoDb()),
        _all_open,
        partial(require_open, has_central_signer=False),
    )


def _event(token: str) -> APIGatewayProxyEventV2:
    request = {
        "asset_sha256": hashlib.sha256(b"asset").hexdigest(),
        "policy_id": "newsroom-default-v3",
        "assertions": SAID,
    }
    headers = (("authorization", f"Bearer {token}"), ("content-type", "application/json"))
    sent = Request("POST", "/edge-sign", headers, json.dumps(request).encode())
    return APIGatewayProxyEventV2(event_of(Arrival(sent, "POST /edge-sign", {}, "a", "b", "c")))
