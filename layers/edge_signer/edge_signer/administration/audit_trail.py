"""The audit trail: every change by an operator is recorded before it is made.

An object of the trail says what an operator was about to do. It cannot say that the change was
made, because it is written first; the log line with the same `request_id` says that. If the change
fails, a second object beside the first says so, provided that S3 can be reached. So there is no
change without an object, and objects are never overwritten.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from edge_signer.platform.clients import StoreCall
from edge_signer.platform.errors import EdgeSignerError, StoreUnavailableError

FOLDER = "audit"
INTENDED, FAILED = "intended", "failed"

Made = TypeVar("Made")


@dataclass(frozen=True)
class Caller:
    """The operator who makes a change.

    Attributes:
        operator: Name of the operator whose token was sent.
        request_id: Of the request, as in its answer and its log line.
    """

    operator: str
    request_id: str


@dataclass(frozen=True)
class Change:
    """A change that is about to be made.

    Attributes:
        action: Such as flags.update.
        target: What is changed: name of a parameter, or a table and the key of its item.
        before: The old value, in JSON's types; None if there is none.
        after: The new value, likewise.
    """

    action: str
    target: str
    before: Any
    after: Any


@dataclass(frozen=True)
class DoneChange:
    """A change that was recorded and made.

    Attributes:
        change: The change.
        audit_key: Key of its object in the manifest bucket.
    """

    change: Change
    audit_key: str


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

    def record_and_make(
        self, caller: Caller, change: Change, make: Callable[[], Made]
    ) -> tuple[DoneChange, Made]:
        """Record a change, then make it.

        Raises:
            StoreUnavailableError: The change was neither recorded nor made; or `make` failed.
            Exception: Any other failure of `make`; it is recorded beside the change.
        """
        key = self._intend(caller, change)
        try:
            made = make()
        except Exception as failure:
            code = failure.code if isinstance(failure, EdgeSignerError) else "INTERNAL"
            # The operator has to learn of the first failure, not of this one.
            with suppress(StoreUnavailableError):
                self._failed(key, code)
            raise
        return DoneChange(change, key), made

    def _intend(self, caller: Caller, change: Change) -> str:
        now = self._clock()
        key = f"{FOLDER}/{now:%Y-%m-%d}/{now:%H%M%S.%f}Z-{caller.request_id}.json"
        state = {"state": INTENDED, "at": now.isoformat(timespec="microseconds")}
        self._put(key, {**state, **vars(caller), **vars(change)})
        return key

    def _failed(self, key: str, code: str) -> None:
        # If a service did not answer, the change may still have been made.
        content = {
            "state": FAILED,
            "at": self._clock().isoformat(timespec="microseconds"),
            "of": key,
            "error": code,
        }
        self._put(f"{key.removesuffix('.json')}.failed.json", content)

    def _put(self, key: str, content: dict[str, Any]) -> None:
        with StoreCall("The change could not be recorded and was not made."):
            self._s3.put_object(
                Bucket=self._bucket,
                Key=key,
                Body=json.dumps(content, indent=2).encode() + b"\n",
                ContentType="application/json",
                # Not even an operator can overwrite the record.
                IfNoneMatch="*",
            )
