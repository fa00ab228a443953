"""Invoke of Lambda's own API, for functions that call other functions.

Follows the Lambda API reference (Invoke); errors have the form of its protocol, REST with JSON.
"""

import json
import re
from collections.abc import Iterable
from urllib.parse import unquote
from uuid import uuid4

from emulator.aws.service_call import lambda_error
from emulator.functions.function import Function
from emulator.functions.runtime import LambdaRuntime, ThrottledError
from emulator.functions.worker import Invocation, Outcome
from emulator.http.message import Request, Response, json_response

_INVOCATIONS = re.compile(r"/2015-03-31/functions/([^/]+)/invocations")
# A name, or an ARN, whole or from the account on, with a version or an alias.
_FUNCTION = re.compile(
    r"(?:(?:arn:aws:lambda:[a-z0-9-]+:)?[0-9]{12}:function:)?([\w-]+)(:[\w$-]+)?"
)
_MAX_PAYLOAD_BYTES = 6 * 1024 * 1024


class InvokeApi:
    """Answers Invoke, type RequestResponse.

    Args:
        functions: The functions of the stack.
        runtime: Runs them; API Gateway uses the same workers.
    """

    def __init__(self, functions: Iterable[Function], runtime: LambdaRuntime) -> None:
        self._arns = {function.name: function.arn for function in functions}
        self._runtime = runtime

    async def handle(self, request: Request) -> Response:
        """Answer one request."""
        found = _INVOCATIONS.fullmatch(request.path)
        named = _FUNCTION.fullmatch(unquote(found[1])) if found else None
        arn = self._arns.get(named[1]) if named else None
        if request.method != "POST" or arn is None:
            return lambda_error(404, "ResourceNotFoundException", "Function not found")
        if (request.header("x-amz-invocation-type") or "RequestResponse") != "RequestResponse":
            return lambda_error(
                400, "InvalidParameterValueException", "The emulator invokes synchronously only."
            )
        if len(request.body) > _MAX_PAYLOAD_BYTES:
            return lambda_error(413, "RequestTooLargeException", "The payload is too large.")
        payload = request.body or b"{}"
        try:
            json.loads(payload)
        except ValueError:
            return lambda_error(400, "InvalidRequestContentException", "The payload is not JSON.")
        request_id = str(uuid4())
        trace_id = request.header("x-amzn-trace-id") or f"Root={uuid4().hex}"
        try:
            outcome = await self._runtime.invoke(arn, Invocation(payload, trace_id, request_id))
        except ThrottledError:
            return lambda_error(429, "TooManyRequestsException", "Rate Exceeded.")
        return _answer(outcome, request_id)


def _answer(outcome: Outcome, request_id: str) -> Response:
    headers = (("x-amz-executed-version", "$LATEST"), ("x-amzn-requestid", request_id))
    if not outcome.error:
        return json_response(200, outcome.payload, headers)
    kind, _, message = outcome.error.partition(": ")
    document = outcome.payload or json.dumps({"errorType": kind, "errorMessage": message}).encode()
    return json_response(200, document, (*headers, ("x-amz-function-error", "Unhandled")))
