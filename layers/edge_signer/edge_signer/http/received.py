"""Requests as Lambda hands them over."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Collection, Mapping

from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

from edge_signer.http.errors import UnsupportedMediaTypeError
from edge_signer.http.request_signature import ReceivedRequest
from edge_signer.platform.errors import InvalidRequestError

_CHARSET = re.compile(r"""\bcharset\s*=\s*["']?([^\s;"']+)""", re.IGNORECASE)


def received_request(event: APIGatewayProxyEventV2) -> ReceivedRequest:
    """Give a request as it came, of which nothing has been parsed.

    Raises:
        InvalidRequestError: Its body is not what the event says that it is.
    """
    query = event.raw_query_string
    return ReceivedRequest(
        headers=event.headers,
        method=event.http_method,
        target=f"{event.raw_path}?{query}" if query else event.raw_path,
        body=_raw_body(event),
    )


def require_media_type(headers: Mapping[str, str], allowed: Collection[str]) -> None:
    """Refuse a body that is declared as something else, compressed or in another charset.

    API Gateway passes a compressed body through as it is (RFC 9110 §8.4, §15.5.16).

    Args:
        headers: With names in lower case.
        allowed: Media types; the first is the one to recommend.

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
            f"Send the body as it is, without Content-Encoding: {coding[:32]}."
        )


def _raw_body(event: APIGatewayProxyEventV2) -> bytes:
    body = event.body or ""
    if not event.is_base64_encoded:
        return body.encode()
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidRequestError("The body is not the base64 that the event says it is.") from None
