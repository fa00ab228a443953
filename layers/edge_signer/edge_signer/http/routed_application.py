"""A resolver for a table of routes; all else is answered in our shape too."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError as NoRouteError

from edge_signer.http.answers import error_answer, request_id_of
from edge_signer.http.cross_origin import CrossOrigin
from edge_signer.http.errors import InternalError, MethodNotAllowedError, NotFoundError
from edge_signer.platform.errors import EdgeSignerError
from edge_signer.platform.request_record import RequestRecord, trace_id_of
from edge_signer.platform.telemetry import Telemetry

#: Takes the event, its record and the values of the path's variables.
Endpoint = Callable[..., Response[str]]

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]


@dataclass(frozen=True)
class Route:
    """A path and what answers there.

    Attributes:
        path: With its variables, such as /jobs/{job_id}.
        endpoints: By method.
    """

    path: str
    endpoints: Mapping[str, Endpoint]

    @property
    def pattern(self) -> str:
        """The path as Powertools writes it."""
        return self.path.replace("{", "<").replace("}", ">")

    @property
    def allowed(self) -> tuple[str, ...]:
        """The methods, OPTIONS among them."""
        return (*self.endpoints, "OPTIONS")


def routed_application(
    routes: Sequence[Route], cross_origin: CrossOrigin, telemetry: Telemetry
) -> APIGatewayHttpResolver:
    """Give the resolver that a handler ends in.

    Args:
        routes: All that the function answers.
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

    def preflight(route: Route) -> Response[str]:
        headers = {"Allow": ", ".join(route.allowed), "X-Request-ID": record().request_id}
        origin = app.current_event.headers.get("origin")
        headers |= cross_origin.preflight_headers(origin, route.allowed)
        response: Response[str] = Response(status_code=HTTPStatus.NO_CONTENT, headers=headers)
        telemetry.report(record(), HTTPStatus.NO_CONTENT)
        return response

    def serve(route: Route) -> None:
        @app.route(route.pattern, method=[*_METHODS, "OPTIONS"])
        def answer(**variables: Any) -> Response[str]:
            event = app.current_event
            if event.path != route.path.format(**variables):
                # The pattern of a route lets a line feed follow it.
                raise _nothing_here()
            method = event.http_method
            if method == "OPTIONS":
                return preflight(route)
            if method not in route.endpoints:
                allowed = route.allowed
                raise MethodNotAllowedError(
                    f"{route.path} takes {' and '.join(route.endpoints)}.", allowed=allowed
                )
            record().route = f"{method} {route.path}"
            return answered(route.endpoints[method](event, record(), **variables))

    for route in routes:
        serve(route)

    @app.not_found
    def no_route(_: NoRouteError) -> Response[str]:
        return refused(_nothing_here())

    app.exception_handler(EdgeSignerError)(refused)
    app.exception_handler(Exception)(failed)
    return app


def _nothing_here() -> NotFoundError:
    return NotFoundError("There is nothing here.")
