"""Writing the flags' parameters so that concurrent changes never undo each other.

SSM has no conditional write. A write returns its version, which shows whether another value was
overwritten. For changes of a list there is also a turn: an item of DynamoDB that one writer holds
at a time. A whole value, such as the kill switch, needs no turn and so nothing but SSM.
"""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from edge_signer.administration.errors import ConcurrentChangeError
from edge_signer.platform.clients import StoreCall
from edge_signer.platform.errors import StoreUnavailableError

#: SSM keeps no empty value; this one stands for an empty list of tenants.
NOBODY = "-"
TURN_ID = "admin-turn"
_PAUSE_S = 0.05
_SSM_CALL = StoreCall("The flags' parameters cannot be reached.")


@dataclass(frozen=True)
class SeenParameter:
    """A parameter as it was read.

    Attributes:
        text: Its value; None if it does not exist.
        version: Of the value; 0 if it does not exist. SSM increments it with each write.
    """

    text: str | None = None
    version: int = 0


class FlagParameters:
    """A folder of parameters; needs `ssm:GetParameter` and `ssm:PutParameter` on each.

    All methods raise StoreUnavailableError if SSM fails; a write may then have happened.

    Args:
        ssm: Client.
        folder: Its path, such as `/edge-signer/prod/flags`.
    """

    def __init__(self, ssm: Any, folder: str) -> None:
        self._ssm = ssm
        self._folder = folder

    def name_of(self, flag: str) -> str:
        """Return the parameter's name."""
        return f"{self._folder}/{flag}"

    def read(self, flag: str) -> SeenParameter:
        """Read the current value."""
        return self._get(self.name_of(flag))

    def overwritten_by(self, flag: str, version: int) -> SeenParameter:
        """Return the value that a version overwrote, numbered as if it were that version."""
        if version == 1:
            return SeenParameter(None, version)
        before = self._get(f"{self.name_of(flag)}:{version - 1}")
        return SeenParameter(before.text, version)

    def write(self, flag: str, text: str) -> int:
        """Write a value and return its version."""
        with _SSM_CALL:
            answer = self._ssm.put_parameter(
                Name=self.name_of(flag), Type="String", Value=text, Overwrite=True
            )
        return int(answer["Version"])

    def _get(self, name: str) -> SeenParameter:
        missing = self._ssm.exceptions
        with _SSM_CALL:
            try:
                found = self._ssm.get_parameter(Name=name)["Parameter"]
            except (missing.ParameterNotFound, missing.ParameterVersionNotFound):
                return SeenParameter()
        return SeenParameter(found["Value"], int(found["Version"]))


class Turn:
    """The turn; needs `dynamodb:PutItem` and `dynamodb:DeleteItem` on its item.

    Args:
        dynamodb: Client.
        table: Its name; the hash key is `id`, and `expiration` its time to live.
        clock: Seconds since 1970.
        lasts_s: Seconds after which a turn ends by itself. It must be longer than the function may
            run, so that only a writer that died is overtaken.
        patience_s: Seconds for which to wait for a turn.
    """

    def __init__(
        self,
        dynamodb: Any,
        table: str,
        clock: Callable[[], float] = time.time,
        *,
        lasts_s: int = 30,
        patience_s: float = 5.0,
    ) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._clock = clock
        self._lasts_s = lasts_s
        self._patience_s = patience_s

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Hold the turn during the block.

        Raises:
            ConcurrentChangeError: Others held it for too long.
            StoreUnavailableError: DynamoDB failed.
        """
        owner = {"S": uuid.uuid4().hex}
        give_up_s = time.monotonic() + self._patience_s
        while not self._take(owner):
            if time.monotonic() > give_up_s:
                raise ConcurrentChangeError(
                    "Other operators are changing flags.", retry_after_s=self._lasts_s
                )
            time.sleep(random.uniform(0, _PAUSE_S))  # noqa: S311 - no secret
        try:
            yield
        finally:
            self._give_back(owner)

    def _take(self, owner: dict[str, str]) -> bool:
        now_s = int(self._clock())
        with StoreCall("A list cannot be changed in part now; set the whole list."):
            try:
                self._dynamodb.put_item(
                    TableName=self._table,
                    Item={
                        "id": {"S": TURN_ID},
                        "turn_owner": owner,
                        "expiration": {"N": str(now_s + self._lasts_s)},
                    },
                    ConditionExpression="attribute_not_exists(id) OR expiration < :now",
                    ExpressionAttributeValues={":now": {"N": str(now_s)}},
                )
            except self._dynamodb.exceptions.ConditionalCheckFailedException:
                return False
        return True

    def _give_back(self, owner: dict[str, str]) -> None:
        # If this fails, the turn ends by itself.
        with suppress(StoreUnavailableError), StoreCall("The turn cannot be released."):
            self._dynamodb.delete_item(
                TableName=self._table,
                Key={"id": {"S": TURN_ID}},
                ConditionExpression="turn_owner = :owner",
                ExpressionAttributeValues={":owner": owner},
            )
