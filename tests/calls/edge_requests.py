"""Requests to POST /edge-sign from whoever sends many, and what the emulator says of the calls."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import urllib3

from emulator.local_state import LocalState
from tests.signers.software_signer import ACTIONS
from tests.system.running import call


def edge_sign_fields(asset: bytes, **changes: Any) -> dict[str, Any]:
    """Give the fields of a request that signs an asset."""
    fields = {
        "asset_sha256": hashlib.sha256(asset).hexdigest(),
        "policy_id": "newsroom-default-v3",
        "assertions": ACTIONS,
    }
    return {**fields, **changes}


class EdgeCaller:
    """Sends requests over connections that it keeps; safe to use from many threads.

    Args:
        state: Of the system.
        connections: How many it keeps.
        timeout_s: To wait for an answer.
    """

    def __init__(self, state: LocalState, connections: int = 1, timeout_s: float = 60) -> None:
        self._state = state
        self._http = urllib3.PoolManager(maxsize=connections, retries=False, timeout=timeout_s)

    def sign(
        self,
        fields: Mapping[str, Any],
        tenant: str = "load",
        headers: Mapping[str, str] | None = None,
    ) -> urllib3.BaseHTTPResponse:
        """Send one request.

        Raises:
            urllib3.exceptions.HTTPError: There was no answer.
        """
        own = {
            "Content-Type": "application/json",
            "Authorization": f"Bearer {self._state.token_of(tenant)}",
        }
        url = f"{self._state.url}/edge-sign"
        body = json.dumps(fields).encode()
        return self._http.request("POST", url, body=body, headers={**own, **(headers or {})})

    def fetch(self, url: str) -> urllib3.BaseHTTPResponse:
        """Fetch what an answer names."""
        return self._http.request("GET", url)


def put_faults(state: LocalState, rules: Sequence[Mapping[str, Any]]) -> None:
    """Put faults in force in place of the old ones."""
    content = json.dumps(rules).encode()
    answer = call(state.aws_endpoint, "PUT", "/_emulator/faults", content)
    assert answer.status == 204, answer


def calls_of(state: LocalState, operation: str) -> int:
    """How often an operation of AWS was called so far, such as `kms.Sign`."""
    counted = call(state.aws_endpoint, "GET", "/_emulator/calls").json()
    return int(counted.get(operation, {"count": 0})["count"])
