"""The HTTP API in front of the functions, with API Gateway's own error responses."""

import json
import re
import secrets
import time
from base64 import b64encode
from dataclasses import replace
from uuid import uuid4

from emulator.functions.runtime import LambdaRuntime, ThrottledError
from emulator.functions.worker import Invocation, Outcome
from emulator.gateway.api import Api, Throttle
from emulator.gateway.event import Arrival, MalformedAnswerError, event_of, response_of
from emulator.gateway.fair_turns import FairTurns
from emulator.http.message import Request, Response, json_response

MAX_BODY_BYTES = 10 * 1024 * 1024
_MAX_PAYLOAD_BYTES = 6 * 1024 * 1024
# API Gateway gives up on a function then.
_PATIENCE_S = 29.0
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
# It is passed on as a header of the Runtime API.
_TRACE_ID = re.compile(r"(Root|Self|Parent|Sampled|Lineage)=[\x21-\x7e]{1,200}")
_NOT_FOUND = json_response(404, b'{"message":"Not Found"}')
_TOO_LARGE = json_response(413, b'{"message":"Request Entity Too Large"}')
_TOO_MANY = json_response(429, b'{"message":"Too Many Requests"}')
_UNAVAILABLE = json_response(503, b'{"message":"Service Unavailable"}')
_FAILED = b'{"message":"Internal Server Error","error":"Internal error","code":"INTERNAL"}'


class ApiGateway:
    """Passes requests to functions and returns their responses.

    The response to a failed function has status 500. On AWS its body has only `message`; this one
    also has `error`, `code` and an X-Request-ID, the usual form of errors in this system.
    A time-out and a throttle are 503 as on AWS.
    """

    def __init__(self, api: Api, runtime: LambdaRuntime, throttle: Throttle) -> None:
        self._api = api
        self._runtime = runtime
        self._throttle = throttle
        self._turns = FairTurns()

    async def handle(self, request: Request) -> Response:
        """Answer one request."""
        request_id = b64encode(secrets.token_bytes(11)).decode()
        response = await self._answer(request, request_id)
        return replace(response, headers=(*response.headers, ("apigw-requestid", request_id)))

    async def _answer(self, request: Request, request_id: str) -> Response:
        found = self._api.find(request.method, request.path)
        if found is None:
            return _NOT_FOUND
        route, path_parameters = found
        if not self._throttle.lets_through(route.key):
            return _TOO_MANY
        given = request.header("x-amzn-trace-id") or ""
        new = f"Root=1-{int(time.time()):08x}-{secrets.token_hex(12)}"
        trace_id = given if _TRACE_ID.fullmatch(given) else new
        arrival = Arrival(
            request, route.key, path_parameters, self._api.api_id, request_id, trace_id
        )
        payload = json.dumps(event_of(arrival)).encode()
        if len(payload) > _MAX_PAYLOAD_BYTES:
            return _TOO_LARGE
        invocation = Invocation(payload, trace_id, str(uuid4()))
        try:
            async with self._turns.turn(request.header("authorization") or "", _PATIENCE_S):
                outcome = await self._runtime.invoke(route.function_arn, invocation)
        except (ThrottledError, TimeoutError):
            return _UNAVAILABLE
        return _response(outcome, request)


def _response(outcome: Outcome, request: Request) -> Response:
    if outcome.timed_out:
        return _UNAVAILABLE
    if not outcome.error and len(outcome.payload) <= _MAX_PAYLOAD_BYTES:
        try:
            return response_of(outcome.payload)
        except MalformedAnswerError:
            pass
    return json_response(500, _FAILED, (("X-Request-ID", _request_id(request)),))


def _request_id(request: Request) -> str:
    """Return the client's id if it is a UUID, else a new one."""
    given = request.header("x-request-id") or ""
    return given if _UUID.fullmatch(given) else str(uuid4())
