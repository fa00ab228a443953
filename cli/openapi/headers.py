"""The headers of requests and answers."""

from __future__ import annotations

from typing import Any

from cli.openapi.examples import IDEMPOTENCY_KEY, REQUEST_ID, TENANT_ID
from edge_signer.http.cross_origin import ALLOWED_HEADERS, ALLOWED_METHODS, MAX_AGE_S

Header = dict[str, Any]

_UUID = {"type": "string", "format": "uuid"}
_MS = {"type": "number", "minimum": 0}
_TEXT = {"type": "string"}

#: Of every answer that a function writes.
COMMON = ("X-Request-ID", "Cache-Control")
#: Of answers to requests that were counted.
OF_LIMITS = ("RateLimit", "RateLimit-Policy")
#: Of answers to web pages, where the deployment lets pages call.
FOR_PAGES = ("Access-Control-Allow-Origin", "Access-Control-Expose-Headers", "Vary")
#: Of answers to requests that were signed.
OF_SIGNATURES = (
    "Link",
    "Server-Timing",
    "X-CPU-Time-MS",
    "X-KMS-Time-MS",
    "X-Manifest-Version",
    "X-Signing-Mode",
    "X-Total-Time-MS",
)
#: Of repeated answers.
OF_REPLAYS = ("Idempotency-Replayed",)
OF_PREFLIGHTS = (
    "Access-Control-Allow-Headers",
    "Access-Control-Allow-Methods",
    "Access-Control-Max-Age",
)

REQUEST_PARAMETERS: list[dict[str, Any]] = [
    {
        "name": "dry_run",
        "in": "query",
        "description": "With 1, the request is checked against its policy, and the answer shows "
        "the assertions that the manifest would contain. Nothing is built, signed or stored, so "
        "TBS_TOO_LARGE and faults of KMS, certificates or the store only appear when you sign.",
        "schema": {"enum": ["0", "1"], "type": "string", "default": "0"},
        "example": "1",
    },
    {
        "name": "X-Tenant-ID",
        "in": "header",
        "description": "If sent, the token's tenant.",
        "schema": _TEXT,
        "example": TENANT_ID,
    },
    {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "A repeated request with the same key and body gets the same answer for a "
        "day and is not signed again.",
        "schema": {"type": "string", "pattern": r"^[\x21-\x7e]{1,255}$"},
        "example": IDEMPOTENCY_KEY,
    },
    {
        "name": "X-Request-ID",
        "in": "header",
        "description": "A UUID, which the answer and the log use; any other value is replaced.",
        "schema": _TEXT,
        "example": REQUEST_ID,
    },
]

_DESCRIBED: dict[str, tuple[str, Header]] = {
    "Access-Control-Allow-Headers": (
        "Headers that a page may send.",
        {"const": ", ".join(ALLOWED_HEADERS)},
    ),
    "Access-Control-Allow-Methods": (
        "Methods that a page may use.",
        {"const": ", ".join(ALLOWED_METHODS)},
    ),
    "Access-Control-Allow-Origin": ("The page's origin, if it may read the answer.", _TEXT),
    "Access-Control-Expose-Headers": ("Headers that a page's script may read.", _TEXT),
    "Access-Control-Max-Age": (
        "Seconds for which a browser remembers this.",
        {"const": MAX_AGE_S, "type": "integer"},
    ),
    "Accept-Encoding": ("The only content coding accepted for bodies.", {"const": "identity"}),
    "Allow": ("The methods that the path supports.", _TEXT),
    "Cache-Control": ("Answers must not be cached.", {"const": "no-store"}),
    "Idempotency-Replayed": ("This answer repeats an earlier one.", {"const": "true"}),
    "Link": (
        "The manifest.",
        {"type": "string", "pattern": r'^<https?://[^> ]+\.c2pa>; rel="c2pa-manifest"$'},
    ),
    "RateLimit": ("The limit that the tenant will reach first, and what is left of it.", _TEXT),
    "RateLimit-Policy": ("The tenant's limits (draft-ietf-httpapi-ratelimit-headers).", _TEXT),
    "Retry-After": (
        "Seconds after which the same request may succeed.",
        {"type": "integer", "minimum": 0},
    ),
    "Server-Timing": ("Milliseconds of each step, for browser tools.", _TEXT),
    "Vary": ("The answer depends on the page's origin.", _TEXT),
    "WWW-Authenticate": ("How to authenticate.", _TEXT),
    "X-CPU-Time-MS": ("CPU time of the process during this request.", _MS),
    "X-KMS-Time-MS": ("Time that KMS took.", _MS),
    "X-Manifest-Version": ("Version of the stored manifest; older ones are kept.", _TEXT),
    "X-Request-ID": ("The request's own if it is a UUID, otherwise a new one.", _UUID),
    "X-Signing-Mode": ("`signing_mode` of the body.", _TEXT),
    "X-Total-Time-MS": ("Total time in the function.", _MS),
}


def described_headers() -> dict[str, Header]:
    """Return every header, by name."""
    return {
        name: {"description": description, "schema": schema}
        for name, (description, schema) in _DESCRIBED.items()
    }


def headers(*names: str, required: bool) -> dict[str, Header]:
    """Return the headers of an answer.

    Args:
        names: Their names.
        required: Whether every such answer has them.
    """
    if not required:
        return {name: {"$ref": f"#/components/headers/{name}"} for name in names}
    described = described_headers()
    return {name: {**described[name], "required": True} for name in names}
