"""The circuit breaker of KMS as operators see it, and close it."""

from __future__ import annotations

from dataclasses import asdict

from edge_signer.administration.audit_trail import AuditTrail, Caller, Change
from edge_signer.administration.audited_change import DoneChange, change_recorded
from edge_signer.kms_guard.breaker_rules import BreakerStatus
from edge_signer.kms_guard.circuit_breaker import CircuitBreaker
from edge_signer.platform.errors import StoreUnavailableError

ACTION = "circuit_breaker.reset"


class BreakerChanges:
    """Shows and closes a breaker.

    Args:
        breaker: The breaker.
        target: Names its item, such as `edge-signer-prod-breakers/kms:eu-central-1`.
        trail: Where changes are recorded.
    """

    def __init__(self, breaker: CircuitBreaker, target: str, trail: AuditTrail) -> None:
        self._breaker = breaker
        self._target = target
        self._trail = trail

    def status(self) -> BreakerStatus:
        """Give the state that all workers share.

        Raises:
            StoreUnavailableError: DynamoDB does not tell; workers go on alone then.
        """
        status = self._breaker.status()
        if not self._breaker.is_shared:
            raise StoreUnavailableError(
                "The circuit breaker cannot be reached; every worker counts alone.", retry_after_s=5
            )
        return status

    def reset(self, caller: Caller) -> DoneChange:
        """Close it and forget its failures; workers follow within a second.

        Raises:
            EdgeSignerError: It was not recorded, or could not be made.
        """
        before = asdict(self.status())
        change = Change(ACTION, self._target, before, {"state": "closed", "failure_count": 0})
        done, _ = change_recorded(self._trail, caller, change, self._breaker.reset)
        return done
