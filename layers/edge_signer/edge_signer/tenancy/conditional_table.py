"""Reads and conditional writes of a DynamoDB table, with plain Python values."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from edge_signer.platform.clients import StoreCall

Value = str | int | Sequence[str]
_CALL = StoreCall("The service cannot look up what is running; try again.")
# A transaction and another write of the same item cannot happen at once: DynamoDB refuses one.
_ATTEMPTS = 8
_JITTER_S = 0.004


class ContendedError(Exception):
    """Other writes of the same items kept coming first; nothing was written."""


@dataclass(frozen=True)
class Put:
    """An item to write, if a condition with these values holds."""

    item: Mapping[str, Value]
    condition: str
    values: Mapping[str, Value]


@dataclass(frozen=True)
class Update:
    """A change of an item, if a condition holds; expression and condition share the values."""

    item_id: str
    expression: str
    condition: str
    values: Mapping[str, Value]


class ConditionalTable:
    """A table. Needs dynamodb:PutItem, GetItem, UpdateItem and DeleteItem for what is called.

    Writes give None if their condition holds; otherwise they write nothing and give the item as it
    is, empty if there is none. All methods raise StoreUnavailableError if DynamoDB does not answer;
    a write may still have happened.

    Args:
        dynamodb: Client of DynamoDB.
        name: The table's name; its hash key is `id`, and it deletes items after `expiration`.
    """

    def __init__(self, dynamodb: Any, name: str) -> None:
        self._dynamodb = dynamodb
        self._name = name

    def get(self, item_id: str) -> dict[str, Any] | None:
        """Read an item; None if there is none."""
        key = _attributes({"id": item_id})
        with _CALL:
            found = self._dynamodb.get_item(TableName=self._name, Key=key, ConsistentRead=True)
        return _values(found["Item"]) if "Item" in found else None

    def put(
        self, item: Mapping[str, Value], condition: str, values: Mapping[str, Value]
    ) -> dict[str, Any] | None:
        """Write an item, if a condition with these values holds."""
        return self._call("put_item", **_arguments(Put(item, condition, values)))

    def update(
        self, item_id: str, expression: str, condition: str, values: Mapping[str, Value]
    ) -> dict[str, Any] | None:
        """Change an item, if a condition holds; expression and condition share the values."""
        return self.change(Update(item_id, expression, condition, values))

    def change(self, update: Update) -> dict[str, Any] | None:
        """Change an item, as `update` does."""
        return self._call("update_item", **_arguments(update))

    def delete(
        self, item_id: str, condition: str, values: Mapping[str, Value]
    ) -> dict[str, Any] | None:
        """Delete an item, if a condition with these values holds."""
        arguments = _conditional(condition, values)
        return self._call("delete_item", Key=_attributes({"id": item_id}), **arguments)

    def write_all(self, token: str, *writes: Put | Update) -> list[dict[str, Any] | None]:
        """Write several items in one transaction, if all their conditions hold.

        Args:
            token: 1 to 36 characters. Within ten minutes, DynamoDB does not repeat a transaction
                that has the token of an earlier one.
            writes: What to write.

        Returns:
            For each write, None if its condition holds, otherwise the item as it is. All of them
            are None if the items were written.

        Raises:
            ContendedError: Other writes of these items kept coming first.
        """
        from botocore.exceptions import ClientError

        name = {"TableName": self._name}
        items = [{type(one).__name__: {**name, **_arguments(one)}} for one in writes]
        with _CALL:
            for _ in _attempts():
                try:
                    self._dynamodb.transact_write_items(
                        TransactItems=items, ClientRequestToken=token
                    )
                except ClientError as failure:
                    reasons = failure.response.get("CancellationReasons", [])
                    codes = {one.get("Code") for one in reasons}
                    if "ConditionalCheckFailed" in codes:
                        return [_as_it_is(one) for one in reasons]
                    if "TransactionConflict" not in codes:
                        raise
                else:
                    return [None] * len(writes)
        raise ContendedError

    def _call(self, operation: str, **arguments: Any) -> dict[str, Any] | None:
        """Write; give the item as it is if a condition does not hold."""
        with _CALL:
            for is_last in _attempts():
                try:
                    getattr(self._dynamodb, operation)(TableName=self._name, **arguments)
                except self._dynamodb.exceptions.ConditionalCheckFailedException as unmet:
                    return _values(unmet.response.get("Item", {}))
                except self._dynamodb.exceptions.TransactionConflictException:
                    if is_last:
                        raise
                else:
                    break
        return None


def _attempts() -> Iterator[bool]:
    """Go on at once, and then a few more times, each after a longer wait; tell which is last."""
    for attempt in range(_ATTEMPTS):
        time.sleep(random.uniform(0, _JITTER_S * 2**attempt) if attempt else 0)  # noqa: S311
        yield attempt == _ATTEMPTS - 1


def _arguments(write: Put | Update) -> dict[str, Any]:
    arguments = _conditional(write.condition, write.values)
    if isinstance(write, Put):
        return {"Item": _attributes(write.item), **arguments}
    key = _attributes({"id": write.item_id})
    return {"Key": key, "UpdateExpression": write.expression, **arguments}


def _conditional(condition: str, values: Mapping[str, Value]) -> dict[str, Any]:
    return {
        "ConditionExpression": condition,
        "ExpressionAttributeValues": _attributes(values),
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }


def _as_it_is(reason: Mapping[str, Any]) -> dict[str, Any] | None:
    is_unmet = reason.get("Code") == "ConditionalCheckFailed"
    return _values(reason.get("Item", {})) if is_unmet else None


def _attributes(values: Mapping[str, Value]) -> dict[str, Any]:
    return {name: _attribute(value) for name, value in values.items()}


def _attribute(value: Value) -> dict[str, Any]:
    match value:
        case str():
            return {"S": value}
        case int():
            return {"N": str(value)}
    return {"SS": list(value)}


def _values(item: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    return {
        name: int(value) if kind == "N" else value
        for name, attribute in item.items()
        for kind, value in attribute.items()
    }
