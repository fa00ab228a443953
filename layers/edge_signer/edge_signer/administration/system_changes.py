"""Changes to the running system other than flags: chaos, the circuit breaker, a tenant's usage."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from edge_signer.administration.audit_trail import AuditTrail, Caller, Change, DoneChange
from edge_signer.administration.errors import ChaosNotAllowedError
from edge_signer.administration.flag_parameters import FlagParameters
from edge_signer.kms_guard.breaker_rules import BreakerStatus
from edge_signer.kms_guard.chaos import ChaosOrder
from edge_signer.kms_guard.circuit_breaker import CircuitBreaker
from edge_signer.platform.clients import StoreCall
from edge_signer.platform.errors import StoreUnavailableError
from edge_signer.tenancy.usage_item import SeenItem

RESET_BREAKER, CLEAR_USAGE, CHAOS = "circuit_breaker.reset", "rate_limiter.clear", "chaos"
_TABLE_CALL = StoreCall("The table of limits cannot be reached.")


class ChaosChanges:
    """Orders failures of KMS.

    Args:
        parameters: The stage's folder, which holds the order.
        trail: Records changes.
        is_allowed: Whether this deployment allows chaos.
    """

    def __init__(self, parameters: FlagParameters, trail: AuditTrail, *, is_allowed: bool) -> None:
        self._parameters = parameters
        self._trail = trail
        self._is_allowed = is_allowed

    def put(self, caller: Caller, order: ChaosOrder) -> DoneChange:
        """Replace the order in force; an order that has ended withdraws the last.

        Raises:
            ChaosNotAllowedError: This deployment does not allow chaos.
            EdgeSignerError: The change was not recorded, or could not be made.
        """
        if not self._is_allowed:
            raise ChaosNotAllowedError("This deployment does not allow chaos.")
        text, before = order.model_dump_json(), self._parameters.read(CHAOS).text
        change = Change(CHAOS, self._parameters.name_of(CHAOS), before, text)
        done, _ = self._trail.record_and_make(
            caller, change, lambda: self._parameters.write(CHAOS, text)
        )
        return done


class BreakerChanges:
    """Shows and closes a breaker.

    Args:
        breaker: The breaker.
        target: Names its item, such as `edge-signer-prod-breakers/kms:eu-central-1`.
        trail: Records changes.
    """

    def __init__(self, breaker: CircuitBreaker, target: str, trail: AuditTrail) -> None:
        self._breaker = breaker
        self._target = target
        self._trail = trail

    def status(self) -> BreakerStatus:
        """Return the state that all workers share.

        Raises:
            StoreUnavailableError: DynamoDB failed; each worker then counts alone.
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
            EdgeSignerError: The change was not recorded, or could not be made.
        """
        before = asdict(self.status())
        after = {"state": "closed", "failure_count": 0}
        change = Change(RESET_BREAKER, self._target, before, after)
        done, _ = self._trail.record_and_make(caller, change, self._breaker.reset)
        return done


class UsageChanges:
    """Clears usage; needs `dynamodb:GetItem` and `dynamodb:UpdateItem` on the table of limits.

    Args:
        dynamodb: Client.
        table: Its name.
        trail: Records changes.
    """

    def __init__(self, dynamodb: Any, table: str, trail: AuditTrail) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._trail = trail

    def clear(self, caller: Caller, tenant_id: str) -> DoneChange | None:
        """Forget a tenant's usage; limits set for the tenant stay.

        Returns:
            The change; None if the tenant has no usage.

        Raises:
            EdgeSignerError: The change was not recorded, or could not be made.
        """
        before = self._usage(tenant_id)
        if before is None:
            return None
        change = Change(CLEAR_USAGE, f"{self._table}/{tenant_id}", before, None)
        done, _ = self._trail.record_and_make(caller, change, lambda: self._remove(tenant_id))
        return done

    def _usage(self, tenant_id: str) -> dict[str, int] | None:
        with _TABLE_CALL:
            answer = self._dynamodb.get_item(
                TableName=self._table, Key={"tenant_id": {"S": tenant_id}}, ConsistentRead=True
            )
        item = answer.get("Item", {})
        if not item.keys() & {"admissions", "day_count"}:
            return None
        # The limiter, too, counts what cannot be read as nothing.
        usage = SeenItem.read(item, lambda _: None).usage
        return {"admissions": len(usage.admitted_ms), "day_count": usage.day_count}

    def _remove(self, tenant_id: str) -> None:
        with _TABLE_CALL:
            try:
                self._dynamodb.update_item(
                    TableName=self._table,
                    Key={"tenant_id": {"S": tenant_id}},
                    UpdateExpression="REMOVE admissions, day_count",
                    # Otherwise an item deleted meanwhile would come back without an expiration.
                    ConditionExpression="attribute_exists(tenant_id)",
                )
            except self._dynamodb.exceptions.ConditionalCheckFailedException:
                return
