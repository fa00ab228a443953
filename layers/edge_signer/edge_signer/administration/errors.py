"""Errors of administration, one class for each code of the catalogue."""

from __future__ import annotations

from edge_signer.platform.errors import EdgeSignerError


class ConcurrentChangeError(EdgeSignerError):
    """Other operators keep changing the same flag."""

    code = "CONCURRENT_CHANGE"


class ChaosNotAllowedError(EdgeSignerError):
    """The stage does not allow fault injection."""

    code = "CHAOS_NOT_ALLOWED"
