"""A circuit breaker's record, kept in DynamoDB for all workers of a region.

One item holds a record:

- `breaker_id`: the key, such as `kms:eu-central-1`.
- `revision`: a new random value with each write.
- `failures_ms`: times of failed attempts, oldest first. All times are milliseconds since 1970.
- `since_ms`: when the breaker last opened or closed.
- `opened_by`, `probe_after_ms`: only while it is open.
- `probe_id`, `probe_until_ms`: only while a probe is under way or lost.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from edge_signer.kms_guard.breaker_rules import OpenedBy, Opening, Probe, Record
from edge_signer.platform.clients import StoreCall

_CALL = StoreCall("The circuit breaker cannot be reached.")
_OPENED_BY: dict[str, OpenedBy] = {"throttle": "throttle", "failures": "failures"}


@dataclass(frozen=True)
class Stored:
    """A record as it is stored.

    Attributes:
        record: The record.
        revision: Differs between any two records ever stored; None if none is stored.
    """

    record: Record = field(default_factory=Record)
    revision: Any = None


class DynamoDbBreakerStore:
    """The stored record; needs `dynamodb:GetItem` and `dynamodb:PutItem` on the table.

    Args:
        dynamodb: Client, with one attempt and a short timeout.
        table: Its name; the hash key is `breaker_id`.
        breaker_id: Names the breaker.
        complain: Called with a line if the item cannot be read; it then counts as absent.
    """

    def __init__(
        self, dynamodb: Any, table: str, breaker_id: str, complain: Callable[[str], None]
    ) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._key = {"breaker_id": {"S": breaker_id}}
        self._complain = complain

    def read(self) -> Stored:
        """Read the stored record.

        Raises:
            StoreUnavailableError: DynamoDB failed.
        """
        with _CALL:
            answer = self._dynamodb.get_item(
                TableName=self._table, Key=self._key, ConsistentRead=True
            )
        return self._stored(answer.get("Item", {}))

    def replaced(self, seen: Stored, record: Record) -> tuple[bool, Stored]:
        """Replace the record unless another worker replaced it first.

        Args:
            seen: The stored record as last read or written.
            record: The new one.

        Returns:
            Whether it was replaced, and what is stored now.

        Raises:
            StoreUnavailableError: DynamoDB failed; it may have written.
        """
        revision = {"S": uuid.uuid4().hex}
        condition: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(revision)"}
        if seen.revision is not None:
            condition = {
                "ConditionExpression": "revision = :seen",
                "ExpressionAttributeValues": {":seen": seen.revision},
            }
        with _CALL:
            try:
                self._dynamodb.put_item(
                    TableName=self._table,
                    Item={**self._key, "revision": revision, **attributes_of(record)},
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                    **condition,
                )
            except self._dynamodb.exceptions.ConditionalCheckFailedException as lost:
                return False, self._stored(lost.response.get("Item", {}))
        return True, Stored(record, revision)

    def _stored(self, item: Mapping[str, Any]) -> Stored:
        try:
            return Stored(read_record(item), item.get("revision"))
        except (KeyError, TypeError, ValueError):
            self._complain(f"circuit breaker: {self._key['breaker_id']['S']} cannot be read")
            return Stored(revision=item.get("revision"))


def attributes_of(record: Record) -> dict[str, Any]:
    """Write the record as attributes in DynamoDB's JSON, without key and revision."""
    attributes: dict[str, Any] = {
        "failures_ms": {"L": [{"N": str(one)} for one in record.failures_ms]},
        "since_ms": {"N": str(record.since_ms)},
    }
    if record.opening is not None:
        attributes["opened_by"] = {"S": record.opening.opened_by}
        attributes["probe_after_ms"] = {"N": str(record.opening.probe_after_ms)}
        if record.opening.probe is not None:
            attributes["probe_id"] = {"S": record.opening.probe.probe_id}
            attributes["probe_until_ms"] = {"N": str(record.opening.probe.until_ms)}
    return attributes


def read_record(item: Mapping[str, Any]) -> Record:
    """Read an item.

    Args:
        item: In DynamoDB's JSON; empty if there is none.

    Raises:
        KeyError, TypeError, ValueError: The item is not a breaker's.
    """
    if not item:
        return Record()
    opening = probe = None
    if "probe_id" in item:
        probe = Probe(item["probe_id"]["S"], int(item["probe_until_ms"]["N"]))
    if "opened_by" in item:
        opened_by = _OPENED_BY[item["opened_by"]["S"]]
        opening = Opening(opened_by, int(item["probe_after_ms"]["N"]), probe)
    failures_ms = tuple(int(one["N"]) for one in item["failures_ms"]["L"])
    return Record(failures_ms, int(item["since_ms"]["N"]), opening)
