"""One class for each code, one status for each class."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from edge_signer.http.catalogue import STATUS, error_body, error_headers
from edge_signer.http.errors import (
    InvalidSignatureError,
    MethodNotAllowedError,
    UnauthenticatedError,
)
from edge_signer.platform.errors import EdgeSignerError, KmsRateLimitError


def subclasses(of: type[EdgeSignerError]) -> Iterator[type[EdgeSignerError]]:
    for one in of.__subclasses__():
        yield one
        yield from subclasses(one)


def test_every_error_has_a_status_and_a_code_of_its_own() -> None:
    classes = list(subclasses(EdgeSignerError))
    assert set(classes) == set(STATUS)
    codes = [one.code for one in classes]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[A-Z0-9_]+", code) for code in codes)


def test_the_body_has_the_shape_of_the_api_document() -> None:
    body = error_body(KmsRateLimitError("Too many signing requests", retry_after_s=60))
    assert json.loads(body.to_json()) == {
        "error": "KMS rate limit exceeded",
        "message": "Too many signing requests",
        "code": "KMS_RATE_LIMIT",
        "retry_after": 60,
    }
    assert "retry_after" not in error_body(KmsRateLimitError("x")).to_json()


def test_errors_carry_the_headers_that_http_asks_for() -> None:
    assert error_headers(KmsRateLimitError("x", retry_after_s=60)) == {"Retry-After": "60"}
    for refused in (UnauthenticatedError("x"), InvalidSignatureError("x")):
        assert "Bearer" in error_headers(refused)["WWW-Authenticate"]
    assert error_headers(MethodNotAllowedError("x", allowed=("POST",))) == {"Allow": "POST"}
