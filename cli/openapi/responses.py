"""The answers of the document: the successes, and for each status the errors of the catalogue."""

from __future__ import annotations

import re
from collections import defaultdict
from http import HTTPStatus
from inspect import getdoc
from typing import Any

from cli.openapi.examples import ANSWERS, REFUSALS, REFUSED_STANDING, STORE_BYTES
from cli.openapi.headers import (
    COMMON,
    FOR_PAGES,
    OF_LIMITS,
    OF_PREFLIGHTS,
    OF_REPLAYS,
    OF_SIGNATURES,
    headers,
)
from cli.openapi.schemas import REFERENCE
from edge_signer.http.catalogue import STATUS, error_body, error_headers
from edge_signer.http.cross_origin import ALLOWED_METHODS
from edge_signer.http.errors import MethodNotAllowedError
from edge_signer.http.route import Route
from edge_signer.http.routes.edge_sign import SIGN
from edge_signer.http.routes.job_models import JOB_ID, MODULE_HASH
from edge_signer.platform.errors import EdgeSignerError
from edge_signer.signing.errors import EmbeddedStoreTooLargeError
from edge_signer.tenancy.rate_limits import RateLimitedError

ErrorKind = type[EdgeSignerError]
Response = dict[str, Any]

#: The groups of operations, each with how its paths begin and what it is for.
TAGS = {
    "Signing": ("/edge-sign", "Sign an asset's digest, or a small asset itself."),
    "Verification": ("/verify", "Judge the Content Credentials of any file."),
    "Jobs": ("/jobs", "Run WebAssembly, and get a signed receipt."),
    "Modules": ("/modules", "Store the WebAssembly of jobs."),
    "Keys": ("/keys", "The keys that verify receipts."),
    "Build types": ("/build-types", "What the attestations of jobs mean."),
    "Health": ("/health", "Whether the deployment can sign."),
}
#: Of the operations that browsers add by themselves.
PREFLIGHT_TAG = "Preflight"
#: What API Gateway answers by itself, with a body of its own and without our headers.
OF_GATEWAY = {
    413: "Request Entity Too Large",
    429: "Too Many Requests",
    500: "Internal Server Error",
    503: "Service Unavailable",
}
_BINARY = {"type": "string", "format": "binary"}
#: The form of the variables in paths.
_VARIABLES = {"job_id": JOB_ID, "module_hash": MODULE_HASH}
_MAY_RETRY = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}


def success() -> Response:
    """The answer of status 200."""
    return {
        "description": "Signed and stored; with dry_run=1, what would be signed. Only signed "
        "answers have the headers for times, version, mode and link.",
        "headers": {
            **headers(*COMMON, *OF_LIMITS, required=True),
            **headers(*OF_SIGNATURES, *OF_REPLAYS, *FOR_PAGES, required=False),
        },
        "content": {
            "application/json": {
                "schema": {"anyOf": [_reference(one.__name__) for one in SIGN.answers]},
                "examples": ANSWERS,
            }
        },
    }


def preflight() -> Response:
    """The answer to OPTIONS."""
    return {
        "description": "The supported methods and, if the page may call, what it may send.",
        "headers": {
            **headers("Allow", "X-Request-ID", required=True),
            **headers("Access-Control-Allow-Origin", "Vary", *OF_PREFLIGHTS, required=False),
        },
    }


def refusals() -> dict[str, Response]:
    """The error answers, by the name of their status."""
    return {name_of(status): _refusal(status, kinds) for status, kinds in _by_status().items()}


def operation(route: Route, answer: Response, examples: dict[str, Any] | None = None) -> Response:
    """Describe a route.

    Args:
        route: The route.
        answer: Its answer of status 200.
        examples: Of its JSON body.
    """
    # One type is enough to call it: generators of clients know no others for bytes.
    content: dict[str, Any] = {one: {"schema": _BINARY} for one in route.media_types[-1:]}
    if route.body is not None:
        told = {"schema": _reference(route.body.__name__), "examples": examples}
        content = dict.fromkeys(route.media_types, told)
    return {
        "operationId": route.operation_id,
        "tags": [tag_of(route.path)],
        "summary": route.summary,
        "description": route.description,
        **({"parameters": parameters} if (parameters := _in_path(route)) else {}),
        **({"requestBody": {"required": True, "content": content}} if content else {}),
        **({"security": []} if route.is_public else {}),
        "responses": {"200": answer, **refusals_of(route)},
    }


def tag_of(path: str) -> str:
    """Return the group of a path."""
    return next(name for name, (begin, _) in TAGS.items() if path.startswith(begin))


def refusals_of(route: Route) -> dict[str, Response]:
    """References to a route's error answers, by status."""
    return {
        str(status): {"$ref": f"#/components/responses/{name_of(status)}"}
        for status in dict.fromkeys(STATUS[kind] for kind in route.errors)
    }


def answer_of(route: Route, description: str, told: dict[str, Any]) -> Response:
    """The answer of status 200 of a route with one model for its body.

    Args:
        route: The route.
        description: When it is given.
        told: Its headers.
    """
    (model,) = route.answers
    content = {"application/json": {"schema": _reference(model.__name__)}}
    return {"description": description, "headers": told, "content": content}


def _in_path(route: Route) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "pattern": _VARIABLES[name]},
        }
        for name in re.findall(r"{(\w+)}", route.path)
    ]


def name_of(status: int) -> str:
    """The status in words, without spaces."""
    return HTTPStatus(status).phrase.replace(" ", "").replace("-", "")


def sentence(kind: ErrorKind) -> str:
    """What an error means: the first paragraph of its class's docstring."""
    return " ".join((getdoc(kind) or "").partition("\n\n")[0].split())


def _by_status() -> dict[int, list[ErrorKind]]:
    found: dict[int, list[ErrorKind]] = defaultdict(list)
    for kind, status in STATUS.items():
        found[status].append(kind)
    return found


def _refusal(status: int, kinds: list[ErrorKind]) -> Response:
    codes = sorted(kind.code for kind in kinds)
    ours: Response = {
        "allOf": [_reference("ErrorAnswer"), {"properties": {"code": {"enum": codes}}}],
    }
    of_error = sorted({name for kind in kinds for name in error_headers(_sample(kind))})
    if status in _MAY_RETRY:
        of_error.append("Retry-After")
    gateway = OF_GATEWAY.get(status)
    lines = [f"- `{kind.code}`: {sentence(kind)}" for kind in kinds]
    if gateway:
        lines.append(f'- or API Gateway\'s own `{{"message": "{gateway}"}}`')
    return {
        "description": "\n".join(lines),
        "headers": {
            **headers(*COMMON, *of_error, required=gateway is None),
            **headers(*FOR_PAGES, required=False),
        },
        "content": {
            "application/json": {
                "schema": {"anyOf": [ours, _reference("GatewayAnswer")]} if gateway else ours,
                "examples": {kind.code: _example(kind) for kind in kinds if kind.code in REFUSALS},
            }
        },
    }


def _example(kind: ErrorKind) -> dict[str, Any]:
    body = error_body(_sample(kind)).model_dump(exclude_none=True)
    return {"summary": kind.title, "value": body}


def _sample(kind: ErrorKind) -> EdgeSignerError:
    if issubclass(kind, RateLimitedError):
        return kind(REFUSED_STANDING)
    if issubclass(kind, EmbeddedStoreTooLargeError):
        return kind(STORE_BYTES)
    message, retry_after_s = REFUSALS.get(kind.code, ("", None))
    if issubclass(kind, MethodNotAllowedError):
        return kind(message, allowed=ALLOWED_METHODS)
    return kind(message, retry_after_s=retry_after_s)


def _reference(schema: str) -> dict[str, str]:
    return {"$ref": REFERENCE.format(model=schema)}
