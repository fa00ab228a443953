"""The routes of verification in the document."""

from __future__ import annotations

from typing import Any

from cli.openapi.examples import ASSET_SHA256
from cli.openapi.headers import COMMON, FOR_PAGES, OF_LIMITS, headers
from cli.openapi.responses import answer_of, operation
from edge_signer.http.routes.verify import UPLOAD, VERIFY

#: The manifest store is cut short: its verdict is Unreadable.
_STORE = "AAAJp2p1bWIAAAAeanVtZGMycGEAEQAQgAAAqgA4m3EDYzJwYQ=="
EXAMPLES: dict[str, dict[str, Any]] = {
    "inline": {
        "summary": "A small file with its credentials inside",
        "value": {
            "asset_inline": "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhf"
            "DwAChwGA60e6kgAAAABJRU5ErkJggg==",
            "media_type": "image/png",
        },
    },
    "digest": {
        "summary": "A digest and a manifest store",
        "value": {"asset_sha256": ASSET_SHA256, "manifest": _STORE},
    },
}
_PARAMETERS: list[dict[str, Any]] = [
    {
        "name": "crjson",
        "in": "query",
        "description": "With 1, the answer is c2pa-rs's own report in crJSON. It is one engine's "
        "opinion, and has no verdict that takes the other engine into account.",
        "schema": {"enum": ["0", "1"], "type": "string", "default": "0"},
    },
]
_CRJSON: dict[str, Any] = {
    "type": "object",
    "description": "With crjson=1: crJSON of c2pa-rs.",
    "required": ["@context", "manifests"],
}


def verification_paths() -> dict[str, Any]:
    """Return the paths, by their templates."""
    told = headers(*COMMON, *OF_LIMITS, required=True) | headers(*FOR_PAGES, required=False)
    timed = told | headers("Server-Timing", required=True)
    verdict = answer_of(VERIFY, "The verdict, whatever it is.", timed)
    json = verdict["content"]["application/json"]
    json["schema"] = {"anyOf": [json["schema"], _CRJSON]}
    nothing = {"nothing": {"summary": "There is nothing to say", "value": {}}}
    operations = {
        VERIFY: {**operation(VERIFY, verdict, EXAMPLES), "parameters": _PARAMETERS},
        UPLOAD: operation(UPLOAD, answer_of(UPLOAD, "A form.", told), nothing),
    }
    return {route.path: {route.method.lower(): one} for route, one in operations.items()}
