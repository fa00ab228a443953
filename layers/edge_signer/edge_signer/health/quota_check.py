"""How much of KMS's quota signatures take."""

from __future__ import annotations

from typing import Protocol

from edge_signer.health.finding import Finding
from edge_signer.kms_guard.kms_quota import KmsUsage

WARN_PERCENT = 80


class KmsUsageSource(Protocol):
    """Knows how often KMS was asked to sign."""

    def read(self) -> KmsUsage:
        """Give what all workers have told.

        Raises:
            StoreUnavailableError: It cannot be told.
        """


class QuotaCheck:
    """Compares the busiest second of the last minute with the quota.

    Args:
        usage: Reads what workers have told.
        quota_per_s: Calls a second that KMS takes.
    """

    def __init__(self, usage: KmsUsageSource, quota_per_s: int) -> None:
        self._usage = usage
        self._quota_per_s = quota_per_s

    def __call__(self) -> Finding:
        """Tell whether there is room.

        Raises:
            StoreUnavailableError: DynamoDB does not answer; nobody waits for what it would say.
        """
        usage = self._usage.read()
        percent = round(100 * usage.peak_per_s / self._quota_per_s, 1)
        details = {
            "peak_per_s": usage.peak_per_s,
            "per_s_percent": percent,
            "quota_per_s": self._quota_per_s,
            "today": usage.today,
        }
        return Finding("degraded" if percent >= WARN_PERCENT else "ok", details)
