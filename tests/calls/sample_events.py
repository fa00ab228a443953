"""The events of events/, and what the functions answer to them."""

from __future__ import annotations

import base64
import json
from functools import cache
from typing import Any

from emulator.gateway.api import Api, api_of
from tests.conftest import ROOT
from tests.guards.resolved_template import of_type, resolved_resources

FOLDER = ROOT / "events"
TOKEN = "${EDGE_SIGNER_TOKEN}"
ADMIN_TOKEN = "${EDGE_SIGNER_ADMIN_TOKEN}"
#: Status of the answer and code of the error, by event; the tenant is acme.
EXPECTED: dict[str, tuple[int, str | None]] = {
    "sign": (200, None),
    "sign-inline": (200, None),
    "sign-inline-embed": (200, None),
    "sign-idempotent": (200, None),
    "sign-dry-run": (200, None),
    "sign-broken-json": (400, "INVALID_JSON"),
    "sign-invalid-request": (400, "INVALID_REQUEST"),
    "sign-unknown-policy": (422, "UNKNOWN_POLICY"),
    "sign-unauthenticated": (401, "UNAUTHENTICATED"),
    "sign-foreign-tenant": (403, "TENANT_NOT_ALLOWED"),
    "sign-wrong-method": (405, "METHOD_NOT_ALLOWED"),
    "preflight": (204, None),
    "not-found": (404, "NOT_FOUND"),
    "job": (200, None),
    "job-batch": (200, None),
    "job-not-a-module": (422, "NOT_A_MODULE"),
    "job-unknown": (404, "UNKNOWN_JOB"),
    "module": (200, None),
    "keys": (200, None),
    "build-type": (200, None),
    "verify": (200, None),
    "verify-foreign-url": (400, "INVALID_REQUEST"),
    "verify-unknown-upload": (404, "UNKNOWN_UPLOAD"),
    "verify-upload": (200, None),
    "derive": (503, "DERIVATIVES_DISABLED"),
    "admin-breaker-status": (200, None),
    "admin-tenants-token": (401, "UNAUTHENTICATED"),
    "health": (200, None),
    "health-deep": (200, None),
}
#: The central signer's: no route leads to it, and its answer has no status.
FALLBACK = "fallback"


def event_text(name: str, token: str = TOKEN, admin_token: str = ADMIN_TOKEN) -> str:
    """Give an event as JSON, with a tenant's and an operator's token for the placeholders."""
    text = (FOLDER / f"{name}.json").read_text()
    return text.replace(TOKEN, token).replace(ADMIN_TOKEN, admin_token)


def sent_body(one: dict[str, Any]) -> bytes:
    """Give the bytes that a client sent for an event."""
    content = one.get("body", "")
    return base64.b64decode(content) if one["isBase64Encoded"] else content.encode()


def event(name: str) -> dict[str, Any]:
    """Give an event as it is."""
    document: dict[str, Any] = json.loads(event_text(name))
    return document


@cache
def functions() -> dict[str, str]:
    """Give the names of the template's functions, by logical id."""
    found = of_type(resolved_resources(), "AWS::Lambda::Function")
    return {logical_id: one["FunctionName"] for logical_id, one in found.items()}


@cache
def api() -> Api:
    """Give the routes of the template."""
    return api_of(resolved_resources())


def function_of(name: str) -> str | None:
    """Give the logical id of the function that gets an event; None where its route is not there."""
    if name == FALLBACK:
        return "FallbackFunction"
    arns = {one.key: one.function_arn for one in api().routes}
    called = arns.get(event(name)["routeKey"], "").rpartition(":")[2]
    return next((key for key, one in functions().items() if one == called), None)
