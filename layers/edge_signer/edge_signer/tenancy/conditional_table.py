"""Reads and conditional writes of a DynamoDB table, with plain Python values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from edge_signer.platform.clients import StoreCall

Value = str | int | Sequence[str]
_CALL = StoreCall("The service cannot look up what is running; try again.")


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
        found = self._call("get_item", Key=key, ConsistentRead=True)
        return _values(found["Item"]) if "Item" in found else None

    def put(
        self, item: Mapping[str, Value], condition: str, values: Mapping[str, Value]
    ) -> dict[str, Any] | None:
        """Write an item, if a condition with these values holds."""
        return self._write("put_item", condition, values, Item=_attributes(item))

    def update(
        self, item_id: str, expression: str, condition: str, values: Mapping[str, Value]
    ) -> dict[str, Any] | None:
        """Change an item, if a condition holds; expression and condition share the values."""
        key = _attributes({"id": item_id})
        return self._write("update_item", condition, values, Key=key, UpdateExpression=expression)

    def delete(
        self, item_id: str, condition: str, values: Mapping[str, Value]
    ) -> dict[str, Any] | None:
        """Delete an item, if a condition with these values holds."""
        return self._write("delete_item", condition, values, Key=_attributes({"id": item_id}))

    def _write(
        self, operation: str, condition: str, values: Mapping[str, Value], **arguments: Any
    ) -> dict[str, Any] | None:
        answer = self._call(
            operation,
            ConditionExpression=condition,
            ExpressionAttributeValues=_attributes(values),
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
            **arguments,
        )
        return _values(answer.get("Item", {})) if "Error" in answer else None

    def _call(self, operation: str, **arguments: Any) -> dict[str, Any]:
        """Return DynamoDB's answer, which has an "Error" if a condition does not hold."""
        with _CALL:
            try:
                return dict(getattr(self._dynamodb, operation)(TableName=self._name, **arguments))
            except self._dynamodb.exceptions.ConditionalCheckFailedException as unmet:
                return dict(unmet.response)


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
