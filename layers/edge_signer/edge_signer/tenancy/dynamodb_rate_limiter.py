"""The limits of a tenant in one DynamoDB item, exact across all workers of a region.

A request costs one write and no read. Where sliding windows are in force, an admission replaces the
item on the condition that it is what this worker last saw; a worker that is wrong about that gets
the item with the refusal and tries again. Where only the day is limited, an admission adds one to
its count on the condition that the day is not full, which no other worker can spoil.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

from edge_signer.configuration.settings import CalledSettings
from edge_signer.platform.clients import client
from edge_signer.telemetry.telemetry import SparingComplaint
from edge_signer.tenancy.rate_limits import (
    Contended,
    Decision,
    RateLimitedError,
    Standing,
    Usage,
    decide,
    standing_of,
)
from edge_signer.tenancy.usage_item import UNSEEN, SeenItem

# A limiter that keeps its clients waiting is worse than one that is less exact for a moment.
TIMEOUT_S = 1.0
_THROTTLES = {
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingException",
}


def dynamodb_rate_limiter(
    settings: CalledSettings, complain: Callable[[str], None]
) -> DynamoDbRateLimiter:
    """Give the limiter that a function asks.

    Args:
        settings: Of the function.
        complain: Told that DynamoDB fails, and of items that cannot be read.
    """
    dynamodb = client("dynamodb", settings.aws_region, timeout_s=TIMEOUT_S, attempts=1)
    return DynamoDbRateLimiter(dynamodb, settings.limits_table, complain)


class DynamoDbRateLimiter:
    """The limiter; needs `dynamodb:UpdateItem` on the table.

    While DynamoDB fails it goes on alone, from what it last saw: the limits then hold for each
    worker and not for all together.

    Args:
        dynamodb: Client, with one attempt and a short time-out.
        table: Its name.
        complain: Told of what an operator must mend, now and then.
        clock: Seconds since 1970.
    """

    # A write that loses means that another of the tenant's requests was admitted, so the limit of a
    # second ends a row of losses long before this does.
    ATTEMPTS = 32
    PATIENCE_S = 1.0
    # What was seen may only have grown since, so a refusal by it is due; but operators raise
    # limits, and other workers know better when the tenant may come again.
    FRESH_S = 1.0
    ALONE_S = 1.0
    _JITTER_S = 0.002
    _TENANTS_KEPT = 1024

    def __init__(
        self,
        dynamodb: Any,
        table: str,
        complain: Callable[[str], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._say = SparingComplaint(complain)
        self._clock = clock
        self._seen: dict[str, SeenItem] = {}
        self._alone_until_s = 0.0

    def admit(self, tenant_id: str) -> Standing:
        """Count one request of a tenant.

        Raises:
            RateLimitedError: It is one too many, and was not counted.
        """
        decision = self._decide(tenant_id)
        if not decision.admitted:
            raise RateLimitedError(decision.standing)
        return decision.standing

    def _decide(self, tenant_id: str) -> Decision:
        from botocore.exceptions import BotoCoreError, ClientError

        if time.monotonic() < self._alone_until_s:
            return self._decide_alone(tenant_id)
        try:
            return self._decide_together(tenant_id)
        except (BotoCoreError, ClientError) as failure:
            # A throttle is about one tenant's item: the others go on counting together. Else the
            # next requests need not wait for the same time-out.
            if not _is_throttle(failure):
                self._alone_until_s = time.monotonic() + self.ALONE_S
            self._say(f"rate limits: DynamoDB fails, this worker counts alone: {failure}")
            return self._decide_alone(tenant_id)

    def _decide_alone(self, tenant_id: str) -> Decision:
        seen = self._seen.get(tenant_id, UNSEEN)
        decision = decide(seen.usage, seen.limits, self._clock_ms())
        if decision.admitted:
            self._remember(tenant_id, seen.after(decision.usage))
        return decision

    def _decide_together(self, tenant_id: str) -> Decision:
        seen = self._seen.get(tenant_id, UNSEEN)
        give_up_s = time.monotonic() + self.PATIENCE_S
        for attempt in range(self.ATTEMPTS):
            decision = decide(seen.usage, seen.limits, self._clock_ms())
            if not decision.admitted:
                if attempt > 0 or seen.age_s() < self.FRESH_S:
                    return decision
                # As a worker that never saw the item, it is told what the item is.
                seen = UNSEEN
                decision = decide(seen.usage, seen.limits, self._clock_ms())
            is_counted, seen = self._count(tenant_id, seen, decision.usage)
            self._remember(tenant_id, seen)
            if is_counted:
                standing = standing_of(seen.usage, seen.limits, self._clock_ms())
                return Decision(admitted=True, usage=seen.usage, standing=standing)
            if time.monotonic() > give_up_s:
                break
            time.sleep(random.uniform(0, self._JITTER_S * (attempt + 1)))  # noqa: S311 - no secret
        self._say("rate limits: a request was refused because too many others were faster")
        raise RateLimitedError(Contended())

    def _count(self, tenant_id: str, seen: SeenItem, usage: Usage) -> tuple[bool, SeenItem]:
        """Count one request; tell whether it was counted, and the item as it is now."""
        from botocore.exceptions import ClientError

        try:
            counted = self._dynamodb.update_item(
                TableName=self._table,
                Key={"tenant_id": {"S": tenant_id}},
                **seen.counted_by(usage),
            )
        except ClientError as failure:
            if failure.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            return False, SeenItem.read(failure.response.get("Item", {}), self._say)
        return True, SeenItem.read(counted["Attributes"], self._say)

    def _remember(self, tenant_id: str, seen: SeenItem) -> None:
        if tenant_id not in self._seen and len(self._seen) >= self._TENANTS_KEPT:
            self._seen.clear()
        self._seen[tenant_id] = seen

    def _clock_ms(self) -> int:
        return int(self._clock() * 1000)


def _is_throttle(failure: Exception) -> bool:
    from botocore.exceptions import ClientError

    return isinstance(failure, ClientError) and failure.response["Error"]["Code"] in _THROTTLES
