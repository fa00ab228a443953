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
from edge_signer.configuration.flags import MAX_PAYLOAD_BYTES
from edge_signer.http.errors import UnauthenticatedError
from edge_signer.http.routes.edge_sign import SIGN
from edge_signer.http.routes.full_health import HEALTH
from emulator.local_state import checkout

_ABOUT = f"""\
C2PA Content Credentials for media, signed with a key that never leaves KMS.

A manifest is stored under the asset's digest; `manifest_url` of the answer is its address. \
`GET` and `HEAD` there need no token: they come from a CDN, not from this API, with an ETag, and \
`?versionId=` names an older version.

Every other path is answered 404 and every other method 405, in the same shape as all errors; \
`/admin` is for operators, with tokens of their own, and is not described here. \
Amazon API Gateway answers a few requests by itself, with `{{"message": …}}` alone: bodies beyond \
what it takes (413; this API takes {MAX_PAYLOAD_BYTES // 1024} KiB), too many requests at once \
(429), and a function that failed (500) or did not answer in time (503).
"""
_SIGNATURE_HEADERS = {
    "X-Signature-Timestamp": "When the request was signed, in seconds since 1970.",
    "X-Signature-Nonce": "Good for one request.",
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
        # The deployment's own address, wherever the document is served from.
        "servers": [{"url": "/"}],
        "security": _security(),
        "paths": {
            SIGN.path: {"post": _sign(), "options": _preflight()},
            **job_paths(),
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
    """The document as it is kept: the same code gives the same bytes."""
    return json.dumps(openapi_document(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _sign() -> dict[str, Any]:
    described = responses.operation(SIGN, responses.success(), REQUESTS)
    return {**described, "parameters": REQUEST_PARAMETERS}


def _preflight() -> dict[str, Any]:
    return {
        "operationId": "preflight",
        "summary": "Ask whether a web page may call",
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
            "description": f"A tenant's API token. {UnauthenticatedError.__doc__}",
        }
    }
    for name, description in _SIGNATURE_HEADERS.items():
        schemes[name] = {"type": "apiKey", "in": "header", "name": name, "description": description}
    return schemes
