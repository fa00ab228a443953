"""The resolver of the sign function: one route, and an answer in our shape for all else."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError as NoRouteError
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2
from aws_lambda_powertools.utilities.typing import LambdaContext

from edge_signer.http.answers import error_answer, request_id_of
from edge_signer.http.catalogue import STATUS
from edge_signer.http.cross_origin import ALLOWED_METHODS, CrossOrigin
from edge_signer.http.errors import (
    InternalError,
    MethodNotAllowedError,
    NotFoundError,
    SignerDisabledError,
)
from edge_signer.platform.errors import EdgeSignerError

Endpoint = Callable[[APIGatewayProxyEventV2, str, LambdaContext], Response[str]]

PATH = "/edge-sign"


def edge_sign_application(
    endpoint: Endpoint, cross_origin: CrossOrigin, logger: Logger
) -> APIGatewayHttpResolver:
    """Give the resolver that a handler ends in.

    Args:
        endpoint: Answers POST /edge-sign.
        cross_origin: Says which web pages may read the answers.
        logger: Told of failures that are ours.
    """
    app = APIGatewayHttpResolver()

    def answered(response: Response[str]) -> Response[str]:
        origin = app.current_event.headers.get("origin")
        response.headers.update(cross_origin.answer_headers(origin))
        return response

    def refused(error: EdgeSignerError) -> Response[str]:
        request_id = request_id_of(app.current_event.headers)
        is_ours = STATUS[type(error)] >= HTTPStatus.INTERNAL_SERVER_ERROR
        # What the operator wants is no failure, and under load it would drown the log.
        if is_ours and not isinstance(error, SignerDisabledError):
            logger.error(error.code, request_id=request_id, exc_info=error)
        return answered(error_answer(error, request_id))

    def failed(failure: Exception) -> Response[str]:
        request_id = request_id_of(app.current_event.headers)
        logger.error(InternalError.code, request_id=request_id, exc_info=failure)
        return answered(error_answer(InternalError("Something failed on our side."), request_id))

    @app.post(PATH)
    def sign() -> Response[str]:
        event = app.current_event
        if event.path != PATH:
            # The pattern of a route lets a line feed follow it.
            raise _nothing_here()
        return answered(endpoint(event, request_id_of(event.headers), app.lambda_context))

    @app.route(PATH, method=["OPTIONS"])
    def preflight() -> Response[str]:
        headers = app.current_event.headers
        allowed = {"Allow": ", ".join(ALLOWED_METHODS), "X-Request-ID": request_id_of(headers)}
        return Response(
            status_code=HTTPStatus.NO_CONTENT,
            headers={**allowed, **cross_origin.preflight_headers(headers.get("origin"))},
        )

    @app.route(PATH, method=["GET", "HEAD", "PUT", "PATCH", "DELETE"])
    def wrong_method() -> Response[str]:
        raise MethodNotAllowedError(f"{PATH} takes POST.", allowed=ALLOWED_METHODS)

    @app.not_found
    def no_route(_: NoRouteError) -> Response[str]:
        return refused(_nothing_here())

    app.exception_handler(EdgeSignerError)(refused)
    app.exception_handler(Exception)(failed)
    return app


def _nothing_here() -> NotFoundError:
    return NotFoundError(f"There is nothing here; manifests are signed at POST {PATH}.")
