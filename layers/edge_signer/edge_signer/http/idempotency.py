"""`Idempotency-Key`: a repeated request gets the same answer and is not signed again.

Follows draft-ietf-httpapi-idempotency-key-header. Keys belong to a tenant and are remembered for a
day, with the digest of the body. Only success is remembered: a refusal or failure frees the key. If
a worker dies, its key is free once the function's time is up.

A record is written before KMS is called, and completed while S3 stores the manifest. So a completed
record does not say that the manifest is stored; before its answer is repeated, S3 is asked.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from edge_signer.http.errors import IdempotencyMismatchError, RequestInFlightError
from edge_signer.platform.clients import StoreCall
from edge_signer.platform.errors import InvalidRequestError, StoreUnavailableError

REMEMBERED_S = 24 * 60 * 60
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_IN_FLIGHT_RETRY_S = 1
_CALL = StoreCall("Could not check the Idempotency-Key; try again.")
_IN_PROGRESS, _COMPLETED = {"S": "INPROGRESS"}, {"S": "COMPLETED"}
_VERSION = "X-Manifest-Version"
# Its own attempt: the SDK repeats a write whose answer was lost.
_IS_FREE = (
    "attribute_not_exists(id) OR expiration < :now_s OR attempt IN (:mine, :ended)"
    " OR (#status = :in_progress AND in_progress_expiration < :now_ms)"
)


def idempotency_key_of(headers: Mapping[str, str]) -> str | None:
    """Return the client's key; None if it sends none.

    Raises:
        InvalidRequestError: It is empty, too long, or has other than visible ASCII characters.
    """
    key = headers.get("idempotency-key")
    if key is not None and not _KEY.fullmatch(key):
        raise InvalidRequestError("Idempotency-Key must be 1 to 255 visible ASCII characters")
    return key


@dataclass(frozen=True)
class KeptAnswer:
    """A remembered answer.

    Attributes:
        body: Its body.
        headers: Those that do not depend on the request that gets it.
        manifest_md5: Of the manifest store, in hexadecimal.
        version: Of the manifest in S3; empty before that is known.
    """

    body: str
    headers: Mapping[str, str]
    manifest_md5: str
    version: str = ""


#: Finds the version of an answer's manifest, signed at a time or later; None if it is not stored.
FindVersion = Callable[[KeptAnswer, datetime], str | None]


class Turn:
    """A request's turn at its key, as a context manager: if the block fails, the key is free.

    Attributes:
        kept: The answer that the key has; None if this request is to make it.
    """

    def __init__(self, records: Idempotency, item_id: str, kept: KeptAnswer | None = None) -> None:
        self._records = records
        self._is_free_after_failure = kept is None
        self.item_id = item_id
        self.attempt = uuid.uuid4().hex
        self.kept = kept

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _: type[BaseException] | None, failure: BaseException | None, __: TracebackType | None
    ) -> None:
        """Free the key after a failure."""
        if failure is not None and self._is_free_after_failure:
            with suppress(StoreUnavailableError):
                self._records.forget(self)

    def remember(self, answer: KeptAnswer) -> None:
        """Write the answer down.

        Raises:
            StoreUnavailableError: DynamoDB does not answer.
        """
        self._records.remember(self, answer)

    def stay_in_flight(self) -> None:
        """Do not free the key after a failure, because the manifest is stored."""
        self._is_free_after_failure = False


class Idempotency:
    """Remembers answers; needs `dynamodb:PutItem`, `UpdateItem` and `DeleteItem` on the table.

    Args:
        dynamodb: Client of the service.
        table: Its name; the hash key is `id`, and `expiration` is when an item expires.
        clock: Gives epoch seconds.
    """

    def __init__(self, dynamodb: Any, table: str, clock: Callable[[], float] = time.time) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._clock = clock

    def turn(
        self, tenant_id: str, key: str, body: bytes, lasts_s: float, find_version: FindVersion
    ) -> Turn:
        """Take the turn at a key, or find its answer.

        Args:
            tenant_id: The tenant; the same key of another tenant is another key.
            key: The client's name for the request.
            body: Its bytes, which must be the same each time.
            lasts_s: For how long the key stays in flight at most.
            find_version: Tells whether the manifest of the answer is stored.

        Raises:
            RequestInFlightError: The first request with this key is still being processed.
            IdempotencyMismatchError: The key was used with another body.
            StoreUnavailableError: DynamoDB or S3 does not answer.
        """
        turn = Turn(self, f"idempotency#{_sha256_of([tenant_id, key])}")
        validation = _sha256_of(hashlib.sha256(body).hexdigest())
        found = self._begin(turn, validation, lasts_s)
        if found is None:
            return turn
        if found["validation"]["S"] != validation:
            raise IdempotencyMismatchError(
                "This Idempotency-Key was used with another body; use a new key for each request."
            )
        if found["status"] == _COMPLETED:
            kept = _kept_in(found)
            version = kept.version or find_version(kept, _begun_at(found))
            if version:
                return Turn(self, turn.item_id, replace(kept, version=version))
            # Its worker died before S3 had the manifest, or S3 is just getting it.
            is_over = int(found["in_progress_expiration"]["N"]) < self._clock() * 1000
            if is_over and self._begin(turn, validation, lasts_s, found["attempt"]["S"]) is None:
                return turn
        raise RequestInFlightError(
            "The first request with this Idempotency-Key is still being processed.",
            retry_after_s=_IN_FLIGHT_RETRY_S,
        )

    def remember(self, turn: Turn, answer: KeptAnswer) -> None:
        """Complete a record; see `Turn.remember`."""
        data = json.dumps({"headers": dict(answer.headers), "body": answer.body})
        values = {":data": data, ":md5": answer.manifest_md5, ":mine": turn.attempt}
        with _CALL:
            self._dynamodb.update_item(
                TableName=self._table,
                Key={"id": {"S": turn.item_id}},
                UpdateExpression="SET #status = :completed, #data = :data, manifest_md5 = :md5",
                ConditionExpression="attempt = :mine",
                ExpressionAttributeNames={"#status": "status", "#data": "data"},
                ExpressionAttributeValues={
                    **{name: {"S": value} for name, value in values.items()},
                    ":completed": _COMPLETED,
                },
            )

    def forget(self, turn: Turn) -> None:
        """Delete a record, unless it is another request's by now.

        Raises:
            StoreUnavailableError: It is, or DynamoDB does not answer.
        """
        with _CALL:
            self._dynamodb.delete_item(
                TableName=self._table,
                Key={"id": {"S": turn.item_id}},
                ConditionExpression="attempt = :mine",
                ExpressionAttributeValues={":mine": {"S": turn.attempt}},
            )

    def _begin(
        self, turn: Turn, validation: str, lasts_s: float, ended: str = ""
    ) -> dict[str, Any] | None:
        """Write a record if the key is free, or that of an ended attempt; else give the record."""
        now_s, mine = self._clock(), {"S": turn.attempt}
        item = {
            "id": {"S": turn.item_id},
            "attempt": mine,
            "status": _IN_PROGRESS,
            "validation": {"S": validation},
            "begun_ms": _number(now_s * 1000),
            "in_progress_expiration": _number((now_s + lasts_s) * 1000),
            "expiration": _number(now_s + REMEMBERED_S),
        }
        with _CALL:
            try:
                self._dynamodb.put_item(
                    TableName=self._table,
                    Item=item,
                    ConditionExpression=_IS_FREE,
                    ExpressionAttributeNames={"#status": "status"},
                    ExpressionAttributeValues={
                        ":now_s": _number(now_s),
                        ":now_ms": _number(now_s * 1000),
                        ":in_progress": _IN_PROGRESS,
                        ":mine": mine,
                        ":ended": {"S": ended or turn.attempt},
                    },
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
            except self._dynamodb.exceptions.ConditionalCheckFailedException as taken:
                return dict(taken.response["Item"])
        return None


def _kept_in(item: Mapping[str, Any]) -> KeptAnswer:
    data = json.loads(item["data"]["S"])
    md5 = item.get("manifest_md5", {}).get("S", "")
    # Until this release, a record was completed after the manifest was stored, with its version.
    return KeptAnswer(data["body"], data["headers"], md5, data["headers"].get(_VERSION, ""))


def _begun_at(item: Mapping[str, Any]) -> datetime:
    return datetime.fromtimestamp(int(item["begun_ms"]["N"]) / 1000, UTC)


def _sha256_of(value: object) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()


def _number(value: float) -> dict[str, str]:
    return {"N": str(int(value))}
