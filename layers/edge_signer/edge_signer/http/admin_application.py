"""The resolver of the admin function: its routes, and an answer in our shape for all else."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError as NoRouteError

from edge_signer.http.admin import AdminEndpoints, Route
from edge_signer.http.answers import error_answer, json_answer, request_id_of
from edge_signer.http.errors import InternalError, MethodNotAllowedError, NotFoundError
from edge_signer.platform.errors import EdgeSignerError
from edge_signer.platform.request_record import RequestRecord, trace_id_of
from edge_signer.platform.telemetry import Telemetry

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def admin_application(endpoints: AdminEndpoints, telemetry: Telemetry) -> APIGatewayHttpResolver:
    """Give the resolver that a handler ends in; no web page may read its answers.

    Args:
        endpoints: Answer the routes.
        telemetry: Told of every request.
    """
    app = APIGatewayHttpResolver()

    def record() -> RequestRecord:
        if "record" not in app.context:
            headers = app.current_event.headers
            app.context["record"] = RequestRecord(request_id_of(headers), trace_id_of(headers))
        kept: RequestRecord = app.context["record"]
        return kept

    def refused(error: EdgeSignerError) -> Response[str]:
        answer = error_answer(error, record().request_id)
        telemetry.report(record(), answer.status_code, error)
        return answer

    def failed(failure: Exception) -> Response[str]:
        told = error_answer(InternalError("Something failed on our side."), record().request_id)
        telemetry.report(record(), told.status_code, failure)
        return told

    def answering(route: Route) -> Callable[[], Response[str]]:
        def answer() -> Response[str]:
            if app.current_event.path != route.path:
                # The pattern of a route lets a line feed follow it.
                raise _nothing_here()
            record().route = f"{route.method} {route.path}"
            body = endpoints(route, app.current_event, record())
            telemetry.report(record(), HTTPStatus.OK)
            headers = {"X-Request-ID": record().request_id, "Cache-Control": "no-store"}
            return json_answer(HTTPStatus.OK, body, headers)

        return answer

    def refusing(route: Route) -> Callable[[], Response[str]]:
        def refuse() -> Response[str]:
            told = f"{route.path} takes {route.method}."
            raise MethodNotAllowedError(told, allowed=(route.method,))

        return refuse

    for route in endpoints.routes:
        app.route(route.path, method=[route.method])(answering(route))
        app.route(route.path, method=[one for one in _METHODS if one != route.method])(
            refusing(route)
        )

    @app.not_found
    def no_route(_: NoRouteError) -> Response[str]:
        return refused(_nothing_here())

    app.exception_handler(EdgeSignerError)(refused)
    app.exception_handler(Exception)(failed)
    return app


def _nothing_here() -> NotFoundError:
    return NotFoundError("There is nothing here.")
