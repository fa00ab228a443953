"""What DynamoDB does, on which limits, idempotency and the breaker will rest."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from emulator.stack.resources import Services
from tests.system.dynamodb_tables import make_table

KEY = {"id": {"S": "item"}}


@pytest.fixture
def dynamodb(aws: Services) -> Any:
    return aws.dynamodb


@pytest.fixture
def table(dynamodb: Any) -> str:
    name = f"table-{uuid4()}"
    make_table(dynamodb, name, "id")
    return name


@pytest.fixture
def eager_threads() -> Iterator[None]:
    """Make threads change turns so often that a missing lock shows."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.usefixtures("eager_threads")
def test_no_addition_is_lost_among_threads(dynamodb: Any, table: str) -> None:
    def add(_: int) -> None:
        dynamodb.update_item(
            TableName=table,
            Key=KEY,
            UpdateExpression="ADD hits :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(add, range(200)))

    assert dynamodb.get_item(TableName=table, Key=KEY)["Item"]["hits"] == {"N": "200"}


@pytest.mark.usefixtures("eager_threads")
def test_of_many_conditional_writes_one_wins(dynamodb: Any, table: str) -> None:
    def claim(number: int) -> bool:
        try:
            dynamodb.put_item(
                TableName=table,
                Item={**KEY, "owner": {"N": str(number)}},
                ConditionExpression="attribute_not_exists(id)",
            )
        except ClientError:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(claim, range(40))) == 1


@pytest.mark.parametrize("operation", ["put_item", "update_item", "delete_item"])
def test_a_failed_condition_gives_the_item_that_is_there(
    dynamodb: Any, table: str, operation: str
) -> None:
    dynamodb.put_item(TableName=table, Item={**KEY, "state": {"S": "old"}})
    target: dict[str, Any] = {"Item": KEY} if operation == "put_item" else {"Key": KEY}
    if operation == "update_item":
        target["UpdateExpression"] = "SET other = :new"

    with pytest.raises(ClientError) as caught:
        getattr(dynamodb, operation)(
            TableName=table,
            ConditionExpression="#state = :new",
            ExpressionAttributeNames={"#state": "state"},
            ExpressionAttributeValues={":new": {"S": "new"}},
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
            **target,
        )

    assert caught.value.response["Error"]["Code"] == "ConditionalCheckFailedException"
    assert caught.value.response["Item"] == {**KEY, "state": {"S": "old"}}
