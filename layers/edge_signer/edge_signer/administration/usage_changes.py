"""What a tenant has used of its limits, taken back to nothing."""

from __future__ import annotations

from typing import Any

from edge_signer.administration.audit_trail import AuditTrail, Caller, Change
from edge_signer.administration.audited_change import DoneChange, change_recorded
from edge_signer.platform.errors import StoreUnavailableError
from edge_signer.tenancy.usage_item import SeenItem

ACTION = "rate_limiter.clear"


class UsageChanges:
    """Clears usage; needs `dynamodb:GetItem` and `dynamodb:UpdateItem` on the table of limits.

    Args:
        dynamodb: Client.
        table: Its name.
        trail: Where changes are recorded.
    """

    def __init__(self, dynamodb: Any, table: str, trail: AuditTrail) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._trail = trail

    def clear(self, caller: Caller, tenant_id: str) -> DoneChange | None:
        """Forget what a tenant used; limits of its own stay.

        Returns:
            The change; None where nothing is known of the tenant's usage.

        Raises:
            EdgeSignerError: It was not recorded, or could not be made.
        """
        before = self._usage(tenant_id)
        if before is None:
            return None
        change = Change(ACTION, f"{self._table}/{tenant_id}", before, None)
        done, _ = change_recorded(self._trail, caller, change, lambda: self._remove(tenant_id))
        return done

    def _usage(self, tenant_id: str) -> dict[str, int] | None:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            answer = self._dynamodb.get_item(
                TableName=self._table, Key={"tenant_id": {"S": tenant_id}}, ConsistentRead=True
            )
        except (BotoCoreError, ClientError) as failure:
            raise _unavailable() from failure
        item = answer.get("Item", {})
        if not item.keys() & {"admissions", "day_count"}:
            return None
        # What cannot be read counts as nothing for the limiter too.
        usage = SeenItem.read(item, lambda _: None).usage
        return {"admissions": len(usage.admitted_ms), "day_count": usage.day_count}

    def _remove(self, tenant_id: str) -> None:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            self._dynamodb.update_item(
                TableName=self._table,
                Key={"tenant_id": {"S": tenant_id}},
                UpdateExpression="REMOVE admissions, day_count",
                # Else an item that was deleted meanwhile would come back without an end.
                ConditionExpression="attribute_exists(tenant_id)",
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            return
        except (BotoCoreError, ClientError) as failure:
            raise _unavailable() from failure


def _unavailable() -> StoreUnavailableError:
    return StoreUnavailableError("The table of limits cannot be reached.", retry_after_s=5)
