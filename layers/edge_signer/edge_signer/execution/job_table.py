"""Conditional writes to the table of jobs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from edge_signer.platform.errors import StoreUnavailableError


def write_if(
    dynamodb: Any, table: str, operation: str, **arguments: Any
) -> Mapping[str, Any] | None:
    """Write on a condition; where it does not hold, give the item as it is, empty for none.

    Args:
        dynamodb: Client of the service.
        table: Its name.
        operation: Of the client, such as put_item.
        arguments: Of the operation, its condition among them.

    Raises:
        StoreUnavailableError: DynamoDB did not answer; it may be written all the same.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        getattr(dynamodb, operation)(
            TableName=table, ReturnValuesOnConditionCheckFailure="ALL_OLD", **arguments
        )
    except ClientError as failure:
        if failure.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise table_unavailable() from failure
        item: Mapping[str, Any] = failure.response.get("Item", {})
        return item
    except BotoCoreError as failure:
        raise table_unavailable() from failure
    return None


def table_unavailable() -> StoreUnavailableError:
    """Give the error of a table that does not answer."""
    return StoreUnavailableError("What became of this job cannot be told.", retry_after_s=5)
