"""How often KMS is asked to sign, counted by all workers of a region together.

Each worker counts in memory and writes to DynamoDB at most once in ten seconds, during a call to
KMS; all other calls cost no request. The counts are in two items for each region of KMS, in the
table of requests:

- `kms-sign#<region>#<minute>`: `s0` to `s59`, calls in each second of that minute (minutes since
  1970); kept for an hour.
- `kms-sign#<region>#<day>`, such as `2026-01-31`: `calls`, in that UTC day; kept for a week.

Adding is atomic, so no call is counted twice or lost between workers. Calls that a worker has not
written yet are missing; they are lost if it never has another call, or if the write fails. The
quota is the account's; other callers' share of it is unknown here.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from edge_signer.platform.beside import beside
from edge_signer.platform.clients import StoreCall
from edge_signer.platform.errors import StoreUnavailableError
from edge_signer.telemetry.telemetry import SparingComplaint

#: Prefix of the items' keys, to which roles are limited.
ID_PREFIX = "kms-sign#"
#: The busiest second is that of so many last seconds.
WINDOW_S = 60
_RETRY_S = 60.0
_MINUTE_KEPT_S = 3600
_DAY_KEPT_S = 7 * 86_400


class KmsUsageTally:
    """Counts the calls of one worker; needs `dynamodb:UpdateItem` on the items.

    It writes beside the request. While DynamoDB fails, nothing is counted, and it is left alone for
    longer.

    Args:
        dynamodb: Client, with one attempt and a short timeout.
        table: Name of the table of requests.
        kms_region: Region of the quota.
        complain: Called now and then with a line if DynamoDB fails.
        clock: Seconds since 1970.
        write_every_s: Seconds between two writes.
        begin: Begins a write.
    """

    def __init__(
        self,
        dynamodb: Any,
        table: str,
        kms_region: str,
        complain: Callable[[str], None],
        clock: Callable[[], float] = time.time,
        *,
        write_every_s: float = 10.0,
        begin: Callable[[Callable[[], None]], object] = beside,
    ) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._kms_region = kms_region
        self._complain = SparingComplaint(complain)
        self._write_every_s = write_every_s
        self._clock = clock
        self._begin = begin
        self._unwritten: Counter[int] = Counter()
        self._silent_until_s = 0.0

    def count(self) -> None:
        """Count a call; a failure of DynamoDB is logged, not raised."""
        self._unwritten[int(self._clock())] += 1
        if time.monotonic() >= self._silent_until_s:
            counted, self._unwritten = self._unwritten, Counter()
            self._silent_until_s = time.monotonic() + self._write_every_s
            self._begin(partial(self._write, counted))

    def _write(self, calls: Counter[int]) -> None:
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
            self._silent_until_s = time.monotonic() + _RETRY_S

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


@dataclass(frozen=True)
class KmsUsage:
    """Calls that all workers have written.

    Attributes:
        peak_per_s: Calls in the busiest second of the last minute.
        today: Calls since midnight, UTC.
    """

    peak_per_s: int
    today: int


def read_kms_usage(
    dynamodb: Any, table: str, kms_region: str, clock: Callable[[], float] = time.time
) -> KmsUsage:
    """Read what workers wrote; needs `dynamodb:BatchGetItem` on the items.

    Args:
        dynamodb: Client.
        table: Name of the table of requests.
        kms_region: Region of the quota.
        clock: Seconds since 1970.

    Raises:
        StoreUnavailableError: DynamoDB failed.
    """
    now = int(clock())
    window = range(now - WINDOW_S + 1, now + 1)
    minutes = {second: _minute_id(kms_region, second) for second in window}
    day = _day_id(kms_region, now)
    keys = [{"id": {"S": one}} for one in sorted({*minutes.values(), day})]
    with StoreCall("The KMS usage counters cannot be read.", retry_after_s=None):
        answer = dynamodb.batch_get_item(RequestItems={table: {"Keys": keys}})
    if answer.get("UnprocessedKeys"):
        raise StoreUnavailableError("The KMS usage counters cannot be read completely.")
    items = {item["id"]["S"]: item for item in answer["Responses"][table]}
    return KmsUsage(
        peak_per_s=max(
            _number(items.get(minutes[second], {}), f"s{second % 60}") for second in window
        ),
        today=_number(items.get(day, {}), "calls"),
    )


def _number(item: dict[str, Any], name: str) -> int:
    return int(item[name]["N"]) if name in item else 0


def _minute_id(kms_region: str, second: int) -> str:
    return f"{ID_PREFIX}{kms_region}#{second // 60}"


def _day_id(kms_region: str, second: int) -> str:
    return f"{ID_PREFIX}{kms_region}#{datetime.fromtimestamp(second, UTC).date().isoformat()}"
