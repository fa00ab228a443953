"""New workers of built functions, one after another: until they are ready, until they answer."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from edge_signer.signing.central_signer import CentralRequest
from emulator.functions.function import Function
from emulator.functions.worker import Invocation, LambdaWorker
from emulator.functions.worker_processes import WorkerProcesses
from emulator.system import RunningSystem
from tests.signers.software_signer import ACTIONS

#: What the path of a first signature leaves out, or reaches only with its request.
LATE = (
    "rfc3161_client",
    "edge_signer.signing.layout.asset_layout",
    "wasmtime",
    "yaml",
)


@dataclass(frozen=True)
class ColdStart:
    """Medians of some new workers of a function.

    Attributes:
        ready_ms: From the start of its process until it asks for its first event.
        answered_ms: Until it has answered that.
    """

    ready_ms: float
    answered_ms: float


async def cold_start(
    system: RunningSystem, function: Function, interpreter: Path, log: Path, rounds: int
) -> ColdStart:
    """Start workers and send each its first request.

    Args:
        system: Where AWS's services and the tenants' tokens are.
        function: What the workers run.
        interpreter: Their Python.
        log: Takes what they print.
        rounds: How many; one more goes first and is not counted, for the disk's sake.

    Raises:
        RuntimeError: A worker does not start, or answers neither with 200 nor with a manifest.
    """
    processes = WorkerProcesses()
    await processes.start()
    ready_ms, answered_ms = [], []
    try:
        for _ in range(rounds + 1):
            worker = LambdaWorker(function, processes, system.state.aws_endpoint, log, interpreter)
            began_s = time.perf_counter()
            failure = await worker.start()
            ready_ms.append((time.perf_counter() - began_s) * 1000)
            if failure:
                raise RuntimeError(f"{function.name}: {failure} ({log})")
            outcome = await worker.invoke(_invocation(system, function))
            answered_ms.append((time.perf_counter() - began_s) * 1000)
            await worker.close()
            answer = json.loads(outcome.payload or b"{}")
            if answer.get("statusCode") != 200 and "manifest" not in answer:
                raise RuntimeError(f"{function.name}: {outcome} ({log})")
    finally:
        await processes.close()
    return ColdStart(statistics.median(ready_ms[1:]), statistics.median(answered_ms[1:]))


def variants(
    function: Function, empty: Path, without_bytecode: Path, eager: Path
) -> Iterator[tuple[str, Function]]:
    """Give a function as it is deployed, and in the forms that it was spared.

    Args:
        function: As built.
        empty: Code whose handler imports nothing: what Python and awslambdaric take.
        without_bytecode: A copy of its layers' parent without compiled modules.
        eager: Folder whose `sitecustomize` imports what is imported late.
    """
    yield "an empty handler", dataclasses.replace(function, code=empty, layers=())
    yield "as deployed", function
    yield "all imported at once", dataclasses.replace(function, layers=(*function.layers, eager))
    yield (
        "without bytecode",
        dataclasses.replace(
            function,
            layers=tuple(without_bytecode / layer.name for layer in function.layers),
            variables={**function.variables, "PYTHONDONTWRITEBYTECODE": "1"},
        ),
    )


#: First requests over HTTP, by the last word of the function's name.
_REQUESTS: dict[str, tuple[str, str, dict[str, Any] | None]] = {
    "sign": (
        "POST",
        "/edge-sign",
        {
            "asset_sha256": hashlib.sha256(b"asset").hexdigest(),
            "policy_id": "newsroom-default-v3",
            "assertions": ACTIONS,
        },
    ),
    "execute": ("GET", "/keys", None),
    "health": ("GET", "/health", None),
    "admin": ("GET", "/admin/circuit-breaker/status", None),
}


def measured(functions: Sequence[Function]) -> list[Function]:
    """Pick the functions for which there is a first request."""
    return [one for one in functions if _last_word(one) in {"fallback", *_REQUESTS}]


def _last_word(function: Function) -> str:
    return function.name.rpartition("-")[2]


def _invocation(system: RunningSystem, function: Function) -> Invocation:
    word = _last_word(function)
    event = _handed_over() if word == "fallback" else _http_event(system, *_REQUESTS[word])
    return Invocation(json.dumps(event).encode(), "", uuid4().hex)


def _handed_over() -> dict[str, Any]:
    return CentralRequest(
        asset_sha256=hashlib.sha256(b"asset").hexdigest(),
        assertions=dict(ACTIONS),
        policy_id="newsroom-default-v3",
        tenant_id="load",
        tsa=None,
        request_id=str(uuid4()),
    ).model_dump()


def _http_event(
    system: RunningSystem, method: str, path: str, body: dict[str, Any] | None
) -> dict[str, Any]:
    is_operator = path.startswith("/admin/")
    token = system.state.admin_token if is_operator else system.state.token_of("load")
    http = {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1"}
    return {
        "version": "2.0",
        "routeKey": f"{method} {path}",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"authorization": f"Bearer {token}", "content-type": "application/json"},
        "requestContext": {"http": http, "requestId": uuid4().hex, "stage": "$default"},
        "body": json.dumps(body) if body else "",
        "isBase64Encoded": False,
    }
