"""Makes the services slow, throttled or failing as rules say, with AWS's own errors."""

import base64
import json
import random
import threading
import time
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any, Literal, Self
from uuid import uuid4
from xml.sax.saxutils import escape

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from emulator.aws.service_call import INVOKE, ServiceCall, lambda_error
from emulator.http.message import Request, Response

Corruption = Literal["signature", "other_key", "malformed"]


def corrupted(how: Corruption, request: Request, response: Response) -> Response:
    """Replace the signature in an answer of kms.Sign; errors stay unchanged.

    Args:
        how: `signature` is well formed but does not verify, `other_key` is made by an uncertified
            key over the same message, and `malformed` is cut short.
        request: Of kms.Sign.
        response: The answer of KMS.
    """
    if response.status != 200:
        return response
    document = json.loads(response.body)
    signature = base64.b64decode(document["Signature"])
    if how == "malformed":
        signature = signature[:-1]
    elif how == "signature":
        # The last byte belongs to the number s, or to the whole signature, so the form stays valid.
        signature = signature[:-1] + bytes([signature[-1] ^ 1])
    else:
        signature = _anothers(json.loads(request.body))
    document["Signature"] = base64.b64encode(signature).decode()
    headers = tuple(one for one in response.headers if one[0].lower() != "content-length")
    return Response(response.status, headers, json.dumps(document).encode())


def _anothers(asked: dict[str, Any]) -> bytes:
    # Imported late: it imports all of moto.
    from emulator.aws.signing_keys import Signature

    algorithm = str(asked["SigningAlgorithm"])
    scheme = Signature(_key(algorithm), algorithm, asked.get("MessageType") == "DIGEST")
    return scheme.make(base64.b64decode(asked["Message"]))


def _key(algorithm: str) -> Any:
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    if algorithm.startswith("ECDSA"):
        curves = {"256": ec.SECP256R1(), "384": ec.SECP384R1(), "512": ec.SECP521R1()}
        return ec.generate_private_key(curves[algorithm[-3:]])
    if algorithm.startswith("RSA"):
        return rsa.generate_private_key(65537, 2048)
    return ed25519.Ed25519PrivateKey.generate()


class FaultRule(BaseModel):
    """One fault.

    Attributes:
        service: For instance kms, or * for every service.
        operation: For instance Sign, or * for every operation.
        region: Only calls for this region; None for every region.
        delay_ms: Wait this many milliseconds first.
        least_ms: Answer this many milliseconds after the request at the earliest. Unlike with
            delay_ms, the emulator's own time is part of it.
        status: Then answer with this status instead of calling the service.
        error_code: The error's code; it alone means status 400, 503 from S3, 500 from
            Lambda.
        message: The error's message.
        corrupt: Or call the service and replace the signature in its answer; only for kms.Sign.
        times: How often the rule applies; None for always.
        probability: The share of calls to which it applies, from 0 to 1.
    """

    model_config = ConfigDict(extra="forbid")

    service: str
    operation: str = "*"
    region: str | None = None
    delay_ms: float = Field(default=0, ge=0)
    least_ms: float = Field(default=0, ge=0)
    status: int | None = Field(default=None, ge=400, le=599)
    error_code: str | None = None
    message: str = "Injected by the emulator."
    corrupt: Corruption | None = None
    times: int | None = Field(default=None, ge=1)
    probability: float = Field(default=1, ge=0, le=1)

    @model_validator(mode="after")
    def _corrupts_signatures_alone(self) -> Self:
        if self.corrupt and ((self.service, self.operation) != ("kms", "Sign") or self.is_error):
            raise ValueError("corrupt is only for kms.Sign, and excludes an error")
        return self

    def concerns(self, call: ServiceCall) -> bool:
        """Return whether the rule applies to this call."""
        return (
            self.service in ("*", call.service)
            and self.operation in ("*", call.operation)
            and self.region in (None, call.region)
        )

    @property
    def is_error(self) -> bool:
        """Return whether the rule does more than delay."""
        return self.status is not None or self.error_code is not None


_RULES = TypeAdapter(list[FaultRule])


def parse_rules(text: bytes) -> list[FaultRule]:
    """Read a JSON list of rules.

    Raises:
        pydantic.ValidationError: The text is not such a list.
    """
    return _RULES.validate_json(text)


class Faults:
    """The rules in force; safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: list[FaultRule] = []

    def replace(self, rules: Sequence[FaultRule]) -> None:
        """Put new rules in force instead of all the old ones."""
        with self._lock:
            self._rules = list(rules)

    def answer(
        self, call: ServiceCall, request: Request, perform: Callable[[], Response]
    ) -> Response:
        """Answer a call as the first matching rule says: late, with an error, or corrupted."""
        rule = self._draw(call)
        if rule is None:
            return perform()
        time.sleep(rule.delay_ms / 1000)
        response = error_response(call, rule) if rule.is_error else perform()
        if rule.corrupt:
            response = corrupted(rule.corrupt, request, response)
        if rule.least_ms:
            time.sleep(max(0.0, request.arrived_s + rule.least_ms / 1000 - time.monotonic()))
        return response

    def _draw(self, call: ServiceCall) -> FaultRule | None:
        with self._lock:
            for rule in self._rules:
                if not rule.concerns(call) or random.random() >= rule.probability:  # noqa: S311
                    continue
                if rule.times is not None:
                    rule.times -= 1
                    if rule.times == 0:
                        self._rules.remove(rule)
                return rule
        return None


def error_response(call: ServiceCall, rule: FaultRule) -> Response:
    """Return an error in the form of the service's protocol.

    The JSON protocols put the code into __type (AWS JSON 1.0 and 1.1); S3 answers in XML, Lambda
    with a header.
    """
    if call == INVOKE:
        status = rule.status or HTTPStatus.INTERNAL_SERVER_ERROR
        return lambda_error(status, rule.error_code or "ServiceException", rule.message)
    request_id = str(uuid4())
    if call.json_version is None:
        status = rule.status or HTTPStatus.SERVICE_UNAVAILABLE
        code = rule.error_code or "InternalError"
        xml = (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f"<Error><Code>{escape(code)}</Code><Message>{escape(rule.message)}</Message>"
            f"<RequestId>{request_id}</RequestId><HostId>emulator</HostId></Error>"
        )
        headers = (("content-type", "application/xml"), ("x-amz-request-id", request_id))
        return Response(status, headers, xml.encode())
    status = rule.status or HTTPStatus.BAD_REQUEST
    code = rule.error_code or "InternalFailure"
    headers = (
        ("content-type", f"application/x-amz-json-{call.json_version}"),
        ("x-amzn-requestid", request_id),
    )
    return Response(status, headers, json.dumps({"__type": code, "message": rule.message}).encode())
