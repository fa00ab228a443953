"""Cross-origin resource sharing (CORS): which web pages may call.

HTTP APIs support exact origins and `*`, but not `https://*.example.com` (Fetch standard, "CORS
protocol"), so the stage has no CORS configuration and preflights reach the function.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

ALLOWED_METHODS = ("POST", "OPTIONS")
ALLOWED_HEADERS = (
    "Content-Type",
    "Authorization",
    "X-Tenant-ID",
    "X-Request-ID",
    "Idempotency-Key",
    "X-Signature",
    "X-Signature-Timestamp",
    "X-Signature-Nonce",
)
EXPOSED_HEADERS = (
    "Idempotency-Replayed",
    "Link",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "Server-Timing",
    "X-CPU-Time-MS",
    "X-KMS-Time-MS",
    "X-Manifest-Version",
    "X-Request-ID",
    "X-Signing-Mode",
    "X-Total-Time-MS",
)
MAX_AGE_S = 86_400

_BELOW = r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+"


class CrossOrigin:
    """Decides by origin which web pages may call.

    Args:
        origins: Each `https://host`, or `https://*.host` for all hosts below it.
    """

    def __init__(self, origins: Sequence[str]) -> None:
        patterns = [re.escape(one).replace(r"\*\.", _BELOW) for one in origins]
        self._allowed = re.compile("|".join(patterns)) if patterns else None

    def answer_headers(self, origin: str | None) -> dict[str, str]:
        """Return the headers of every answer to a request with this `Origin`."""
        if self._allowed is None:
            return {}
        if origin is None or not self._allowed.fullmatch(origin):
            return {"Vary": "Origin"}
        return {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Expose-Headers": ", ".join(EXPOSED_HEADERS),
            "Vary": "Origin",
        }

    def preflight_headers(self, origin: str | None, methods: Sequence[str]) -> dict[str, str]:
        """Return the headers of the answer to OPTIONS, for a path with these methods."""
        headers = self.answer_headers(origin)
        if "Access-Control-Allow-Origin" not in headers:
            return headers
        return {
            "Access-Control-Allow-Origin": headers["Access-Control-Allow-Origin"],
            "Access-Control-Allow-Methods": ", ".join(methods),
            "Access-Control-Allow-Headers": ", ".join(ALLOWED_HEADERS),
            "Access-Control-Max-Age": str(MAX_AGE_S),
            "Vary": "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
        }
