"""Jobs over HTTP: how tests ask for them, and what they expect of every result."""

from __future__ import annotations

import json
import uuid
from base64 import b64encode
from hashlib import sha256
from typing import Any

from edge_signer.execution.receipts.result_verifier import ResultVerdict, verify_result
from tests.calls.tenant_requests import post_json, tenant_headers
from tests.conftest import ROOT
from tests.system.running import Answer, Running

HELLO = (ROOT / "examples/hello.wasm").read_bytes()


def module_hash(wasm: bytes) -> str:
    return f"sha256:{sha256(wasm).hexdigest()}"


def job_request(wasm: bytes = HELLO, *args: str, **changes: Any) -> dict[str, Any]:
    """A request; fields that are None are left out."""
    fields = {
        "job_id": f"job-{uuid.uuid4()}",
        "module_hash": module_hash(wasm),
        "wasm_bytes": b64encode(wasm).decode(),
        "args": list(args),
        **changes,
    }
    return {name: value for name, value in fields.items() if value is not None}


def post_job(
    system: Running, request: dict[str, Any] | bytes, tenant: str = "load", **headers: str
) -> Answer:
    return post_json(system, "/jobs", request, tenant, **headers)


def get_job(system: Running, job_id: str, tenant: str = "load") -> Answer:
    return system.call("GET", f"/jobs/{job_id}", None, tenant_headers(system, tenant))


def put_module(system: Running, wasm: bytes, tenant: str = "load", name: str = "") -> Answer:
    headers = tenant_headers(system, tenant, **{"Content-Type": "application/wasm"})
    return system.call("PUT", f"/modules/{name or module_hash(wasm)}", wasm, headers)


def verdict_on(
    system: Running, result: bytes | dict[str, Any], request: dict[str, Any]
) -> ResultVerdict:
    content = result if isinstance(result, bytes) else json.dumps(result).encode()
    asked = json.dumps(request).encode()
    return verify_result(content, system.state.receipt_public_key, asked)


def proven(system: Running, answer: Answer, request: dict[str, Any]) -> dict[str, Any]:
    """Give a result, which the pinned key must vouch for."""
    assert answer.status == 200, answer
    judged = verdict_on(system, answer.body, request)
    assert judged.refusal is None, judged
    result: dict[str, Any] = answer.json()
    return result
