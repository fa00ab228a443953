"""The routes of jobs in the document."""

from __future__ import annotations

from typing import Any

from cli.openapi import responses
from cli.openapi.headers import COMMON, FOR_PAGES, OF_LIMITS, OF_REPLAYS, headers
from cli.openapi.schemas import REFERENCE
from edge_signer.http.routes.job_models import JOB_ID, MODULE_HASH
from edge_signer.http.routes.jobs import KEYS_CACHE_CONTROL

_HELLO = "sha256:8e0502d6eb1f6dba1da58be05ea0b768030c87ced19f8cf4d5b5057ec914ede5"
EXAMPLE = {
    "job_id": "job-0036adab-5321-4b10-a4ab-3e848414eff6",
    "module_hash": _HELLO,
    "args": ["Hello, World!"],
    "requirements": {
        "cpu_cores": 1,
        "memory_mb": 128,
        "timeout_seconds": 30,
        "arch": "wasm32",
        "wasm_runtime": "wasmtime",
    },
}
# What any request of a tenant may get.
_ALWAYS = (401, 403, 429, 500, 503)


def job_paths() -> dict[str, Any]:
    """Give the paths, by their templates."""
    return {
        "/jobs": {"post": _run()},
        "/jobs/{job_id}": {"get": _result()},
        "/modules/{module_hash}": {"put": _keep_module()},
        "/keys": {"get": _keys()},
    }


def _run() -> dict[str, Any]:
    return {
        "operationId": "runJob",
        "summary": "Run a WebAssembly job",
        "description": "Runs a WASI preview1 command in a confined process and has its result "
        "signed. However the job ends, that is status 200 and a result. The same job again gets "
        "the same bytes and is not run; where it had run and could not be signed, it is only "
        "signed.",
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {"$ref": REFERENCE.format(model="JobRequestBody")},
                    "examples": {
                        "stored": {"summary": "A module that was stored before", "value": EXAMPLE}
                    },
                }
            },
        },
        "responses": {
            "200": _result_answer(),
            **responses.refusals_with(400, 409, 410, 413, 415, 422, *_ALWAYS),
        },
    }


def _result() -> dict[str, Any]:
    return {
        "operationId": "getJob",
        "summary": "Fetch a job's result again",
        "description": "A result is given out for seven days. Another tenant's job is unknown.",
        "parameters": [_in_path("job_id", JOB_ID)],
        "responses": {"200": _result_answer(), **responses.refusals_with(404, 409, 410, *_ALWAYS)},
    }


def _keep_module() -> dict[str, Any]:
    binary: dict[str, Any] = {"schema": {}}
    return {
        "operationId": "keepModule",
        "summary": "Store a module",
        "description": "For the tenant's own jobs, for thirty days; put again, it lives on.",
        "parameters": [_in_path("module_hash", MODULE_HASH)],
        "requestBody": {
            "required": True,
            "content": {"application/wasm": binary, "application/octet-stream": binary},
        },
        "responses": {
            "200": _answer("Stored.", "ModuleAnswer", headers(*COMMON, *OF_LIMITS, required=True)),
            **responses.refusals_with(400, 413, 415, 422, *_ALWAYS),
        },
    }


def _keys() -> dict[str, Any]:
    cached = {"description": "May be kept.", "schema": {"const": KEYS_CACHE_CONTROL}}
    told = headers("X-Request-ID", required=True) | {"Cache-Control": cached}
    return {
        "operationId": "getKeys",
        "summary": "List the keys that sign receipts",
        "description": "For everybody. Pin a key from here over a channel that you trust.",
        "security": [],
        "responses": {
            "200": _answer("The keys.", "KeysAnswer", told),
            **responses.refusals_with(429, 500, 503),
        },
    }


def _result_answer() -> dict[str, Any]:
    told = headers(*COMMON, *OF_LIMITS, "Server-Timing", required=True)
    return _answer(
        "The job has run.",
        "JobAnswer",
        told | headers(*OF_REPLAYS, *FOR_PAGES, required=False),
    )


def _answer(description: str, model: str, told: dict[str, Any]) -> dict[str, Any]:
    schema = {"$ref": REFERENCE.format(model=model)}
    return {
        "description": description,
        "headers": told,
        "content": {"application/json": {"schema": schema}},
    }


def _in_path(name: str, pattern: str) -> dict[str, Any]:
    schema = {"type": "string", "pattern": pattern}
    return {"name": name, "in": "path", "required": True, "schema": schema}
