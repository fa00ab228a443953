"""Signed derivatives, which are kept; and whose turn it is to make one."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from edge_signer.platform.clients import StoreCall
from edge_signer.platform.errors import StoreUnavailableError
from edge_signer.tenancy.conditional_table import ConditionalTable, Value

#: Begins the keys of the items that say who makes a derivative now.
TURN_PREFIX = "deriving#"
_PREFIX = "derivatives/"
# Longer than an invocation lasts: a worker that takes longer was killed.
_TURN_S = 40
_KEPT_S = 3600
_STORING = StoreCall("Derivatives cannot be read or stored; try again.")


class DerivativeBucket:
    """A bucket of derivatives; needs `s3:GetObject` and `s3:PutObject` below `derivatives/`.

    Args:
        s3: Client.
        name: Of the bucket.
    """

    def __init__(self, s3: Any, name: str) -> None:
        self._s3 = s3
        self._name = name

    def get(self, name: str) -> bytes | None:
        """Read a derivative; None if it was not made yet.

        Raises:
            StoreUnavailableError: S3 does not answer.
        """
        with _STORING:
            try:
                found = self._s3.get_object(Bucket=self._name, Key=_PREFIX + name)
                content: bytes = found["Body"].read()
            except self._s3.exceptions.ClientError as refused:
                # Without the permission to list the bucket, S3 says 403 of what is not there.
                if refused.response["ResponseMetadata"]["HTTPStatusCode"] in {403, 404}:
                    return None
                raise
        return content

    def put(self, name: str, content: bytes, media_type: str) -> None:
        """Store a derivative, unless it is there already.

        Raises:
            StoreUnavailableError: S3 does not answer.
        """
        with _STORING:
            try:
                self._s3.put_object(
                    Bucket=self._name,
                    Key=_PREFIX + name,
                    Body=content,
                    ContentType=media_type,
                    IfNoneMatch="*",
                )
            except self._s3.exceptions.ClientError as refused:
                if refused.response["ResponseMetadata"]["HTTPStatusCode"] != 412:
                    raise


class Turns:
    """Lets one worker at a time make a derivative.

    Needs `dynamodb:PutItem` and `DeleteItem` on items whose key begins with `deriving#`. Methods
    raise StoreUnavailableError if DynamoDB does not answer.

    Args:
        table: Where the turns are.
        clock: Returns epoch seconds.
    """

    def __init__(self, table: ConditionalTable, clock: Callable[[], float] = time.time) -> None:
        self._table = table
        self._clock = clock

    @contextmanager
    def turn(self, name: str) -> Iterator[bool]:
        """Take the turn for the block; it is given whether nobody else has it."""
        worker_id, now_s = uuid.uuid4().hex, int(self._clock())
        item: dict[str, Value] = {
            "id": TURN_PREFIX + name,
            "worker_id": worker_id,
            "ends_s": now_s + _TURN_S,
            "expiration": now_s + _KEPT_S,
        }
        free = "attribute_not_exists(id) OR ends_s < :now"
        is_ours = self._table.put(item, free, {":now": now_s}) is None
        try:
            yield is_ours
        finally:
            if is_ours:
                # What is not given back ends by itself.
                with suppress(StoreUnavailableError):
                    mine = {":mine": worker_id}
                    self._table.delete(TURN_PREFIX + name, "worker_id = :mine", mine)
