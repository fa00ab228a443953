"""Turns HTTP into API Gateway's event and a function's answer back into HTTP.

Follows the API Gateway developer guide, "Create AWS Lambda proxy integrations for HTTP APIs",
payload format version 2.0.
"""

import base64
import binascii
import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, unquote

from emulator.account import ACCOUNT_ID
from emulator.http.message import Request, Response, json_response

_TEXT_TYPES = frozenset({"application/json", "application/javascript", "application/xml"})
_DEFAULT_CONTENT_TYPE = "text/plain;charset=UTF-8"


@dataclass(frozen=True)
class Arrival:
    """A request and the gateway's data about it.

    Attributes:
        request: The request.
        route_key: For instance POST /edge-sign, or $default.
        path_parameters: Values of the route's variables.
        api_id: The API's id.
        request_id: The gateway's id of the request.
        trace_id: The X-Ray trace header.
    """

    request: Request
    route_key: str
    path_parameters: Mapping[str, str]
    api_id: str
    request_id: str
    trace_id: str


class MalformedAnswerError(Exception):
    """A function's answer is not what payload format 2.0 allows."""


def event_of(arrival: Arrival) -> dict[str, Any]:
    """Make the event for the function.

    The path is decoded and the query is not, names of headers are in lower case, and duplicates
    are joined with commas.
    """
    request = arrival.request
    path = unquote(request.path)
    headers = _joined((name, value) for name, value in request.headers if name != "cookie")
    headers["x-amzn-trace-id"] = arrival.trace_id
    hops = [headers["x-forwarded-for"]] if "x-forwarded-for" in headers else []
    headers["x-forwarded-for"] = ", ".join([*hops, request.peer])
    headers["x-forwarded-proto"] = "http"
    headers["x-forwarded-port"] = headers.get("host", "").partition(":")[2] or "80"
    now = time.time()
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": arrival.route_key,
        "rawPath": path,
        "rawQueryString": request.query,
        "headers": headers,
        "requestContext": {
            "accountId": ACCOUNT_ID,
            "apiId": arrival.api_id,
            "domainName": headers.get("host", ""),
            "domainPrefix": headers.get("host", "").split(".")[0],
            "http": {
                "method": request.method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": request.peer,
                "userAgent": headers.get("user-agent", ""),
            },
            "requestId": arrival.request_id,
            "routeKey": arrival.route_key,
            "stage": "$default",
            "time": datetime.fromtimestamp(now, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "timeEpoch": int(now * 1000),
        },
        "isBase64Encoded": False,
    }
    if cookies := [value for name, value in request.headers if name == "cookie"]:
        event["cookies"] = [part.strip() for value in cookies for part in value.split(";")]
    if request.query:
        event["queryStringParameters"] = _joined(parse_qsl(request.query, keep_blank_values=True))
    if arrival.path_parameters:
        event["pathParameters"] = dict(arrival.path_parameters)
    if request.body:
        event["body"], event["isBase64Encoded"] = _encoded_body(request)
    return event


def response_of(payload: bytes) -> Response:
    """Make the HTTP response from the value that the function returned.

    A value without statusCode becomes the JSON body of a response with status 200.

    Args:
        payload: The handler's answer, as JSON.

    Raises:
        MalformedAnswerError: The value does not follow payload format 2.0.
    """
    try:
        answer = json.loads(payload)
    except ValueError as error:
        raise MalformedAnswerError("the answer is not JSON") from error
    if not isinstance(answer, dict) or "statusCode" not in answer:
        text = answer if isinstance(answer, str) else json.dumps(answer)
        return json_response(200, text.encode())
    try:
        status = int(answer["statusCode"])
        headers = [(str(k), _header_value(v)) for k, v in (answer.get("headers") or {}).items()]
        cookies = [("set-cookie", str(cookie)) for cookie in answer.get("cookies") or ()]
    except (TypeError, ValueError, AttributeError) as error:
        raise MalformedAnswerError(str(error)) from error
    if not 200 <= status <= 599:
        raise MalformedAnswerError(f"statusCode {status} is not a final status")
    body = _decoded_body(answer)
    if body and "content-type" not in {name.lower() for name, _ in headers}:
        headers.append(("content-type", _DEFAULT_CONTENT_TYPE))
    return Response(status, (*headers, *cookies), body)


def is_text(content_type: str) -> bool:
    """Return whether API Gateway passes a body of this type as text."""
    media_type = content_type.partition(";")[0].strip().lower()
    return media_type.startswith("text/") or media_type in _TEXT_TYPES


def _encoded_body(request: Request) -> tuple[str, bool]:
    if is_text(request.header("content-type") or ""):
        try:
            return request.body.decode(), False
        except UnicodeDecodeError:
            # JSON cannot carry it as text, so it is encoded in base64.
            pass
    return base64.b64encode(request.body).decode(), True


def _decoded_body(answer: Mapping[str, Any]) -> bytes:
    body = answer.get("body")
    if body is None:
        return b""
    if not isinstance(body, str):
        raise MalformedAnswerError(f"body is a {type(body).__name__}, not a string")
    if not answer.get("isBase64Encoded"):
        return body.encode()
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error as error:
        raise MalformedAnswerError("body is not base64") from error


def _header_value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        return str(value)
    raise TypeError(f"a header's value is a {type(value).__name__}")


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in pairs:
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined
