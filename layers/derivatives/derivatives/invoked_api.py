"""The API of the same deployment, reached by invoking its functions.

A function cannot know the API's address: the API is made from its functions. The functions see the
events that API Gateway would send, so every check of a request applies.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import urllib3
from botocore.exceptions import BotoCoreError, ClientError

from edge_signer_client import Credentials, Session, UnreachableError

_URL = "https://edge-signer.invalid"


class InvokedSession(Session):
    """A session whose requests are invocations; needs `lambda:InvokeFunction` on the functions.

    Args:
        lambda_: Client of Lambda. Its read timeout is longer than a signature takes.
        functions: Name of the function behind each path.
        credentials: Of the tenant.
    """

    def __init__(
        self, lambda_: Any, functions: Mapping[str, str], credentials: Credentials
    ) -> None:
        super().__init__(_URL, credentials)
        self._lambda = lambda_
        self._functions = functions

    def send(
        self, method: str, url: str, body: bytes | None, headers: dict[str, str]
    ) -> urllib3.BaseHTTPResponse:
        """Invoke the function behind an address of the API; send anything else as it is."""
        if not url.startswith(f"{_URL}/"):
            return super().send(method, url, body, headers)
        parts = urlsplit(url)
        event = _event(method, parts.path, parts.query, body or b"", headers)
        try:
            answer = self._lambda.invoke(
                FunctionName=self._functions[parts.path], Payload=json.dumps(event).encode()
            )
            content = answer["Payload"].read()
        except (BotoCoreError, ClientError, OSError) as failure:
            raise UnreachableError(f"{parts.path} cannot be invoked: {failure}") from failure
        if answer.get("FunctionError"):
            raise UnreachableError(f"{parts.path} did not answer: its function failed")
        return _response(json.loads(content))


def _event(
    method: str, path: str, query: str, body: bytes, headers: Mapping[str, str]
) -> dict[str, Any]:
    """Make the event of an HTTP API (payload format 2.0)."""
    route = f"{method} {path}"
    http = {"method": method, "path": path, "protocol": "HTTP/1.1"}
    return {
        "version": "2.0",
        "routeKey": route,
        "rawPath": path,
        "rawQueryString": query,
        "headers": {name.lower(): value for name, value in headers.items()},
        "requestContext": {
            "http": {**http, "sourceIp": "127.0.0.1", "userAgent": "edge-signer-derive"},
            "routeKey": route,
            "stage": "$default",
            "timeEpoch": int(time.time() * 1000),
        },
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }


def _response(answer: Mapping[str, Any]) -> urllib3.HTTPResponse:
    body = answer.get("body", "")
    content = base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode()
    return urllib3.HTTPResponse(
        content, headers=answer.get("headers", {}), status=answer["statusCode"]
    )
