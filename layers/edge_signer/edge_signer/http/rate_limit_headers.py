"""A tenant's standing as headers: draft-ietf-httpapi-ratelimit-headers-11, sections 3 and 4."""

from __future__ import annotations

from edge_signer.tenancy.rate_limits import Standing


def rate_limit_headers(standing: Standing) -> dict[str, str]:
    """Give `RateLimit-Policy`, all limits in force, and `RateLimit`, the tightest of them."""
    return {
        "RateLimit-Policy": ", ".join(
            f'"{policy.name}";q={policy.quota};w={policy.window_s}' for policy in standing.policies
        ),
        "RateLimit": f'"{standing.tightest.name}";r={standing.remaining};t={standing.reset_s}',
    }
