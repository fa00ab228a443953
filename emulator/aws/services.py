"""AWS's services and time-stamps in one process, with counted calls and injected faults."""

import json
import threading
import time
from collections import Counter, defaultdict
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from emulator import time_stamps
from emulator.account import REGION, sdk_client
from emulator.aws import wsgi
from emulator.aws.faults import Faults, parse_rules
from emulator.aws.form_upload import is_form_upload, refusal
from emulator.aws.service_call import INVOKE, ServiceCall, identify
from emulator.http.message import Request, Response, json_response
from emulator.stack.resources import Services
from emulator.time_stamps import TimeStampAuthority

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

CALLS_PATH = "/_emulator/calls"
FAULTS_PATH = "/_emulator/faults"
_TIME_STAMP = ServiceCall("tsa", "TimeStamp", None)
# Longer than any function runs.
_INVOKE_TIMEOUT_S = 900.0


class ServiceHost:
    """Answers the requests of AWS SDKs; safe to use from many threads.

    `GET /_emulator/calls` returns count and summed milliseconds of each operation, for instance
    `{"kms.Sign": {"count": 2, "milliseconds": 1.4, "regions": {"us-east-1": 2}}}`; a call counts
    when it arrives.
    `PUT /_emulator/faults` takes a JSON list of FaultRule, which replaces the current rules.
    `POST /_emulator/tsa` is a time-stamp authority; it is no service of AWS, but calls count and
    faults apply as `tsa.TimeStamp`. `lambda.Invoke` is forwarded to the process that runs
    functions.
    """

    def __init__(self, application: "WSGIApplication") -> None:
        self._application = application
        self.time_stamps: TimeStampAuthority | None = None
        self.functions_port = 0
        self._faults = Faults()
        self._lock = threading.Lock()
        # Calls by operation and region.
        self._counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._milliseconds: defaultdict[str, float] = defaultdict(float)

    def answer(self, request: Request) -> Response:
        """Answer one request of an SDK, or one about the emulator itself."""
        if request.path == CALLS_PATH and request.method == "GET":
            return json_response(200, json.dumps(self._summary()).encode())
        if request.path == FAULTS_PATH and request.method == "PUT":
            return self._replace_faults(request.body)
        call = _TIME_STAMP if request.path == time_stamps.PATH else identify(request)
        with self._lock:
            self._counts[str(call)][call.region] += 1
        started = time.perf_counter()
        try:
            return self._faults.answer(call, request, lambda: self._perform(call, request))
        finally:
            with self._lock:
                self._milliseconds[str(call)] += (time.perf_counter() - started) * 1000

    def _perform(self, call: ServiceCall, request: Request) -> Response:
        if call == INVOKE:
            return _forward(request, self.functions_port)
        if is_form_upload(request) and (refused := refusal(request)):
            return refused
        if call is not _TIME_STAMP:
            return wsgi.call(self._application, request)
        return self.time_stamps.answer(request) if self.time_stamps else Response(404)

    def forget_calls(self) -> None:
        """Reset the counters."""
        with self._lock:
            self._counts.clear()
            self._milliseconds.clear()

    def _summary(self) -> dict[str, dict[str, Any]]:
        with self._lock:
            return {
                name: {
                    "count": regions.total(),
                    "milliseconds": round(self._milliseconds[name], 3),
                    "regions": dict(regions),
                }
                for name, regions in sorted(self._counts.items())
            }

    def _replace_faults(self, body: bytes) -> Response:
        try:
            self._faults.replace(parse_rules(body))
        except ValidationError as error:
            return json_response(400, error.json(include_url=False).encode())
        return Response(204)


def _forward(request: Request, port: int) -> Response:
    """Send a request to the process that runs functions, on a port of 127.0.0.1."""
    connection = HTTPConnection("127.0.0.1", port, timeout=_INVOKE_TIMEOUT_S)
    try:
        passed = {
            name: value
            for name, value in request.headers
            if name not in ("connection", "content-length", "host", "transfer-encoding")
        }
        connection.request(request.method, request.target, request.body, passed)
        answer = connection.getresponse()
        headers = tuple((name.lower(), value) for name, value in answer.getheaders())
        return Response(answer.status, headers, answer.read())
    finally:
        connection.close()


def moto_host() -> ServiceHost:
    """Make a host of corrected moto backends; this import takes most of the emulator's start."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    from emulator.aws.moto_mend import mend

    mend()
    return ServiceHost(DomainDispatcherApplication(create_backend_app))


def in_process_services(host: ServiceHost, region: str = REGION) -> Services:
    """Make a region's SDK clients that call the host directly, without a socket."""
    kms, s3, dynamodb, ssm = (
        in_process_client(host, service, region) for service in ("kms", "s3", "dynamodb", "ssm")
    )
    return Services(kms, s3, dynamodb, ssm)


def in_process_client(host: ServiceHost, service: str, region: str = REGION) -> Any:
    """Make one such client, for instance of kms."""
    from botocore.awsrequest import AWSPreparedRequest, AWSResponse
    from moto.core.botocore_stubber import MockRawResponse

    def send(request: AWSPreparedRequest, **_: Any) -> Any:
        response = host.answer(_request(request))
        body = MockRawResponse(response.body)
        return AWSResponse(request.url, response.status, dict(response.headers), body)

    made = sdk_client(service, "http://localhost", region)
    made.meta.events.register("before-send", send)
    return made


def _request(prepared: Any) -> Request:
    body = prepared.body or b""
    if hasattr(body, "read"):
        body = body.read()
    host, _, target = prepared.url.split("://", 1)[1].partition("/")
    headers = tuple((name.lower(), _text(value)) for name, value in prepared.headers.items())
    return Request(
        prepared.method,
        f"/{target}",
        (("host", host), *headers),
        body.encode() if isinstance(body, str) else bytes(body),
    )


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
