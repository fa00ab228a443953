"""A tenant's limits in one DynamoDB item, exact across all workers of a region.

A request costs one write and no read. With sliding windows, an admission replaces the item on the
condition that this worker last saw it; if another worker changed it, the refused write returns the
item and this worker tries again. If only the day is limited, an admission increments its count on
the condition that the day is not full, so that workers never compete.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from enum import Enum
from typing import Any

from edge_signer.telemetry.telemetry import SparingComplaint
from edge_signer.tenancy.rate_limits import (
    SOON_S,
    Decision,
    RateLimitedError,
    Standing,
    Usage,
    decide,
    standing_of,
)
from edge_signer.tenancy.usage_item import UNSEEN, SeenItem

# Keeping clients waiting is worse than being less exact for a moment.
TIMEOUT_S = 1.0
#: For how long a worker refuses requests by a full item that it saw.
FRESH_S = 1.0
#: More than all workers together admit in `FRESH_S`: the stage passes 1,200 requests in a second.
AMPLE = 10_000
# A lost write means that another of the tenant's requests was admitted, so the limit of a second
# ends a series of losses long before this does.
_ATTEMPTS = 32
_PATIENCE_S = 1.0
_JITTER_S = 0.002
_TENANTS_KEPT = 1024
_THROTTLES = {
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingException",
}


class Room(Enum):
    """What a worker knows about a tenant's room before it counts a request.

    Attributes:
        UNKNOWN: It has not seen the tenant's item, or the item had no room.
        LIKELY: The item had room, which other workers may have used since.
        AMPLE: The item had more room a moment ago than all workers can have used since.
    """

    UNKNOWN = 0
    LIKELY = 1
    AMPLE = 2


class DynamoDbRateLimiter:
    """The limiter; needs `dynamodb:UpdateItem` on the table.

    While DynamoDB fails it continues alone from what it last saw: the limits then hold for each
    worker separately.

    Args:
        dynamodb: Client, with one attempt and a short timeout.
        table: Its name.
        complain: Called now and then with a line about something that an operator must fix.
        clock: Seconds since 1970.
        fresh_s: Seconds for which a full item that was seen refuses requests without a look at
            DynamoDB. Usage only grows, but operators may raise limits.
        alone_s: Seconds for which DynamoDB is left alone after a failure.
        attempts: Writes of one request that may lose to other workers.
    """

    def __init__(
        self,
        dynamodb: Any,
        table: str,
        complain: Callable[[str], None],
        clock: Callable[[], float] = time.time,
        *,
        fresh_s: float = FRESH_S,
        alone_s: float = 1.0,
        attempts: int = _ATTEMPTS,
    ) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._say = SparingComplaint(complain)
        self._clock = clock
        self._fresh_s = fresh_s
        self._alone_s = alone_s
        self._attempts = attempts
        self._seen: dict[str, SeenItem] = {}
        self._alone_until_s = 0.0

    def admit(self, tenant_id: str) -> Standing:
        """Count one request of a tenant.

        Raises:
            RateLimitedError: It exceeds a limit and was not counted.
        """
        decision = self._decide(tenant_id)
        if not decision.admitted:
            raise RateLimitedError(decision.standing)
        return decision.standing

    def room(self, tenant_id: str) -> Room:
        """Foresee whether `admit` will admit a request, from what this worker last saw."""
        seen = self._seen.get(tenant_id)
        if seen is None or not decide(seen.usage, seen.limits, self._clock_ms()).admitted:
            return Room.UNKNOWN
        return Room.AMPLE if self._is_ample(seen) else Room.LIKELY

    def _is_ample(self, seen: SeenItem) -> bool:
        left = seen.limits.day - seen.usage.day_count
        return not seen.limits.windows and seen.age_s() < self._fresh_s and left >= AMPLE

    def _decide(self, tenant_id: str) -> Decision:
        from botocore.exceptions import BotoCoreError, ClientError

        if time.monotonic() < self._alone_until_s:
            return self._decide_alone(tenant_id)
        try:
            return self._decide_together(tenant_id)
        except (BotoCoreError, ClientError) as failure:
            # A throttle concerns one tenant's item, so other tenants are still counted together.
            # After any other failure, the next requests do not wait for the same timeout.
            if not _is_throttle(failure):
                self._alone_until_s = time.monotonic() + self._alone_s
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
        give_up_s = time.monotonic() + _PATIENCE_S
        for attempt in range(self._attempts):
            decision = decide(seen.usage, seen.limits, self._clock_ms())
            if not decision.admitted:
                if attempt > 0 or seen.age_s() < self._fresh_s:
                    return decision
                # Like a worker that never saw the item, it receives the item with the refusal.
                seen = UNSEEN
                decision = decide(seen.usage, seen.limits, self._clock_ms())
            is_counted, seen = self._count(tenant_id, seen, decision.usage)
            self._remember(tenant_id, seen)
            if is_counted:
                standing = standing_of(seen.usage, seen.limits, self._clock_ms())
                return Decision(admitted=True, usage=seen.usage, standing=standing)
            if time.monotonic() > give_up_s:
                break
            time.sleep(random.uniform(0, _JITTER_S * (attempt + 1)))  # noqa: S311 - no secret
        self._say("rate limits: a request was refused because other workers kept changing its item")
        raise RateLimitedError(
            "This tenant's requests came too close together to be counted; "
            f"try again in {SOON_S} s."
        )

    def _count(self, tenant_id: str, seen: SeenItem, usage: Usage) -> tuple[bool, SeenItem]:
        """Count one request; return whether it was counted, and the item as it is now."""
        from botocore.exceptions import ClientError

        try:
            counted = self._dynamodb.update_item(
                TableName=self._table,
                Key={"tenant_id": {"S": tenant_id}},
                ReturnValues="ALL_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
                **seen.counted_by(usage),
            )
        except ClientError as failure:
            if failure.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            return False, SeenItem.read(failure.response.get("Item", {}), self._say)
        return True, SeenItem.read(counted["Attributes"], self._say)

    def _remember(self, tenant_id: str, seen: SeenItem) -> None:
        if tenant_id not in self._seen and len(self._seen) >= _TENANTS_KEPT:
            self._seen.clear()
        self._seen[tenant_id] = seen

    def _clock_ms(self) -> int:
        return int(self._clock() * 1000)


def _is_throttle(failure: Exception) -> bool:
    from botocore.exceptions import ClientError

    return isinstance(failure, ClientError) and failure.response["Error"]["Code"] in _THROTTLES
