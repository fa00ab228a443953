"""Tables in the emulator's DynamoDB, made without a template."""

from __future__ import annotations

from typing import Any


def make_table(dynamodb: Any, name: str, hash_key: str) -> None:
    """Make a table whose items are found by one text."""
    dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": hash_key, "AttributeType": "S"}],
        KeySchema=[{"AttributeName": hash_key, "KeyType": "HASH"}],
    )
