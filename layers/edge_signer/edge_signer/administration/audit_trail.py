"""The record of what operators change: one object a change, written before it and never again.

An object says what an operator was about to do. It cannot say that it was done, because it is older
than the change; that is said by the line in the function's log with the same `request_id`. Where a
change failed, a second object beside the first says so, as far as S3 can be reached then. So there
is no change without its object, and no object claims a change that was not made.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from edge_signer.platform.errors import StoreUnavailableError

FOLDER = "audit"
INTENDED, FAILED = "intended", "failed"


@dataclass(frozen=True)
class Caller:
    """Who changes something.

    Attributes:
        operator: Name of the operator whose token it was.
        request_id: Of the request, as its answer and its log line have it.
    """

    operator: str
    request_id: str


@dataclass(frozen=True)
class Change:
    """What is about to be changed.

    Attributes:
        action: Such as flags.update.
        target: What is changed: name of a parameter, or a table and the key of its item.
        before: What it is, in JSON's types; None for what is not there.
        after: What it shall be, likewise.
    """

    action: str
    target: str
    before: Any
    after: Any


class AuditTrail:
    """The trail in S3; needs `s3:PutObject` under `audit/` and nothing else.

    Args:
        s3: Client.
        bucket: Its name.
        clock: Gives the time, in UTC.
    """

    def __init__(
        self, s3: Any, bucket: str, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._s3 = s3
        self._bucket = bucket
        self._clock = clock

    def intend(self, caller: Caller, change: Change) -> str:
        """Record a change that is about to be made.

        Returns:
            Key of the object.

        Raises:
            StoreUnavailableError: It is not recorded, so the change must not be made.
        """
        now = self._clock()
        key = f"{FOLDER}/{now:%Y-%m-%d}/{now:%H%M%S.%f}Z-{caller.request_id}.json"
        self._put(
            key,
            {
                "state": INTENDED,
                "at": now.isoformat(timespec="microseconds"),
                "operator": caller.operator,
                "request_id": caller.request_id,
                "action": change.action,
                "target": change.target,
                "before": change.before,
                "after": change.after,
            },
        )
        return key

    def failed(self, key: str, code: str) -> None:
        """Record beside a change's object that the change failed.

        Args:
            key: Of that object.
            code: Of the error that it failed with. It may have been made all the same, where a
                service did not answer.

        Raises:
            StoreUnavailableError: It is not recorded; the log alone tells.
        """
        content = {
            "state": FAILED,
            "at": self._clock().isoformat(timespec="microseconds"),
            "of": key,
            "error": code,
        }
        self._put(f"{key.removesuffix('.json')}.failed.json", content)

    def _put(self, key: str, content: dict[str, Any]) -> None:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            self._s3.put_object(
                Bucket=self._bucket,
                Key=key,
                Body=json.dumps(content, indent=2).encode() + b"\n",
                ContentType="application/json",
                # Even an operator cannot write over what was recorded.
                IfNoneMatch="*",
            )
        except (BotoCoreError, ClientError) as failure:
            raise StoreUnavailableError(
                "The change cannot be recorded, and was not made.", retry_after_s=5
            ) from failure
