"""One at a time: who reads a list, changes it and writes it back must be alone with it.

SSM has no write on a condition, so the turn is an item of DynamoDB. Only changes of a part wait for
it; a whole value, such as the kill switch, needs nothing but SSM.
"""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from edge_signer.administration.errors import ConcurrentChangeError
from edge_signer.platform.errors import StoreUnavailableError

TURN_ID = "admin-turn"


class Turn:
    """The turn; needs `dynamodb:PutItem` and `dynamodb:DeleteItem` on its item.

    Args:
        dynamodb: Client.
        table: Its name; the hash key is `id`, and `expiration` its time to live.
        turn_id: The item's key.
        clock: Seconds since 1970.
    """

    #: Longer than the function may run: nobody is overtaken, and whoever died is waited for.
    LASTS_S = 30
    PATIENCE_S = 5.0
    _PAUSE_S = 0.05

    def __init__(
        self,
        dynamodb: Any,
        table: str,
        turn_id: str = TURN_ID,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._turn_id = turn_id
        self._clock = clock

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Have the turn for the block.

        Raises:
            ConcurrentChangeError: Others had it for too long.
            StoreUnavailableError: DynamoDB does not answer as it should.
        """
        owner = {"S": uuid.uuid4().hex}
        give_up_s = time.monotonic() + self.PATIENCE_S
        while not self._take(owner):
            if time.monotonic() > give_up_s:
                raise ConcurrentChangeError(
                    "Others are changing flags.", retry_after_s=self.LASTS_S
                )
            time.sleep(random.uniform(0, self._PAUSE_S))  # noqa: S311 - no secret
        try:
            yield
        finally:
            self._give_back(owner)

    def _take(self, owner: dict[str, str]) -> bool:
        from botocore.exceptions import BotoCoreError, ClientError

        now_s = int(self._clock())
        try:
            self._dynamodb.put_item(
                TableName=self._table,
                Item={
                    "id": {"S": self._turn_id},
                    "turn_owner": owner,
                    "expiration": {"N": str(now_s + self.LASTS_S)},
                },
                ConditionExpression="attribute_not_exists(id) OR expiration < :now",
                ExpressionAttributeValues={":now": {"N": str(now_s)}},
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            return False
        except (BotoCoreError, ClientError) as failure:
            raise StoreUnavailableError(
                "Nobody can be alone with a list now; set the whole list.", retry_after_s=5
            ) from failure
        return True

    def _give_back(self, owner: dict[str, str]) -> None:
        from botocore.exceptions import BotoCoreError, ClientError

        # Where that fails the turn ends by itself.
        with suppress(BotoCoreError, ClientError):
            self._dynamodb.delete_item(
                TableName=self._table,
                Key={"id": {"S": self._turn_id}},
                ConditionExpression="turn_owner = :owner",
                ExpressionAttributeValues={":owner": owner},
            )
