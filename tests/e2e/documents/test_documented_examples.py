"""Every example of the OpenAPI document, sent; and every answer held against the document."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

from cli.openapi.document import openapi_document
from cli.openapi.headers import REQUEST_PARAMETERS
from edge_signer.configuration.settings import TelemetrySettings
from edge_signer.http.application import Application
from edge_signer.http.cross_origin import CrossOrigin
from edge_signer.http.routes.edge_sign import NOTHING_HERE
from edge_signer.http.routes.edge_sign import SIGN as SIGN_ROUTE
from edge_signer.signing.central_signer import LambdaCentralSigner
from edge_signer.signing.errors import CredentialUnavailableError
from edge_signer.telemetry.telemetry import Telemetry
from emulator.gateway.event import Arrival, event_of
from emulator.http.message import Request
from emulator.system import Settings
from tests.e2e.conftest import Faults, body, inline_body, post
from tests.e2e.documents.test_documented_jobs import OF_JOBS
from tests.e2e.documents.test_documented_verification import OF_VERIFICATION
from tests.media.odd_assets import chunk
from tests.media.sample_assets import png
from tests.signers.central_workshop import central_request
from tests.system.running import Answer, Running, running
from tests.system.waiting import wait_for

DOCUMENT = openapi_document()
SIGN = DOCUMENT["paths"]["/edge-sign"]["post"]
RESPONSES = DOCUMENT["components"]["responses"]
REQUESTS = SIGN["requestBody"]["content"]["application/json"]["examples"]
ANSWERS = SIGN["responses"]["200"]["content"]["application/json"]["examples"]
ERRORS = {
    code: example["value"]
    for response in RESPONSES.values()
    for code, example in response["content"]["application/json"]["examples"].items()
}
PARAMETERS = {one["name"]: one["example"] for one in REQUEST_PARAMETERS}
HEADERS = {name: value for name, value in PARAMETERS.items() if name.startswith("X-")}
PAGE = "https://desk.example.com"
EDGE = "edge-tbs+remote-es256"
FALLBACK = "edge-signer-dev-fallback"
# Of the connection and of API Gateway, not of this API.
TRANSPORT = {"content-type", "content-length", "apigw-requestid"}


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A system of its own, whose workers have no certificate chain yet."""
    with running(Settings(port=0, state_directory=tmp_path_factory.mktemp("examples"))) as system:
        yield system


def validator(schema: dict[str, Any]) -> Any:
    components = {"schemas": DOCUMENT["components"]["schemas"]}
    return jsonschema_rs.Draft202012Validator({**schema, "components": components})


def response_of(status: int) -> dict[str, Any]:
    described: dict[str, Any] = SIGN["responses"].get(str(status), {})
    name = described.get("$ref", "").rpartition("/")[2]
    return RESPONSES[name] if name else described


def require_conforming(answer: Answer, response: dict[str, Any]) -> None:
    schema = validator(response["content"]["application/json"]["schema"])
    assert [error.message for error in schema.iter_errors(answer.json())] == []
    needed = {name for name, one in response["headers"].items() if one.get("required")}
    assert {name.lower() for name in needed} <= answer.headers.keys()


UNUSABLE = {
    "a chain that cannot be fetched": (
        "CREDENTIAL_UNAVAILABLE",
        {"service": "ssm", "operation": "GetParameter", "status": 500},
    ),
    "KMS that throttles": (
        "KMS_RATE_LIMIT",
        {"service": "kms", "operation": "Sign", "error_code": "ThrottlingException"},
    ),
    "a key that is disabled": (
        "KMS_UNAVAILABLE",
        {"service": "kms", "operation": "Sign", "error_code": "DisabledException"},
    ),
    "S3 that fails": (
        "STORE_UNAVAILABLE",
        {"service": "s3", "operation": "PutObject", "status": 500},
    ),
}


@pytest.mark.parametrize("case", UNUSABLE)
def test_failures_of_aws_look_like_their_examples(
    system: Running, faults: Faults, case: str
) -> None:
    code, rule = UNUSABLE[case]
    faults(rule)
    answer = post(system, body(b"failing"))
    assert answer.json() == ERRORS[code]
    require_conforming(answer, response_of(answer.status))
    if code == "CREDENTIAL_UNAVAILABLE":
        # What SSM did not give is not asked for again at once, by either engine.
        faults()
        wait_for(lambda: post(system, body(b"failing")).json().get("signing_mode") == EDGE)
        client = system.client("lambda")
        wait_for(lambda: signs(LambdaCentralSigner(lambda: client, FALLBACK)))


def signs(signer: LambdaCentralSigner) -> bool:
    try:
        signer.sign(central_request(b"failing"))
    except CredentialUnavailableError:
        return False
    return True


STORE_CHUNK = chunk(b"caBX", b"\0\0\0\x08jumb")
REFUSED: dict[str, Any] = {
    "INVALID_REQUEST": body(b"x", asset_sha256=None),
    "INVALID_JSON": b'{"a":',
    "INVALID_BASE64": body(b"x", asset_inline="***"),
    "TENANT_NOT_ALLOWED": body(b"x", tenant_id="testcorp"),
    "ASSET_TOO_LARGE": body(b"x", asset_inline=base64.b64encode(bytes(32 * 1024 + 1)).decode()),
    "REQUEST_TOO_LARGE": body(b"x", assertions={"com.example": {"a": "x" * 65_536}}),
    "ALREADY_SIGNED": {**inline_body(png()[:33] + STORE_CHUNK + png()[33:]), "embed": True},
    "ASSET_NOT_EMBEDDABLE": {**inline_body(png()[:60]), "embed": True},
    "UNKNOWN_POLICY": body(b"x", policy_id="nobody-v1"),
    "INVALID_ASSERTION": body(b"x", assertions={"c2pa.actions": [{"action": "created"}]}),
    "POLICY_VIOLATION": body(b"x", assertions={}),
}


@pytest.mark.parametrize("code", REFUSED)
def test_refusals_look_like_their_examples(system: Running, code: str) -> None:
    answer = post(system, REFUSED[code])
    assert answer.json() == ERRORS[code]
    require_conforming(answer, response_of(answer.status))


def test_refusals_at_the_door_look_like_their_examples(system: Running) -> None:
    for code, answer in {
        "UNAUTHENTICATED": post(system, body(b"x"), Authorization="Bearer guess"),
        "INVALID_SIGNATURE": post(system, body(b"x"), **{"X-Signature": "v1=0"}),
        "UNSUPPORTED_MEDIA_TYPE": post(system, body(b"x"), **{"Content-Type": "text/plain"}),
    }.items():
        assert answer.json() == ERRORS[code]
        require_conforming(answer, response_of(answer.status))
    keys = {"Idempotency-Key": "one"}
    assert post(system, body(b"x"), **keys).status == 200
    again = post(system, body(b"y"), **keys)
    assert again.json() == ERRORS["IDEMPOTENCY_MISMATCH"]
    require_conforming(again, response_of(again.status))
    for code, name, answer in (
        ("NOT_FOUND", "NotFound", system.call("GET", "/nothing")),
        ("METHOD_NOT_ALLOWED", "MethodNotAllowed", system.call("PUT", "/edge-sign", b"{}")),
    ):
        assert answer.json() == ERRORS[code]
        require_conforming(answer, RESPONSES[name])


def in_process(method: str, path: str) -> Answer:
    """An answer of the function as it is deployed, whose endpoint has a fault."""

    def failing(*_: object) -> Any:
        raise ZeroDivisionError

    telemetry = Telemetry("test", TelemetrySettings(stage="test", aws_region="us-east-1"))
    app = Application({SIGN_ROUTE: failing}, telemetry, CrossOrigin(()), NOTHING_HERE)
    event = event_of(Arrival(Request(method, path), "$default", {}, "api", "id", "trace"))
    answer = app.resolve(event, {})
    headers = {name.lower(): str(value) for name, value in answer["headers"].items()}
    return Answer(answer["statusCode"], headers, answer["body"].encode())


def test_a_fault_of_ours_looks_like_its_example() -> None:
    answer = in_process("POST", "/edge-sign")
    assert (answer.status, answer.json()) == (500, ERRORS["INTERNAL"])
    require_conforming(answer, response_of(500))


@pytest.mark.parametrize("path", ["/docs", "/docs/openapi.json"])
def test_a_deployment_has_no_page_of_documentation(path: str) -> None:
    answer = in_process("GET", path)
    assert (answer.status, answer.json()) == (404, ERRORS["NOT_FOUND"])


def test_no_example_of_an_error_is_left_out() -> None:
    provoked = {*REFUSED, *(code for code, _ in UNUSABLE.values())}
    others = {
        *("IDEMPOTENCY_MISMATCH", "INVALID_SIGNATURE", "METHOD_NOT_ALLOWED", "NOT_FOUND"),
        *("RATE_LIMITED", "REQUEST_IN_FLIGHT", "SIGNER_DISABLED", "UNAUTHENTICATED"),
        "UNSUPPORTED_MEDIA_TYPE",
    }
    assert ERRORS.keys() == provoked | others | {"INTERNAL"} | OF_JOBS | OF_VERIFICATION


@pytest.mark.parametrize("name", REQUESTS)
def test_every_documented_request_is_signed(system: Running, name: str) -> None:
    request = REQUESTS[name]["value"]
    assert validator({"$ref": "#/components/schemas/EdgeSignRequest"}).is_valid(request)
    answer = post(system, request, tenant="acme", Origin=PAGE, **HEADERS)
    assert answer.status == 200, answer
    require_conforming(answer, response_of(200))
    assert answer.headers["x-request-id"] == PARAMETERS["X-Request-ID"]
    documented = {header.lower() for header in response_of(200)["headers"]}
    assert answer.headers.keys() - TRANSPORT == documented - {"idempotency-replayed"}
    example = ANSWERS["embedded" if "embed" in request else "signed"]["value"]
    unstamped = set() if request.get("tsa") else {"tsa_token_url"}
    assert answer.json().keys() == example.keys() - unstamped
    assert answer.json()["p95_ms"].keys() == example["p95_ms"].keys()


def test_a_dry_run_answers_what_its_example_says(system: Running) -> None:
    token = f"Bearer {system.state.token_of('acme')}"
    headers = {"Authorization": token, "Content-Type": "application/json", **HEADERS}
    request = json.dumps(REQUESTS["digest"]["value"]).encode()
    answer = system.call("POST", f"/edge-sign?dry_run={PARAMETERS['dry_run']}", request, headers)
    example = dict(ANSWERS["planned"]["value"])
    # The host is the deployment's own.
    path = example.pop("manifest_url").removeprefix("https://manifests.example.com")
    planned = answer.json()
    assert planned.pop("manifest_url") == f"{system.state.url}/manifests{path}"
    assert (answer.status, planned) == (200, example)
    require_conforming(answer, response_of(200))


def test_the_examples_of_answers_are_what_their_schema_allows() -> None:
    schema = validator(response_of(200)["content"]["application/json"]["schema"])
    assert all(schema.is_valid(one["value"]) for one in ANSWERS.values())
    assert not schema.is_valid({**ANSWERS["signed"]["value"], "manifest_url": 1})


def test_a_preflight_has_the_documented_headers(system: Running) -> None:
    asked = {"Origin": PAGE, "Access-Control-Request-Method": "POST"}
    answer = system.call("OPTIONS", "/edge-sign", headers=asked)
    described = DOCUMENT["paths"]["/edge-sign"]["options"]["responses"][str(answer.status)]
    assert answer.headers.keys() - TRANSPORT == {name.lower() for name in described["headers"]}
    components = DOCUMENT["components"]["headers"]
    for name in described["headers"]:
        value = components[name]["schema"].get("const", answer.headers[name.lower()])
        assert answer.headers[name.lower()] == str(value)
