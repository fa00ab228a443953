"""What is sent to both systems, and the least that each request can take."""

from __future__ import annotations

import base64
import hashlib
import json
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from emulator.local_state import LocalState, checkout
from tests.calls.edge_requests import put_faults
from tests.signers.software_signer import ACTIONS
from tests.system.running import call

#: How long each call of a service takes at least, from its arrival to its answer.
LEAST_MS = {"kms": 12, "dynamodb": 5, "s3": 25, "tsa": 15, "ssm": 10}
# The emulator's tenant without limits.
_TENANT = "load"


@dataclass(frozen=True)
class Sent:
    """One request: its path, its body and its headers."""

    path: str
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Scenario:
    """Requests of one kind.

    Attributes:
        name: Of the kind.
        floor: The services that a request has to wait for, one after another.
        request: Makes one; each is new.
        own_ms: What the function itself may take.
    """

    name: str
    floor: tuple[str, ...]
    request: Callable[[], Sent]
    own_ms: float = 0

    @property
    def floor_ms(self) -> float:
        """The least that a request can take."""
        return sum(LEAST_MS[one] for one in self.floor) + self.own_ms


class Side:
    """A running system, and a connection to it that is kept.

    Args:
        state: Of the system.
    """

    def __init__(self, state: LocalState) -> None:
        self._state = state
        self._connection = HTTPConnection(urlsplit(state.url).netloc, timeout=60)
        self._authorization = {"Authorization": f"Bearer {state.token_of(_TENANT)}"}

    def slow_down(self) -> None:
        """Have the services take as long as AWS's."""
        rules = [{"service": one, "least_ms": least_ms} for one, least_ms in LEAST_MS.items()]
        put_faults(self._state, rules)

    def taken_ms(self, sent: Sent) -> float:
        """Send a request, and return how long its answer took from client to client."""
        headers = {**self._authorization, "Content-Type": "application/json", **sent.headers}
        began_s = time.perf_counter()
        self._connection.request("POST", sent.path, sent.body, headers)
        answer = self._connection.getresponse()
        content = answer.read()
        taken_ms = (time.perf_counter() - began_s) * 1000
        assert answer.status == 200, (answer.status, content)
        return taken_ms

    def calls(self) -> dict[str, tuple[int, float]]:
        """Return count and milliseconds of each operation so far."""
        found = call(self._state.aws_endpoint, "GET", "/_emulator/calls").json()
        return {name: (one["count"], one["milliseconds"]) for name, one in found.items()}


def _signature(*, is_keyed: bool = False, is_stamped: bool = False) -> Sent:
    asset_sha256 = hashlib.sha256(uuid.uuid4().bytes).hexdigest()
    policy = {"policy_id": "newsroom-default-v3", "assertions": ACTIONS, "tsa": is_stamped}
    key = {"Idempotency-Key": str(uuid.uuid4())} if is_keyed else {}
    return Sent("/edge-sign", _json({"asset_sha256": asset_sha256, **policy}), key)


def _job() -> Sent:
    wasm = (checkout() / "examples/hello.wasm").read_bytes()
    fields = {
        "job_id": f"job-{uuid.uuid4()}",
        "module_hash": f"sha256:{hashlib.sha256(wasm).hexdigest()}",
        "wasm_bytes": base64.b64encode(wasm).decode(),
        "args": ["olleh"],
    }
    return Sent("/jobs", _json(fields), {})


def _json(fields: Mapping[str, Any]) -> bytes:
    return json.dumps(fields).encode()


SCENARIOS: Mapping[str, Iterable[Scenario]] = {
    "sign": (
        Scenario("sign", ("kms", "s3"), _signature),
        Scenario(
            "sign, Idempotency-Key", ("dynamodb", "kms", "s3"), lambda: _signature(is_keyed=True)
        ),
        Scenario("sign, time-stamp", ("kms", "tsa", "s3"), lambda: _signature(is_stamped=True)),
    ),
    "jobs": (Scenario("job (hello.wasm)", ("dynamodb", "dynamodb", "kms"), _job, own_ms=8),),
}
