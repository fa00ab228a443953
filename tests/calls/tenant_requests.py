"""Requests that a tenant sends to a running system; what is secret in them is remembered."""

from __future__ import annotations

import json
from typing import Any

from tests.guards.secrecy import SENT
from tests.system.running import Answer, Running


def tenant_headers(system: Running, tenant: str = "load", **headers: str) -> dict[str, str]:
    """Give the headers of a request with a JSON body, or with the type that `headers` says."""
    sent = {
        "Content-Type": "application/json",
        "Authorization": f"Bearer {system.state.token_of(tenant)}",
        **headers,
    }
    SENT.keep_request(None, sent)
    return sent


def post_json(system: Running, target: str, body: Any, tenant: str, **headers: str) -> Answer:
    """Send a body, which is encoded unless it is bytes."""
    sent = tenant_headers(system, tenant, **headers)
    SENT.keep_request(body, sent)
    encoded = body if isinstance(body, bytes) else json.dumps(body).encode()
    return system.call("POST", target, encoded, sent)
