"""How often KMS is asked to sign, counted by all workers of a region together.

Each worker counts in memory and tells DynamoDB at most once in ten seconds, with the call that is
due: in between a call costs no request. Two items for each region of KMS take it in,
in the table of requests:

- `kms-sign#<region>#<minute>`: `s0` to `s59`, calls in each second of that minute (minutes since
  1970); kept for an hour.
- `kms-sign#<region>#<day>`, such as `2026-01-31`: `calls`, in that UTC day; kept for a week.

Adding is atomic, so that no call is counted twice or lost between workers. What a worker has not
told yet is missing, and is lost if it never has another call; so is what a failed write held.
Others' calls against the same quota, which is the account's, are not known here.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from edge_signer.platform.clients import client
from edge_signer.platform.errors import StoreUnavailableError
from edge_signer.telemetry.telemetry import SparingComplaint

#: What the items' names begin with; roles are narrowed to it.
ID_PREFIX = "kms-sign#"
#: How far back the busiest second is looked for.
WINDOW_S = 60
_MINUTE_KEPT_S = 3600
_DAY_KEPT_S = 7 * 86_400


class KmsUsageTally:
    """Counts the calls of one worker; needs `dynamodb:UpdateItem` on the items.

    While DynamoDB fails, nothing is counted, and it is told again after `RETRY_S` seconds only: the
    request at hand waits for each time-out.

    Args:
        dynamodb: Client, with one attempt and a short time-out.
        table: Name of the table of requests.
        kms_region: Whose quota it is.
        complain: Told that DynamoDB fails.
        clock: Seconds since 1970.
    """

    TELL_EVERY_S = 10.0
    RETRY_S = 60.0

    def __init__(
        self,
        dynamodb: Any,
        table: str,
        kms_region: str,
        complain: Callable[[str], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._kms_region = kms_region
        self._complain = complain
        self._clock = clock
        self._untold: Counter[int] = Counter()
        self._silent_until_s = 0.0

    def count(self) -> None:
        """Count a call; a DynamoDB that fails is complained of, not raised."""
        self._untold[int(self._clock())] += 1
        if time.monotonic() >= self._silent_until_s:
            told, self._untold = self._untold, Counter()
            wait_s = self.TELL_EVERY_S if self._tell(told) else self.RETRY_S
            self._silent_until_s = time.monotonic() + wait_s

    def _tell(self, calls: Counter[int]) -> bool:
        from botocore.exceptions import BotoCoreError, ClientError

        items: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for second, count in calls.items():
            items[_minute_id(self._kms_region, second)][f"s{second % 60}"] += count
            items[_day_id(self._kms_region, second)]["calls"] += count
        try:
            for item_id, counts in items.items():
                self._add(item_id, counts)
        except (BotoCoreError, ClientError) as failure:
            self._complain(f"KMS quota: calls of this worker are not counted: {failure}")
            return False
        return True

    def _add(self, item_id: str, counts: Counter[str]) -> None:
        kept_s = _DAY_KEPT_S if "calls" in counts else _MINUTE_KEPT_S
        added = ", ".join(f"{name} :{name}" for name in counts)
        self._dynamodb.update_item(
            TableName=self._table,
            Key={"id": {"S": item_id}},
            UpdateExpression=f"ADD {added} SET expiration = :expiration",
            ExpressionAttributeValues={
                **{f":{name}": {"N": str(count)} for name, count in counts.items()},
                ":expiration": {"N": str(int(self._clock()) + kept_s)},
            },
        )


def kms_usage_tally(
    *,
    region: str,
    table: str,
    kms_region: str,
    timeout_s: float,
    complain: Callable[[str], None],
) -> KmsUsageTally:
    """Give the tally of a worker.

    Args:
        region: Of the function and the table.
        table: Name of the table of requests.
        kms_region: Where KMS is; each region has its own quota.
        timeout_s: How long a request may have to wait for DynamoDB's answer, in seconds.
        complain: Told that DynamoDB fails.
    """
    dynamodb = client("dynamodb", region, timeout_s=timeout_s, attempts=1)
    return KmsUsageTally(dynamodb, table, kms_region, SparingComplaint(complain))


@dataclass(frozen=True)
class KmsUsage:
    """What all workers have told.

    Attributes:
        peak_per_s: Calls in the busiest second of the last minute.
        today: Calls since midnight, UTC.
    """

    peak_per_s: int
    today: int


class KmsUsageReader:
    """Reads what workers told; needs `dynamodb:BatchGetItem` on the items.

    Args:
        dynamodb: Client.
        table: Name of the table of requests.
        kms_region: Whose quota it is.
        clock: Seconds since 1970.
    """

    def __init__(
        self,
        dynamodb: Any,
        table: str,
        kms_region: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._kms_region = kms_region
        self._clock = clock

    def read(self) -> KmsUsage:
        """Give the calls.

        Raises:
            StoreUnavailableError: DynamoDB does not answer as it should.
        """
        now = int(self._clock())
        window = range(now - WINDOW_S + 1, now + 1)
        minutes = {second: _minute_id(self._kms_region, second) for second in window}
        day = _day_id(self._kms_region, now)
        items = self._items({*minutes.values(), day})
        return KmsUsage(
            peak_per_s=max(
                _number(items.get(minutes[second], {}), f"s{second % 60}") for second in window
            ),
            today=_number(items.get(day, {}), "calls"),
        )

    def _items(self, ids: set[str]) -> dict[str, dict[str, Any]]:
        from botocore.exceptions import BotoCoreError, ClientError

        keys = [{"id": {"S": one}} for one in sorted(ids)]
        try:
            answer = self._dynamodb.batch_get_item(RequestItems={self._table: {"Keys": keys}})
        except (BotoCoreError, ClientError) as failure:
            raise StoreUnavailableError("The use of KMS cannot be read.") from failure
        if answer.get("UnprocessedKeys"):
            raise StoreUnavailableError("The use of KMS cannot be read whole.")
        return {item["id"]["S"]: item for item in answer["Responses"][self._table]}


def _number(item: dict[str, Any], name: str) -> int:
    return int(item[name]["N"]) if name in item else 0


def _minute_id(kms_region: str, second: int) -> str:
    return f"{ID_PREFIX}{kms_region}#{second // 60}"


def _day_id(kms_region: str, second: int) -> str:
    return f"{ID_PREFIX}{kms_region}#{datetime.fromtimestamp(second, UTC).date().isoformat()}"
