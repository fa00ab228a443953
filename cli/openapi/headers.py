"""The headers of requests and answers."""

from __future__ import annotations

from typing import Any

from cli.openapi.examples import IDEMPOTENCY_KEY, REQUEST_ID, TENANT_ID
from edge_signer.http.cross_origin import ALLOWED_HEADERS, ALLOWED_METHODS, MAX_AGE_S

Header = dict[str, Any]

_UUID = {"type": "string", "format": "uuid"}
_MS = {"type": "number", "minimum": 0}
_TEXT = {"type": "string"}

#: Of every answer that is ours.
COMMON = ("X-Request-ID", "Cache-Control")
#: Of answers to requests that were counted.
OF_LIMITS = ("RateLimit", "RateLimit-Policy")
#: Of answers to web pages, where the deployment lets pages call.
FOR_PAGES = ("Access-Control-Allow-Origin", "Access-Control-Expose-Headers", "Vary")
#: Of the answer that tells of a signature.
OF_SIGNATURES = (
    "Link",
    "Server-Timing",
    "X-CPU-Time-MS",
    "X-KMS-Time-MS",
    "X-Manifest-Version",
    "X-Signing-Mode",
    "X-Total-Time-MS",
)
#: Of an answer that was given before.
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
        "description": "1 checks the request and its policy, and tells what the manifest would "
        "say. Nothing is built, signed or stored: TBS_TOO_LARGE, and what KMS, certificates or the "
        "store do, show only at signing.",
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
        "description": "The same key and body again, within a day, get the same answer and no "
        "second signature.",
        "schema": {"type": "string", "pattern": r"^[\x21-\x7e]{1,255}$"},
        "example": IDEMPOTENCY_KEY,
    },
    {
        "name": "X-Request-ID",
        "in": "header",
        "description": "A UUID, which the answer and the log repeat; anything else is replaced.",
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
    "Accept-Encoding": ("The only coding in which a body is read.", {"const": "identity"}),
    "Allow": ("The methods that the path knows.", _TEXT),
    "Cache-Control": ("No answer may be kept.", {"const": "no-store"}),
    "Idempotency-Replayed": ("The answer was given before.", {"const": "true"}),
    "Link": (
        "The manifest.",
        {"type": "string", "pattern": r'^<https?://[^> ]+\.c2pa>; rel="c2pa-manifest"$'},
    ),
    "RateLimit": ("The tightest of the tenant's limits, and how it stands with it.", _TEXT),
    "RateLimit-Policy": ("The tenant's limits (draft-ietf-httpapi-ratelimit-headers).", _TEXT),
    "Retry-After": (
        "Seconds after which the same request may succeed.",
        {"type": "integer", "minimum": 0},
    ),
    "Server-Timing": ("Milliseconds by step, as browsers' tools show them.", _TEXT),
    "Vary": ("The answer depends on the page.", _TEXT),
    "WWW-Authenticate": ("How to say who calls.", _TEXT),
    "X-CPU-Time-MS": ("CPU time of this request's execution environment.", _MS),
    "X-KMS-Time-MS": ("Time that KMS took.", _MS),
    "X-Manifest-Version": ("Version of the stored manifest; older ones are kept.", _TEXT),
    "X-Request-ID": ("The request's own, if it was a UUID, else a new one.", _UUID),
    "X-Signing-Mode": ("As in the body.", _TEXT),
    "X-Total-Time-MS": ("Time in the function.", _MS),
}


def described_headers() -> dict[str, Header]:
    """Give every header, by name."""
    return {
        name: {"description": description, "schema": schema}
        for name, (description, schema) in _DESCRIBED.items()
    }


def headers(*names: str, required: bool) -> dict[str, Header]:
    """Give the headers of an answer.

    Args:
        names: As they are described here.
        required: Whether they are always there.
    """
    if not required:
        return {name: {"$ref": f"#/components/headers/{name}"} for name in names}
    described = described_headers()
    return {name: {**described[name], "required": True} for name in names}
