"""Which web pages are let in, and what they are told."""

from __future__ import annotations

import pytest

from edge_signer.http.cross_origin import ALLOWED_METHODS, CrossOrigin

EXAMPLE = CrossOrigin(["https://*.example.com", "https://desk.example.org:8443"])


@pytest.mark.parametrize(
    "origin",
    ["https://a.example.com", "https://a.b.example.com", "https://desk.example.org:8443"],
)
def test_an_allowed_origin_is_named_in_the_answer(origin: str) -> None:
    headers = EXAMPLE.answer_headers(origin)
    assert headers["Access-Control-Allow-Origin"] == origin
    assert "X-Manifest-Version" in headers["Access-Control-Expose-Headers"].split(", ")
    preflight = EXAMPLE.preflight_headers(origin, ALLOWED_METHODS)
    assert preflight["Access-Control-Allow-Origin"] == origin
    assert preflight["Access-Control-Allow-Methods"] == "POST, OPTIONS"
    assert preflight["Access-Control-Max-Age"] == "86400"
    assert {"Idempotency-Key", "X-Request-ID", "X-Signature", "X-Tenant-ID"} <= set(
        preflight["Access-Control-Allow-Headers"].split(", ")
    )


@pytest.mark.parametrize(
    "origin",
    [
        *(None, "", "null", "*", "https://example.com", "http://a.example.com"),
        *("https://a.example.com.evil.io", "https://evilexample.com", "https://.example.com"),
        *("https://a.example.com:8443", "https://a.example.com/", "https://desk.example.org"),
        *("https://a.example.com\n", "https://a_b.example.com", "https://a.example.com@evil.io"),
        *("https://evil.io/.example.com", "https://A.example.com", "https://-.example.com"),
        "https://aXexample.com",
    ],
)
def test_any_other_origin_is_told_nothing(origin: str | None) -> None:
    assert EXAMPLE.answer_headers(origin) == {"Vary": "Origin"}
    assert EXAMPLE.preflight_headers(origin, ALLOWED_METHODS) == {"Vary": "Origin"}


def test_without_origins_there_is_nothing_to_vary() -> None:
    assert CrossOrigin([]).answer_headers("https://a.example.com") == {}
    assert CrossOrigin([]).preflight_headers("null", ALLOWED_METHODS) == {}
