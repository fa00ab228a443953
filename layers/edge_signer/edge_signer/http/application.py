"""The resolver of a function: a table of routes, and answers in our format for everything else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response, content_types
from aws_lambda_powertools.event_handler.exceptions import NotFoundError as NoRouteError

from edge_signer.http.answers import AnswerBody
from edge_signer.http.catalogue import STATUS, error_body, error_headers
from edge_signer.http.cross_origin import CrossOrigin
from edge_signer.http.errors import InternalError, MethodNotAllowedError, NotFoundError
from edge_signer.http.received import request_id_of
from edge_signer.http.route import Endpoint, Route
from edge_signer.platform.errors import EdgeSignerError
from edge_signer.telemetry.request_record import RequestRecord, Stopwatch, trace_id_of
from edge_signer.telemetry.telemetry import Telemetry

_GREEDY = re.compile(r"(.*)\{(\w+)\+\}")
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


class Application:
    """Answers the events of an HTTP API.

    Args:
        endpoints: What answers each route.
        telemetry: Reports every request.
        cross_origin: Decides which web pages may read the answers; None disables CORS.
        nothing_here: Message of the 404 response.
    """

    def __init__(
        self,
        endpoints: Mapping[Route, Endpoint],
        telemetry: Telemetry,
        cross_origin: CrossOrigin | None,
        nothing_here: str = "There is nothing here.",
    ) -> None:
        self._telemetry = telemetry
        self._cross_origin = cross_origin
        self._nothing_here = nothing_here
        self._resolver = APIGatewayHttpResolver()
        for path in dict.fromkeys(route.path for route in endpoints):
            self._serve({one.method: one for one in endpoints if one.path == path}, endpoints)
        self._resolver.not_found(self._no_route)
        self._resolver.exception_handler(EdgeSignerError)(self._refused)
        self._resolver.exception_handler(Exception)(self._failed)

    def resolve(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        """Answer an event (payload format 2.0)."""
        return self._resolver.resolve(event, context)

    def _serve(self, routes: Mapping[str, Route], endpoints: Mapping[Route, Endpoint]) -> None:
        """Register the routes of one path, by method."""
        path = next(iter(routes.values())).path
        allowed = (*routes, *(() if self._cross_origin is None else ("OPTIONS",)))

        # Powertools has no variable that takes slashes; such a one ends a path here.
        greedy = _GREEDY.fullmatch(path)
        begin, name = greedy.groups() if greedy else (path, "")
        rule = f"{begin}.+" if greedy else path.replace("{", "<").replace("}", ">")

        # The variables of another path may stand for this one: /jobs/{job_id} for /jobs/batch.
        others = {one.method for one in endpoints if _covers(one.path, path)}
        methods = [one for one in _METHODS if one in routes or one not in others]

        @self._resolver.route(rule, method=methods)
        def answer(**variables: Any) -> Response[Any]:
            event = self._resolver.current_event
            if name:
                variables[name] = event.path.removeprefix(begin)
            elif event.path != path.format(**variables):
                # Powertools' pattern also matches a path with a line feed at its end.
                raise NotFoundError(self._nothing_here)
            method = event.http_method
            if method == "OPTIONS" and self._cross_origin is not None:
                return self._preflight(self._cross_origin, allowed)
            if method not in routes:
                taken = " and ".join(routes)
                raise MethodNotAllowedError(f"{path} takes {taken}.", allowed=allowed)
            record = self._record()
            record.route = routes[method].key
            endpoint = endpoints[routes[method]]
            return self._answered(
                endpoint(event, record, self._resolver.lambda_context, **variables)
            )

    def _record(self) -> RequestRecord:
        context = self._resolver.context
        if "record" not in context:
            headers = self._resolver.current_event.headers
            context["record"] = RequestRecord(request_id_of(headers), trace_id_of(headers))
        record: RequestRecord = context["record"]
        return record

    def _answered(self, response: Response[Any], error: Exception | None = None) -> Response[Any]:
        if self._cross_origin is not None:
            origin = self._resolver.current_event.headers.get("origin")
            response.headers.update(self._cross_origin.answer_headers(origin))
        self._telemetry.report(self._record(), response.status_code, error)
        return response

    def _preflight(self, asked: CrossOrigin, allowed: tuple[str, ...]) -> Response[str]:
        record = self._record()
        origin = self._resolver.current_event.headers.get("origin")
        headers = {"Allow": ", ".join(allowed), "X-Request-ID": record.request_id}
        headers |= asked.preflight_headers(origin, allowed)
        self._telemetry.report(record, HTTPStatus.NO_CONTENT)
        return Response(status_code=HTTPStatus.NO_CONTENT, headers=headers)

    def _no_route(self, _: NoRouteError) -> Response[str]:
        return self._refused(NotFoundError(self._nothing_here))

    def _refused(self, error: EdgeSignerError) -> Response[str]:
        return self._error(error, error)

    def _failed(self, failure: Exception) -> Response[str]:
        return self._error(InternalError("Something failed on our side."), failure)

    def _error(self, error: EdgeSignerError, cause: Exception) -> Response[str]:
        """Answer with an error, and report what caused it."""
        headers = {
            "X-Request-ID": self._record().request_id,
            "Cache-Control": "no-store",
            **error_headers(error),
        }
        return self._answered(json_answer(STATUS[type(error)], error_body(error), headers), cause)


def _covers(template: str, path: str) -> bool:
    pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template))
    return template != path and re.fullmatch(pattern, path) is not None


def json_answer(status: int, body: AnswerBody, headers: Mapping[str, str]) -> Response[str]:
    """Return an answer with a JSON body."""
    return Response(
        status_code=status,
        content_type=content_types.APPLICATION_JSON,
        body=body.to_json(),
        headers=dict(headers),
    )


def server_timing(stopwatch: Stopwatch) -> str:
    """Return the steps and their total as browsers' tools show them (W3C Server Timing)."""
    steps_ms = {**stopwatch.steps_ms, "total": stopwatch.total_ms}
    return ", ".join(f"{name};dur={elapsed_ms:.3f}" for name, elapsed_ms in steps_ms.items())
