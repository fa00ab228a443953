"""What a handler ends in: a table of routes, and an answer in our shape for all else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError as NoRouteError

from edge_signer.http.answers import error_answer
from edge_signer.http.cross_origin import CrossOrigin
from edge_signer.http.errors import InternalError, MethodNotAllowedError, NotFoundError
from edge_signer.http.request_id import request_id_of
from edge_signer.platform.errors import EdgeSignerError
from edge_signer.telemetry.request_record import RequestRecord, trace_id_of
from edge_signer.telemetry.telemetry import Telemetry

#: Takes the event, its record, Lambda's context and, by name, the values of the path's variables.
Endpoint = Callable[..., Response[str]]

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


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


def application(
    routes: Sequence[Route],
    telemetry: Telemetry,
    cross_origin: CrossOrigin | None,
    nothing_here: str = "There is nothing here.",
) -> APIGatewayHttpResolver:
    """Give the resolver.

    Args:
        routes: All that the function answers.
        telemetry: Told of every request.
        cross_origin: Says which web pages may read the answers; None where none may, nor may ask.
        nothing_here: What is said where no route leads.
    """
    app = APIGatewayHttpResolver()

    def record() -> RequestRecord:
        if "record" not in app.context:
            headers = app.current_event.headers
            app.context["record"] = RequestRecord(request_id_of(headers), trace_id_of(headers))
        kept: RequestRecord = app.context["record"]
        return kept

    def answered(response: Response[str], error: Exception | None = None) -> Response[str]:
        if cross_origin is not None:
            origin = app.current_event.headers.get("origin")
            response.headers.update(cross_origin.answer_headers(origin))
        telemetry.report(record(), response.status_code, error)
        return response

    def refused(error: EdgeSignerError) -> Response[str]:
        return answered(error_answer(error, record().request_id), error)

    def failed(failure: Exception) -> Response[str]:
        told = InternalError("Something failed on our side.")
        return answered(error_answer(told, record().request_id), failure)

    def preflight(asked: CrossOrigin, allowed: Sequence[str]) -> Response[str]:
        headers = {"Allow": ", ".join(allowed), "X-Request-ID": record().request_id}
        headers |= asked.preflight_headers(app.current_event.headers.get("origin"), allowed)
        response: Response[str] = Response(status_code=HTTPStatus.NO_CONTENT, headers=headers)
        telemetry.report(record(), HTTPStatus.NO_CONTENT)
        return response

    def serve(route: Route) -> None:
        allowed = (*route.endpoints, *(() if cross_origin is None else ("OPTIONS",)))

        @app.route(route.pattern, method=_METHODS)
        def answer(**variables: Any) -> Response[str]:
            event = app.current_event
            if event.path != route.path.format(**variables):
                # The pattern of a route lets a line feed follow it.
                raise NotFoundError(nothing_here)
            method = event.http_method
            if method == "OPTIONS" and cross_origin is not None:
                return preflight(cross_origin, allowed)
            if method not in route.endpoints:
                taken = " and ".join(route.endpoints)
                raise MethodNotAllowedError(f"{route.path} takes {taken}.", allowed=allowed)
            record().route = f"{method} {route.path}"
            endpoint = route.endpoints[method]
            return answered(endpoint(event, record(), app.lambda_context, **variables))

    for route in routes:
        serve(route)

    @app.not_found
    def no_route(_: NoRouteError) -> Response[str]:
        return refused(NotFoundError(nothing_here))

    app.exception_handler(EdgeSignerError)(refused)
    app.exception_handler(Exception)(failed)
    return app
