"""Errors of administration, one class for each code of the catalogue."""

from __future__ import annotations

from edge_signer.platform.errors import EdgeSignerError


class ConcurrentChangeError(EdgeSignerError):
    """Others keep changing the same flag at the same time."""

    code = "CONCURRENT_CHANGE"


class ChaosNotAllowedError(EdgeSignerError):
    """Faults are never injected into this stage."""

    code = "CHAOS_NOT_ALLOWED"
