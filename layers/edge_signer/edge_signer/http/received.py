"""Requests as Lambda delivers them, and the identifier that a request and its log line share."""

from __future__ import annotations

import base64
import binascii
import re
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edge_signer.http.errors import UnsupportedMediaTypeError
from edge_signer.platform.errors import InvalidRequestError

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_CHARSET = re.compile(r"""\bcharset\s*=\s*["']?([^\s;"']+)""", re.IGNORECASE)
_SWITCH = {"0": False, "1": True}


@dataclass(frozen=True)
class ReceivedRequest:
    """A request as it arrived; nothing of it has been parsed.

    Attributes:
        headers: With names in lower case.
        method: For instance POST.
        target: The path, and if there is a query, `?` and the query as it was sent.
        body: Its bytes.
    """

    headers: Mapping[str, str]
    method: str
    target: str
    body: bytes


def request_id_of(headers: Mapping[str, str]) -> str:
    """Return the client's `X-Request-ID` if it is a UUID, else a new one."""
    given = headers.get("x-request-id", "")
    return given if _UUID.fullmatch(given) else str(uuid.uuid4())


def received_request(event: APIGatewayProxyEventV2) -> ReceivedRequest:
    """Read a request from its event.

    Raises:
        InvalidRequestError: The body is not base64 although the event says so.
    """
    query = event.raw_query_string
    return ReceivedRequest(
        headers=event.headers,
        method=event.http_method,
        target=f"{event.raw_path}?{query}" if query else event.raw_path,
        body=_raw_body(event),
    )


def switch_of(parameters: Mapping[str, str], name: str) -> bool:
    """Read the only query parameter that a route knows, 0 or 1; absent means 0.

    Raises:
        InvalidRequestError: It has another value, or there is another parameter: `?dryrun=1` must
            not sign.
    """
    unknown = sorted(parameters.keys() - {name})
    if unknown:
        raise InvalidRequestError(
            f"Unknown query parameter {unknown[0][:64]}. Known parameters: {name}."
        )
    value = parameters.get(name, "0")
    if value not in _SWITCH:
        raise InvalidRequestError(f"{name} must be 0 or 1")
    return _SWITCH[value]


def require_media_type(headers: Mapping[str, str], allowed: Collection[str]) -> None:
    """Refuse a body that is declared as another type, as compressed or in another charset.

    API Gateway passes a compressed body through unchanged (RFC 9110 §8.4, §15.5.16).

    Args:
        headers: With names in lower case.
        allowed: Media types; the error message recommends the first.

    Raises:
        UnsupportedMediaTypeError: It is.
    """
    media_type, _, parameters = headers.get("content-type", "").partition(";")
    if media_type.strip().lower() not in allowed:
        raise UnsupportedMediaTypeError(f"Send the header Content-Type: {next(iter(allowed))}.")
    charset = _CHARSET.search(parameters)
    if charset and charset[1].lower() not in ("utf-8", "utf8"):
        raise UnsupportedMediaTypeError(f"Send the body in UTF-8, not in {charset[1][:32]}.")
    coding = headers.get("content-encoding", "").strip().lower()
    if coding not in ("", "identity"):
        raise UnsupportedMediaTypeError(
            f"Send the body uncompressed, without Content-Encoding: {coding[:32]}."
        )


def _raw_body(event: APIGatewayProxyEventV2) -> bytes:
    body = event.body or ""
    if not event.is_base64_encoded:
        return body.encode()
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidRequestError("The event declares the body as base64, but it is not.") from None
