"""GET and HEAD of /health."""

from __future__ import annotations

from typing import Any

from cli.openapi.headers import COMMON, headers
from cli.openapi.responses import OF_GATEWAY, operation
from cli.openapi.schemas import REFERENCE
from edge_signer.http.routes.full_health import HEALTH
from edge_signer.http.routes.health import ALIVE_STATUS

Response = dict[str, Any]

_STATES: dict[str, Any] = {
    "status": "degraded",
    "signing": {"edge": "unavailable", "central": "ok"},
    "checks": {
        "kms": "ok",
        "certificate": "ok",
        "builder": "ok",
        "manifests": "ok",
        "tenants": "ok",
        "flags": "degraded",
        "breaker": "ok",
        "kms_quota": "ok",
        "time_stamps": "ok",
    },
}
_IMPOSSIBLE = {
    **_STATES,
    "status": "unavailable",
    "signing": {"edge": "unavailable", "central": "unavailable"},
    "checks": {**_STATES["checks"], "kms": "unavailable", "flags": "ok"},
}
_PARAMETERS: list[dict[str, Any]] = [
    {
        "name": "deep",
        "in": "query",
        "description": "With 1, everything that a signature needs is checked, at most once in "
        "10 s by each execution environment. Nothing is signed or stored.",
        "schema": {"enum": ["0", "1"], "type": "string", "default": "0"},
    },
    {
        "name": "X-Admin-Token",
        "in": "header",
        "description": "An operator's token: deep=1 then includes details. "
        "`Authorization: Bearer` works too.",
        "schema": {"type": "string"},
    },
]


def operations() -> dict[str, Any]:
    """The operations of the path."""
    alive = _health(
        "The deployment runs; with deep=1, it can sign. `degraded` means that something needs "
        "attention, or that only the edge or only the central signer can sign.",
        {
            "alive": {"summary": "Without deep=1", "value": {"status": ALIVE_STATUS}},
            "degraded": {"summary": "The edge is switched off", "value": _STATES},
        },
    )
    get = {**operation(HEALTH, alive), "parameters": _PARAMETERS}
    get["responses"]["503"] = _health(
        "With deep=1: nothing can be signed. Otherwise an error of this API or of API Gateway.",
        {"impossible": {"summary": "The key is disabled", "value": _IMPOSSIBLE}},
        "ErrorAnswer",
        "GatewayAnswer",
    )
    bodiless = {status: _without_body(int(status)) for status in get["responses"]}
    return {"get": get, "head": {**get, "operationId": "healthHead", "responses": bodiless}}


def _health(description: str, examples: dict[str, Any], *others: str) -> Response:
    own = {"$ref": REFERENCE.format(model="HealthAnswer")}
    either = [own, *({"$ref": REFERENCE.format(model=name)} for name in others)]
    return {
        "description": description,
        "headers": headers(*COMMON, required=not others),
        "content": {
            "application/json": {
                "schema": {"anyOf": either} if others else own,
                "examples": examples,
            }
        },
    }


def _without_body(status: int) -> Response:
    return {
        "description": "The same as for GET.",
        "headers": headers(*COMMON, required=status not in OF_GATEWAY),
    }
