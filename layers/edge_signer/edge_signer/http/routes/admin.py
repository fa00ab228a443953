"""The routes of /admin: authenticate the operator, make an audited change, answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2
from aws_lambda_powertools.utilities.typing import LambdaContext

from edge_signer.administration import errors as administration
from edge_signer.administration.audit_trail import Caller, DoneChange
from edge_signer.administration.wiring import Administration
from edge_signer.configuration.flags import FlagError
from edge_signer.http import errors as wire
from edge_signer.http.admin_token import AdminTokens
from edge_signer.http.answers import AnswerBody
from edge_signer.http.application import json_answer
from edge_signer.http.errors import NotFoundError, UnauthenticatedError
from edge_signer.http.received import received_request, require_media_type
from edge_signer.http.route import JSON, JSON_ERRORS, Endpoint, Route
from edge_signer.http.routes.admin_models import (
    AdminRequest,
    BreakerAnswer,
    BreakerReset,
    ChangedAnswer,
    Chaos,
    EmergencyShutdown,
    FlagUpdate,
    UsageClear,
    flag_request,
)
from edge_signer.platform.errors import (
    EdgeSignerError,
    InvalidRequestError,
    StoreUnavailableError,
)
from edge_signer.telemetry.request_record import RequestRecord

Change = Callable[[Caller, bytes], DoneChange]

_OPERATOR_ERRORS: tuple[type[EdgeSignerError], ...] = (
    UnauthenticatedError,
    InvalidRequestError,
    StoreUnavailableError,
    wire.InternalError,
)


def _change(
    path: str, summary: str, body: type[AdminRequest], *errors: type[EdgeSignerError]
) -> Route:
    return Route(
        "POST",
        path,
        operation_id=f"admin{path.rpartition('/')[2].title().replace('-', '')}",
        summary=summary,
        body=body,
        media_types=(JSON,),
        answers=(ChangedAnswer,),
        errors=(*_OPERATOR_ERRORS, *JSON_ERRORS, *errors),
    )


FLAGS = _change("/admin/flags", "Change a flag", FlagUpdate, administration.ConcurrentChangeError)
BREAKER = _change("/admin/circuit-breaker", "Reset the circuit breaker", BreakerReset)
USAGE = _change("/admin/rate-limiter", "Clear a tenant's usage", UsageClear, NotFoundError)
CHAOS = _change("/admin/chaos", "Begin or end chaos", Chaos, administration.ChaosNotAllowedError)
BREAKER_STATUS = Route(
    "GET",
    "/admin/circuit-breaker/status",
    operation_id="adminCircuitBreakerStatus",
    summary="Read the circuit breaker's state",
    answers=(BreakerAnswer,),
    errors=_OPERATOR_ERRORS,
)


class AdminEndpoints:
    """Answers the routes of /admin.

    Args:
        tokens: Authenticates operators.
        administration: Makes the changes.
    """

    def __init__(self, tokens: AdminTokens, administration: Administration) -> None:
        self._tokens = tokens
        self._administration = administration

    def routes(self) -> dict[Route, Endpoint]:
        """Return the table of routes."""
        return {
            FLAGS: partial(self._changed, self._change_flag),
            BREAKER: partial(self._changed, self._reset_breaker),
            USAGE: partial(self._changed, self._clear_usage),
            CHAOS: partial(self._changed, self._change_chaos),
            BREAKER_STATUS: self._breaker_status,
        }

    def _changed(
        self,
        change: Change,
        event: APIGatewayProxyEventV2,
        record: RequestRecord,
        _: LambdaContext,
    ) -> Response[str]:
        """Authenticate, validate, record, change, answer."""
        operator = self._operator(event, record)
        require_media_type(event.headers, (JSON,))
        body = received_request(event).body
        record.payload_size = len(body)
        with record.stopwatch.step("change"):
            done = change(Caller(operator, record.request_id), body)
        record.audit_key = done.audit_key
        record.counts["admin_change"] += 1
        return _answer(ChangedAnswer.of(done, operator), record)

    def _breaker_status(
        self, event: APIGatewayProxyEventV2, record: RequestRecord, _: LambdaContext
    ) -> Response[str]:
        self._operator(event, record)
        return _answer(BreakerAnswer.of(self._administration.breaker.status()), record)

    def _operator(self, event: APIGatewayProxyEventV2, record: RequestRecord) -> str:
        with record.stopwatch.step("authenticate"):
            try:
                record.operator = operator = self._tokens.require(event.headers)
            except UnauthenticatedError:
                record.counts["admin_unauthenticated"] += 1
                raise
        if event.query_string_parameters:
            raise InvalidRequestError("This route takes no query parameters.")
        return operator

    def _change_flag(self, caller: Caller, body: bytes) -> DoneChange:
        asked, flags = flag_request(body), self._administration.flags
        if isinstance(asked, EmergencyShutdown):
            return flags.shut_down(caller, asked.service)
        try:
            if asked.tenant_id is None:
                return flags.set_value(caller, asked.flag, asked.value)
            return flags.set_for_tenant(caller, asked.flag, asked.tenant_id, asked.value is True)
        except FlagError as refused:
            raise InvalidRequestError(str(refused)) from None

    def _reset_breaker(self, caller: Caller, body: bytes) -> DoneChange:
        BreakerReset.from_body(body)
        return self._administration.breaker.reset(caller)

    def _clear_usage(self, caller: Caller, body: bytes) -> DoneChange:
        tenant_id = UsageClear.from_body(body).tenant_id
        done = self._administration.usage.clear(caller, tenant_id)
        if done is None:
            raise NotFoundError("tenant_id: this tenant has used none of its limits.")
        return done

    def _change_chaos(self, caller: Caller, body: bytes) -> DoneChange:
        order = Chaos.from_body(body).order(time.time())
        return self._administration.chaos.put(caller, order)


def _answer(body: AnswerBody, record: RequestRecord) -> Response[str]:
    headers = {"X-Request-ID": record.request_id, "Cache-Control": "no-store"}
    return json_answer(HTTPStatus.OK, body, headers)
