"""Makes a transaction of moto's DynamoDB cost what it touches, and not what its tables hold.

moto copies all the tables of a transaction first, to put the copies back if a condition does not
hold. That takes 100 ms with a few thousand items.
"""

import copy
from typing import Any

from moto.dynamodb.comparisons import get_filter_expression
from moto.dynamodb.exceptions import (
    MultipleTransactionsException,
    TransactionCanceledException,
)
from moto.dynamodb.models import DynamoDBBackend

_Reason = tuple[str | None, str | None, dict[str, Any] | None]
_UNMET = "ConditionalCheckFailed"
_HELD: _Reason = (None, None, None)
_copying = DynamoDBBackend.transact_write_items


def mend_transactions() -> None:
    """Patch moto in this process; a second call changes nothing."""
    DynamoDBBackend.transact_write_items = _transact  # type: ignore[method-assign]


def _transact(self: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
    """Check all conditions before the first write; moto's lock makes the whole atomic."""
    if any(next(iter(one)) not in {"Put", "Update"} for one in transact_items):
        _copying(self, transact_items)
        return
    parts = [next(iter(one.values())) for one in transact_items]
    keys = [_key(self, part) for part in parts]
    if len({(part["TableName"], str(key)) for part, key in zip(parts, keys, strict=True)}) < len(
        parts
    ):
        raise MultipleTransactionsException
    before = [self.get_item(part["TableName"], key) for part, key in zip(parts, keys, strict=True)]
    reasons = [_reason(part, found) for part, found in zip(parts, before, strict=True)]
    if reasons != [_HELD] * len(parts):
        raise TransactionCanceledException(reasons)
    kept = copy.deepcopy(before)
    try:
        for part, key in zip(parts, keys, strict=True):
            if "Item" in part:
                self.put_item(part["TableName"], part["Item"])
            else:
                self.update_item(
                    part["TableName"],
                    key,
                    update_expression=part["UpdateExpression"],
                    expression_attribute_names=part.get("ExpressionAttributeNames"),
                    expression_attribute_values=part.get("ExpressionAttributeValues"),
                )
    except Exception:
        for part, key, was in zip(parts, keys, kept, strict=True):
            if was is None:
                self.delete_item(part["TableName"], key)
            else:
                self.put_item(part["TableName"], was.to_json()["Attributes"])
        raise


def _key(backend: DynamoDBBackend, part: dict[str, Any]) -> dict[str, Any]:
    if "Key" in part:
        return dict(part["Key"])
    table = backend.get_table(part["TableName"])
    names = (table.hash_key_attr, table.range_key_attr)
    return {name: part["Item"][name] for name in names if name is not None}


def _reason(part: dict[str, Any], found: Any) -> _Reason:
    condition = part.get("ConditionExpression")
    if condition is None:
        return _HELD
    names, values = part.get("ExpressionAttributeNames"), part.get("ExpressionAttributeValues")
    if get_filter_expression(condition, names, values).expr(found):
        return _HELD
    is_told = part.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD" and found
    item = found.to_json()["Attributes"] if is_told else None
    return _UNMET, "The conditional request failed", item
