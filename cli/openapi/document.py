"""The whole document."""

from __future__ import annotations

import json
import tomllib
from typing import Any

from cli.openapi import health, responses
from cli.openapi.examples import REQUESTS
from cli.openapi.headers import REQUEST_PARAMETERS, described_headers
from cli.openapi.jobs import job_paths
from cli.openapi.schemas import component_schemas
from cli.openapi.verification import verification_paths
from edge_signer.http.routes.edge_sign import SIGN
from edge_signer.http.routes.full_health import HEALTH
from edge_signer.http.wire_formats import MAX_EVENT_BYTES
from emulator.local_state import checkout

_ABOUT = f"""\
Each manifest is stored under its asset's digest, or under its `manifest_id` if it has one. The \
answer's `manifest_url` is its address. `GET` and `HEAD` on that address need no token. A CDN \
serves them, not this API; its answers have an ETag, and `?versionId=` selects an older version.

Unknown paths return 404 and unsupported methods 405, in the same form as all errors. `/admin` is \
for operators, who have their own tokens, and is not described here, and neither is \
`/derive`, which is for CDNs. Amazon API Gateway answers \
some requests itself, with only `{{"message": …}}`: those above {MAX_EVENT_BYTES // 2**20} MiB \
with their headers (413), too many at once (429), and those for which the function failed (500) or \
did not answer in time (503). Bodies above this API's own limits get 413 `REQUEST_TOO_LARGE`.
"""
_SIGNATURE_HEADERS = {
    "X-Signature-Timestamp": "When the request was signed, in seconds since 1970.",
    "X-Signature-Nonce": "Valid for one request only.",
    "X-Signature": "HMAC-SHA-256 over the request.",
}


def openapi_document() -> dict[str, Any]:
    """Make the document."""
    project = tomllib.loads((checkout() / "pyproject.toml").read_text())["project"]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Edge Signer",
            "version": project["version"],
            "summary": project["description"],
            "description": _ABOUT,
            "license": {"name": "Apache License 2.0", "identifier": project["license"]},
        },
        # The deployment's own address: the document is served from there.
        "servers": [{"url": "/"}],
        "security": _security(),
        "tags": _tags(),
        "paths": {
            SIGN.path: {"post": _sign(), "options": _preflight()},
            **job_paths(),
            **verification_paths(),
            HEALTH.path: health.operations(),
        },
        "components": {
            "schemas": component_schemas(),
            "headers": described_headers(),
            "responses": responses.refusals(),
            "securitySchemes": _security_schemes(),
        },
    }


def openapi_json() -> str:
    """The document as it is committed: the same code gives the same bytes."""
    return json.dumps(openapi_document(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _tags() -> list[dict[str, str]]:
    """Return the groups in their order; what only browsers send comes last."""
    groups = [{"name": name, "description": about} for name, (_, about) in responses.TAGS.items()]
    about = "What browsers ask before a page of another origin may call."
    return [*groups, {"name": responses.PREFLIGHT_TAG, "description": about}]


def _sign() -> dict[str, Any]:
    described = responses.operation(SIGN, responses.success(), REQUESTS)
    return {**described, "parameters": REQUEST_PARAMETERS}


def _preflight() -> dict[str, Any]:
    return {
        "operationId": "preflight",
        "tags": [responses.PREFLIGHT_TAG],
        "summary": "Check whether a web page may call (CORS preflight)",
        "security": [],
        "responses": {"204": responses.preflight()},
    }


def _security() -> list[dict[str, list[str]]]:
    """A token alone, or a token and a signed request."""
    bearer: dict[str, list[str]] = {"token": []}
    signed: dict[str, list[str]] = {name: [] for name in _SIGNATURE_HEADERS}
    return [bearer, {**bearer, **signed}]


def _security_schemes() -> dict[str, Any]:
    schemes: dict[str, Any] = {
        "token": {
            "type": "http",
            "scheme": "bearer",
            "description": "A tenant's API token. A missing or unknown token gets 401.",
        }
    }
    for name, description in _SIGNATURE_HEADERS.items():
        schemes[name] = {"type": "apiKey", "in": "header", "name": name, "description": description}
    return schemes
