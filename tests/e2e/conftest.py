from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from emulator.system import Settings
from measure.limits.flood import TABLE
from tests.calls.edge_requests import calls_of, edge_sign_fields, put_faults
from tests.calls.tenant_requests import post_json
from tests.guards.secrecy import SENT
from tests.system.processes import workers_of
from tests.system.running import Answer, Running, running
from tests.system.waiting import wait_for

Faults = Callable[..., None]

CENTRAL = "central-fallback"
BREAKER: dict[str, Any] = {
    "TableName": "edge-signer-dev-breakers",
    "Key": {"breaker_id": {"S": "kms:us-east-1"}},
}


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The whole system, from the real template; what it wrote must hold no secret in the end."""
    settings = Settings(
        port=0,
        state_directory=tmp_path_factory.mktemp("state"),
        parameters={"TenantAllowlist": "acme,testcorp,load,newcorp"},
    )
    with running(settings) as system:
        yield system
    SENT.keep("administrator's token", system.state.admin_token)
    for tenant in system.state.tenants:
        SENT.keep("token", tenant.token)
    logs = settings.state_directory / "logs"
    written = {log.name: log.read_bytes() for log in logs.iterdir()}
    written["screen"] = repr(system.notes).encode()
    assert SENT.found_in(written) == []


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A system of the module's own, for operators who change what others would notice."""
    with running(Settings(port=0, state_directory=tmp_path_factory.mktemp("office"))) as system:
        yield system


@pytest.fixture
def faults(system: Running) -> Iterator[Faults]:
    """Makes AWS's services fail or wait; they are well again after the test, and asked again."""

    yield partial(inject, system)
    inject(system)
    if "opened_by" in breaker(system):
        system.client("dynamodb").delete_item(**BREAKER)
        # Workers keep what they have read of it for a second.
        wait_for(lambda: post(system, body(b"again")).headers.get("x-signing-mode") != CENTRAL)


def breaker(system: Running) -> dict[str, Any]:
    """What the workers share of the circuit breaker; nothing as long as KMS never failed."""
    return dict(system.client("dynamodb").get_item(**BREAKER).get("Item", {}))


def day_count(system: Running, tenant: str) -> int:
    """How many requests of a tenant were counted on the day of the last one."""
    key = {"tenant_id": {"S": tenant}}
    found = system.client("dynamodb").get_item(TableName=TABLE, Key=key).get("Item", {})
    return int(found.get("day_count", {"N": "0"})["N"])


def inject(system: Running, *rules: dict[str, Any]) -> None:
    """Put faults in force in place of the old ones."""
    put_faults(system.state, rules)


def post(
    system: Running, body: Any, tenant: str = "load", query: str = "", **headers: str
) -> Answer:
    """Send a signing request as a tenant; headers with None are left out."""
    target = f"/edge-sign?{query}" if query else "/edge-sign"
    return post_json(system, target, body, tenant, **headers)


def calls(system: Running, operation: str) -> int:
    """How often an operation of AWS was called so far, such as `kms.Sign`."""
    return calls_of(system.state, operation)


def sign_workers(system: Running) -> list[int]:
    """Process ids of the sign function's workers."""
    return processes_of(system, "sign")


def processes_of(system: Running, function: str) -> list[int]:
    """Process ids of a function's workers."""
    return workers_of(system.state.aws_endpoint, f"edge-signer-dev-{function}")


def body(asset: bytes, **changes: Any) -> dict[str, Any]:
    return edge_sign_fields(asset, **changes)


def inline_body(asset: bytes) -> dict[str, Any]:
    return body(asset, asset_inline=base64.b64encode(asset).decode())
