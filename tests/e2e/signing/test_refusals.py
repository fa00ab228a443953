"""What is refused over HTTP, in one shape; and what AWS's faults look like from outside."""

from __future__ import annotations

import base64
import hashlib
import uuid
from typing import Any

import pytest

from tests.e2e.conftest import Faults, body, calls, post
from tests.system.running import Running

REFUSED: dict[str, tuple[int, str, dict[str, Any]]] = {
    "no asset": (400, "INVALID_REQUEST", {"asset_sha256": None}),
    "no base64": (400, "INVALID_BASE64", {"asset_inline": "***"}),
    "another tenant": (403, "TENANT_NOT_ALLOWED", {"tenant_id": "testcorp"}),
    "a large asset": (
        413,
        "ASSET_TOO_LARGE",
        {"asset_inline": base64.b64encode(bytes(32 * 1024 + 1)).decode()},
    ),
    "a large request": (413, "REQUEST_TOO_LARGE", {"assertions": {"org.x": {"a": "x" * 65_536}}}),
    "an unknown policy": (422, "UNKNOWN_POLICY", {"policy_id": "nobody-v1"}),
    "an unknown assertion": (422, "INVALID_ASSERTION", {"assertions": {"c2pa.x": {}}}),
    "no actions": (422, "POLICY_VIOLATION", {"assertions": {}}),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_costs_no_signature_and_says_why(system: Running, case: str) -> None:
    status, code, changes = REFUSED[case]
    before = calls(system, "kms.Sign")
    answer = post(system, body(b"asset", **changes))
    assert (answer.status, answer.json()["code"]) == (status, code)
    assert answer.json().keys() == {"error", "message", "code"}
    assert uuid.UUID(answer.headers["x-request-id"])
    assert calls(system, "kms.Sign") == before


@pytest.mark.parametrize(
    ("method", "path", "headers", "status", "code"),
    [
        ("GET", "/nothing", {}, 404, "NOT_FOUND"),
        ("DELETE", "/edge-sign", {}, 405, "METHOD_NOT_ALLOWED"),
        ("GET", "/edge-sign", {}, 405, "METHOD_NOT_ALLOWED"),
        ("POST", "/edge-sign", {}, 401, "UNAUTHENTICATED"),
        ("POST", "/edge-sign", {"Authorization": "Bearer guess"}, 401, "UNAUTHENTICATED"),
    ],
)
def test_whoever_knocks_gets_an_answer_of_one_shape(
    system: Running, method: str, path: str, headers: dict[str, str], status: int, code: str
) -> None:
    answer = system.call(method, path, b"{}" if method == "POST" else None, headers)
    assert (answer.status, answer.json()["code"]) == (status, code)
    assert uuid.UUID(answer.headers["x-request-id"])


@pytest.mark.parametrize(
    "given",
    [
        "0x111111-2222-4333-8444-555555555555",
        "{11111111222243338444555555555555}xxx",
        "é" * 36,
        "1",
    ],
)
def test_a_request_id_that_is_no_uuid_is_replaced(system: Running, given: str) -> None:
    answer = system.call(
        "GET", "/nothing", headers={"X-Request-ID": given.encode().decode("latin-1")}
    )
    assert uuid.UUID(answer.headers["x-request-id"])
    assert answer.headers["x-request-id"] != given


def test_a_trace_id_that_is_none_does_no_harm(system: Running) -> None:
    for given in ("\xe9", "x" * 5000, "Root=1;Parent=2"):
        answer = system.call("GET", "/nothing", headers={"X-Amzn-Trace-Id": given})
        assert answer.json()["code"] == "NOT_FOUND"


def test_the_administrators_token_signs_nothing(system: Running) -> None:
    answer = post(system, body(b"x"), Authorization=f"Bearer {system.state.admin_token}")
    assert (answer.status, answer.json()["code"]) == (401, "UNAUTHENTICATED")


def test_a_body_that_is_no_json_is_refused(system: Running) -> None:
    assert post(system, b'{"a":').json()["code"] == "INVALID_JSON"
    as_form = post(system, body(b"x"), **{"Content-Type": "application/x-www-form-urlencoded"})
    assert (as_form.status, as_form.json()["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")


FAULTS = {
    "KMS throttles": (
        {"service": "kms", "operation": "Sign", "error_code": "ThrottlingException"},
        (429, "KMS_RATE_LIMIT"),
    ),
    "KMS fails": ({"service": "kms", "operation": "Sign", "status": 500}, (503, "KMS_UNAVAILABLE")),
    "the key is disabled": (
        {"service": "kms", "operation": "Sign", "error_code": "DisabledException"},
        (503, "KMS_UNAVAILABLE"),
    ),
    "KMS is silent": (
        {"service": "kms", "operation": "Sign", "delay_ms": 4000},
        (503, "KMS_UNAVAILABLE"),
    ),
    "the time-stamp authority fails": (
        {"service": "tsa", "operation": "TimeStamp", "status": 500},
        (503, "TSA_UNAVAILABLE"),
    ),
    "the time-stamp authority is silent": (
        {"service": "tsa", "operation": "TimeStamp", "delay_ms": 7000},
        (503, "TSA_UNAVAILABLE"),
    ),
    "S3 fails": (
        {"service": "s3", "operation": "PutObject", "status": 500},
        (503, "STORE_UNAVAILABLE"),
    ),
}


@pytest.mark.parametrize("case", FAULTS)
def test_when_aws_fails_the_answer_says_so_and_nothing_is_stored(
    system: Running, faults: Faults, case: str
) -> None:
    rule, (status, code) = FAULTS[case]
    asset = case.encode()
    faults(rule)
    answer = post(system, body(asset, tsa=True))
    assert (answer.status, answer.json()["code"]) == (status, code)
    assert answer.headers["retry-after"] == str(answer.json()["retry_after"])
    url = f"/manifests/load/sha256/{hashlib.sha256(asset).hexdigest()}.c2pa"
    assert system.call("GET", url).status == 404

    faults()
    assert post(system, body(asset)).status == 200
    assert system.call("GET", url).status == 200
