"""Whether a signed request was sent before: nonces in the DynamoDB table of requests.

Each nonce is spent with a conditional write: of any number of workers that try the same nonce at
once, one succeeds.
"""

from __future__ import annotations

import uuid
from typing import Any

from edge_signer.platform.clients import StoreCall


class DynamoDbReplayGuard:
    """Accepts each nonce of a tenant once; needs `dynamodb:PutItem` on the table.

    Args:
        dynamodb: Client of the service.
        table: Its name; the hash key is `id`, and `expiration` its time to live.
    """

    def __init__(self, dynamodb: Any, table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def admit(self, tenant_id: str, nonce: str, remember_until_s: int) -> bool:
        """Spend a nonce; return whether it was new.

        Args:
            tenant_id: Whose nonce it is; tenants may use the same nonces.
            nonce: As the client sent it.
            remember_until_s: When it may be forgotten, in epoch seconds.

        Raises:
            StoreUnavailableError: DynamoDB failed, so that it is unknown.
        """
        # The SDK repeats a write whose answer was lost; it must not find its own nonce spent.
        mine = {"S": uuid.uuid4().hex}
        with StoreCall("Could not check whether this request was sent before; try again."):
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
        return True
