"""Web pages at the door: preflights, and answers that their scripts may read."""

from __future__ import annotations

import uuid

import pytest

from tests.e2e.conftest import body, post
from tests.system.running import Running

PAGE = "https://desk.example.com"
STRANGERS = ["https://a.example.com.evil.io", "null", "http://desk.example.com"]


def preflight(system: Running, origin: str, path: str = "/edge-sign") -> dict[str, str]:
    answer = system.call(
        "OPTIONS",
        path,
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization, content-type",
        },
    )
    assert (answer.status, answer.body) == (204, b"")
    assert uuid.UUID(answer.headers["x-request-id"])
    return dict(answer.headers)


def test_a_preflight_is_answered(system: Running) -> None:
    headers = preflight(system, PAGE)
    assert headers["access-control-allow-origin"] == PAGE
    assert headers["access-control-allow-methods"] == "POST, OPTIONS"
    assert headers["access-control-max-age"] == "86400"
    allowed = headers["access-control-allow-headers"].lower().split(", ")
    assert {"authorization", "content-type", "x-tenant-id", "idempotency-key"} <= set(allowed)


@pytest.mark.parametrize("origin", STRANGERS)
def test_a_strangers_page_is_not_let_in(system: Running, origin: str) -> None:
    headers = preflight(system, origin)
    answer = post(system, body(b"x"), Origin=origin)
    for told in (headers, answer.headers):
        assert not [name for name in told if name.startswith("access-control-")]
        assert told["vary"] == "Origin"


def test_a_page_may_read_every_answer_of_ours(system: Running) -> None:
    signed = post(system, body(b"x"), Origin=PAGE)
    refused = post(system, body(b"x", policy_id="nobody-v1"), Origin=PAGE)
    unknown = system.call("GET", "/nothing", headers={"Origin": PAGE})
    wrong = system.call("DELETE", "/edge-sign", headers={"Origin": PAGE})
    assert [one.status for one in (signed, refused, unknown, wrong)] == [200, 422, 404, 405]
    for answer in (signed, refused, unknown, wrong):
        assert answer.headers["access-control-allow-origin"] == PAGE
        assert "Retry-After" in answer.headers["access-control-expose-headers"]
        assert answer.headers["vary"] == "Origin"


def test_whoever_is_no_page_is_told_the_methods(system: Running) -> None:
    answer = system.call("OPTIONS", "/edge-sign")
    assert (answer.status, answer.headers["allow"]) == (204, "POST, OPTIONS")
