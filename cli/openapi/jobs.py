"""The routes of jobs in the document."""

from __future__ import annotations

from typing import Any

from cli.openapi.headers import COMMON, FOR_PAGES, OF_LIMITS, OF_REPLAYS, headers
from cli.openapi.responses import answer_of, operation
from edge_signer.http.routes.batches import RUN_BATCH
from edge_signer.http.routes.build_types import BUILD_TYPE, CACHE_CONTROL
from edge_signer.http.routes.jobs import KEEP_MODULE, KEYS, KEYS_CACHE_CONTROL, RESULT, RUN

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

BATCH_EXAMPLE = {
    "batch_id": "batch-7d1c5d0e-8f6e-4d0c-9f55-1c4f7d3a2b90",
    "jobs": [
        {"job_id": "job-1", "module_hash": _HELLO, "args": ["Hello, World!"]},
        {"job_id": "job-2", "module_hash": _HELLO, "args": ["Hello again!"]},
    ],
}


def job_paths() -> dict[str, Any]:
    """Return the paths, by their templates."""
    kept = headers(*COMMON, *OF_LIMITS, required=True)
    of_keys, of_build_type = _cached(KEYS_CACHE_CONTROL), _cached(CACHE_CONTROL)
    of_results = headers(*COMMON, *OF_LIMITS, "Server-Timing", required=True)
    of_results |= headers(*OF_REPLAYS, *FOR_PAGES, required=False)
    examples = {"stored": {"summary": "A module that is already stored", "value": EXAMPLE}}
    operations = {
        RUN: operation(RUN, answer_of(RUN, "The job has run.", of_results), examples),
        RUN_BATCH: operation(
            RUN_BATCH,
            answer_of(RUN_BATCH, "The batch has run.", of_results),
            {"batch": {"summary": "Two jobs of one stored module", "value": BATCH_EXAMPLE}},
        ),
        RESULT: operation(RESULT, answer_of(RESULT, "The job has run.", of_results)),
        KEEP_MODULE: operation(KEEP_MODULE, answer_of(KEEP_MODULE, "Stored.", kept)),
        KEYS: operation(KEYS, answer_of(KEYS, "The keys.", of_keys)),
        BUILD_TYPE: operation(BUILD_TYPE, answer_of(BUILD_TYPE, "The document.", of_build_type)),
    }
    return {route.path: {route.method.lower(): one} for route, one in operations.items()}


def _cached(directives: str) -> dict[str, Any]:
    told = {"description": "The answer may be cached.", "schema": {"const": directives}}
    return headers("X-Request-ID", required=True) | {"Cache-Control": told}
