"""Answers as Powertools' resolver takes them."""

from __future__ import annotations

from collections.abc import Mapping

from aws_lambda_powertools.event_handler import Response, content_types

from edge_signer.http.answer_models import AnswerBody
from edge_signer.http.catalogue import STATUS, error_body, error_headers
from edge_signer.platform.errors import EdgeSignerError


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
