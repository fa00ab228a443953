"""Whether a request was seen before: nonces in the DynamoDB table of requests.

One conditional write tells all workers apart: of any number that try the same nonce at once, one
succeeds.
"""

from __future__ import annotations

import uuid
from typing import Any, Protocol

from edge_signer.platform.errors import StoreUnavailableError


class ReplayGuard(Protocol):
    """Lets each nonce of a tenant through once."""

    def admit(self, tenant_id: str, nonce: str, remember_until_s: int) -> bool:
        """Spend a nonce, and tell whether it was new."""


class DynamoDbReplayGuard:
    """The guard in DynamoDB; needs `dynamodb:PutItem` on the table.

    Args:
        dynamodb: Client of the service.
        table: Its name; the hash key is `id`, and `expiration` is when an item may go.
    """

    def __init__(self, dynamodb: Any, table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def admit(self, tenant_id: str, nonce: str, remember_until_s: int) -> bool:
        """Spend a nonce, and tell whether it was new.

        Args:
            tenant_id: Whose nonce it is; another tenant's of the same name is another nonce.
            nonce: What the client sent.
            remember_until_s: When it may be forgotten, in epoch seconds.

        Raises:
            StoreUnavailableError: DynamoDB did not answer, so nobody knows.
        """
        from botocore.exceptions import BotoCoreError, ClientError

        # The SDK sends a write whose answer was lost again; it must not take itself for a replay.
        mine = {"S": uuid.uuid4().hex}
        try:
            self._dynamodb.put_item(
                TableName=self._table,
                Item={
                    "id": {"S": f"replay#{tenant_id}#{nonce}"},
                    "expiration": {"N": str(remember_until_s)},
                    "spent_by": mine,
                },
                ConditionExpression="attribute_not_exists(id) OR spent_by = :mine",
                ExpressionAttributeValues={":mine": mine},
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            return False
        except (BotoCoreError, ClientError) as failure:
            raise StoreUnavailableError(
                "Whether this request was seen before cannot be told.", retry_after_s=5
            ) from failure
        return True
