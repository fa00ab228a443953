"""The draft's two headers, as structured fields (RFC 9651)."""

from __future__ import annotations

from edge_signer.http.answers import rate_limit_headers
from edge_signer.http.catalogue import error_body, error_headers
from edge_signer.tenancy.rate_limits import Limits, RateLimitedError, Usage, decide

NOON_MS = 20_000 * 86_400_000 + 43_200_000


def test_all_limits_and_the_tightest_are_told() -> None:
    assert rate_limit_headers(decide(Usage(), Limits(), NOON_MS).standing) == {
        "RateLimit-Policy": ('"burst";q=10;w=1, "sustained";q=100;w=60, "daily";q=10000;w=86400'),
        "RateLimit": '"burst";r=9;t=1',
    }


def test_a_lifted_limit_is_not_told() -> None:
    lifted = decide(Usage(), Limits(100_000, 100_000, 7), NOON_MS).standing
    assert rate_limit_headers(lifted) == {
        "RateLimit-Policy": '"daily";q=7;w=86400',
        "RateLimit": '"daily";r=6;t=43200',
    }


def test_a_refusal_says_when_to_come_again_everywhere_alike() -> None:
    full = Usage(tuple(NOON_MS + 500 * number for number in range(100)), 100)
    error = RateLimitedError(decide(full, Limits(), NOON_MS + 51_000).standing)
    assert error_headers(error)["Retry-After"] == "9"
    assert error_headers(error)["RateLimit"] == '"sustained";r=0;t=9'
    assert error_body(error).model_dump(exclude_none=True) == {
        "error": "Rate limit exceeded",
        "message": "This tenant may make 100 requests in 60 s; try again in 9 s.",
        "code": "RATE_LIMITED",
        "retry_after": 9,
    }
