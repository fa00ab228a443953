"""The resolver of the sign function: one route, and an answer in our shape for all else."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError as NoRouteError
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2
from aws_lambda_powertools.utilities.typing import LambdaContext

from edge_signer.http.answers import error_answer, request_id_of
from edge_signer.http.cross_origin import ALLOWED_METHODS, CrossOrigin
from edge_signer.http.errors import InternalError, MethodNotAllowedError, NotFoundError
from edge_signer.platform.errors import EdgeSignerError
from edge_signer.platform.request_record import RequestRecord, trace_id_of
from edge_signer.platform.telemetry import Telemetry

Endpoint = Callable[[APIGatewayProxyEventV2, RequestRecord, LambdaContext], Response[str]]

PATH = "/edge-sign"


def edge_sign_application(
    endpoint: Endpoint, cross_origin: CrossOrigin, telemetry: Telemetry
) -> APIGatewayHttpResolver:
    """Give the resolver that a handler ends in.

    Args:
        endpoint: Answers POST /edge-sign.
        cross_origin: Says which web pages may read the answers.
        telemetry: Told of every request.
    """
    app = APIGatewayHttpResolver()

    def record() -> RequestRecord:
        if "record" not in app.context:
            headers = app.current_event.headers
            app.context["record"] = RequestRecord(request_id_of(headers), trace_id_of(headers))
        kept: RequestRecord = app.context["record"]
        return kept

    def answered(response: Response[str], error: Exception | None = None) -> Response[str]:
        origin = app.current_event.headers.get("origin")
        response.headers.update(cross_origin.answer_headers(origin))
        telemetry.report(record(), response.status_code, error)
        return response

    def refused(error: EdgeSignerError) -> Response[str]:
        return answered(error_answer(error, record().request_id), error)

    def failed(failure: Exception) -> Response[str]:
        told = InternalError("Something failed on our side.")
        return answered(error_answer(told, record().request_id), failure)

    @app.post(PATH)
    def sign() -> Response[str]:
        event = app.current_event
        if event.path != PATH:
            # The pattern of a route lets a line feed follow it.
            raise _nothing_here()
        record().route = f"POST {PATH}"
        return answered(endpoint(event, record(), app.lambda_context))

    @app.route(PATH, method=["OPTIONS"])
    def preflight() -> Response[str]:
        headers = {"Allow": ", ".join(ALLOWED_METHODS), "X-Request-ID": record().request_id}
        headers |= cross_origin.preflight_headers(app.current_event.headers.get("origin"))
        response: Response[str] = Response(status_code=HTTPStatus.NO_CONTENT, headers=headers)
        telemetry.report(record(), HTTPStatus.NO_CONTENT)
        return response

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
