"""Answers as Powertools' resolver takes them."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping

from aws_lambda_powertools.event_handler import Response, content_types

from edge_signer.http.answer_models import AnswerBody
from edge_signer.http.catalogue import STATUS, error_body, error_headers
from edge_signer.platform.errors import EdgeSignerError

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def json_answer(status: int, body: AnswerBody, headers: Mapping[str, str]) -> Response[str]:
    """An answer with a JSON body."""
    return Response(
        status_code=status,
        content_type=content_types.APPLICATION_JSON,
        body=body.to_json(),
        headers=dict(headers),
    )


def error_answer(error: EdgeSignerError, request_id: str) -> Response[str]:
    """The answer to a request that was refused or that failed."""
    headers = {"X-Request-ID": request_id, "Cache-Control": "no-store", **error_headers(error)}
    return json_answer(STATUS[type(error)], error_body(error), headers)


def request_id_of(headers: Mapping[str, str]) -> str:
    """The client's `X-Request-ID` where it is a UUID, else a new one."""
    given = headers.get("x-request-id", "")
    return given if _UUID.fullmatch(given) else str(uuid.uuid4())
