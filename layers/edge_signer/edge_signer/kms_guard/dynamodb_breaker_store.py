"""A circuit breaker's record, kept in DynamoDB for all workers of a region."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from edge_signer.kms_guard.breaker_item import attributes_of, read_record
from edge_signer.kms_guard.breaker_rules import Record, State
from edge_signer.kms_guard.breaker_store import Stored
from edge_signer.kms_guard.circuit_breaker import CircuitBreaker
from edge_signer.platform.clients import client
from edge_signer.platform.errors import StoreUnavailableError
from edge_signer.telemetry.complaints import SparingComplaint

# As the limiter's, so that both share a client and its connection.
TIMEOUT_S = 1.0


def kms_circuit_breaker(
    *,
    region: str,
    table: str,
    kms_region: str,
    complain: Callable[[str], None],
    changed: Callable[[State, State], None],
) -> CircuitBreaker:
    """Give the breaker that stands before KMS.

    Args:
        region: Of the function and the table.
        table: Its name.
        kms_region: Where KMS is; each has its own breaker.
        complain: Told that DynamoDB fails, and of an item that cannot be read.
        changed: Told the old and the new state of what this worker changed.
    """
    sparing = SparingComplaint(complain)
    dynamodb = client("dynamodb", region, timeout_s=TIMEOUT_S, attempts=1)
    store = DynamoDbBreakerStore(dynamodb, table, f"kms:{kms_region}", sparing)
    return CircuitBreaker(store, sparing, changed)


class DynamoDbBreakerStore:
    """The store; needs `dynamodb:GetItem` and `dynamodb:PutItem` on the table.

    Args:
        dynamodb: Client, with one attempt and a short time-out.
        table: Its name; the hash key is `breaker_id`.
        breaker_id: Names the breaker.
        complain: Told of an item that cannot be read; it counts as absent.
    """

    def __init__(
        self, dynamodb: Any, table: str, breaker_id: str, complain: Callable[[str], None]
    ) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._key = {"breaker_id": {"S": breaker_id}}
        self._complain = complain

    def read(self) -> Stored:
        """Give the record as it is.

        Raises:
            StoreUnavailableError: DynamoDB did not answer as it should.
        """
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            answer = self._dynamodb.get_item(
                TableName=self._table, Key=self._key, ConsistentRead=True
            )
        except (BotoCoreError, ClientError) as failure:
            raise _unavailable() from failure
        return self._stored(answer.get("Item", {}))

    def replaced(self, seen: Stored, record: Record) -> tuple[bool, Stored]:
        """Replace what was seen, if it is still there.

        Returns:
            Whether it was, and what is stored now.

        Raises:
            StoreUnavailableError: DynamoDB did not answer as it should; it may have written.
        """
        from botocore.exceptions import BotoCoreError, ClientError

        revision = {"S": uuid.uuid4().hex}
        condition: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(revision)"}
        if seen.revision is not None:
            condition = {
                "ConditionExpression": "revision = :seen",
                "ExpressionAttributeValues": {":seen": seen.revision},
            }
        try:
            self._dynamodb.put_item(
                TableName=self._table,
                Item={**self._key, "revision": revision, **attributes_of(record)},
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
                **condition,
            )
        except ClientError as failure:
            if failure.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise _unavailable() from failure
            return False, self._stored(failure.response.get("Item", {}))
        except BotoCoreError as failure:
            raise _unavailable() from failure
        return True, Stored(record, revision)

    def _stored(self, item: Mapping[str, Any]) -> Stored:
        try:
            return Stored(read_record(item), item.get("revision"))
        except (KeyError, TypeError, ValueError):
            self._complain(f"circuit breaker: {self._key['breaker_id']['S']} cannot be read")
            return Stored(revision=item.get("revision"))


def _unavailable() -> StoreUnavailableError:
    return StoreUnavailableError("The circuit breaker cannot be reached.", retry_after_s=5)
