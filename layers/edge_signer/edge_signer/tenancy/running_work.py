"""How much work of a tenant runs at once, in all workers together.

Each tenant has an item with the set of what is running: the end and the identifier of each piece. A
conditional write adds to the set only if there is room, so the count is exact. A worker removes its
piece when it is done. What a killed worker ran counts until its end; then the next worker that
finds the set full removes it.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from edge_signer.platform.errors import StoreUnavailableError
from edge_signer.tenancy.conditional_table import ConditionalTable, Update
from edge_signer.tenancy.rate_limits import RateLimitedError

# Longer than anything runs.
_KEPT_S = 24 * 60 * 60


@dataclass(frozen=True)
class Piece:
    """One piece of work.

    Attributes:
        ends_ms: When it ends at the latest, in epoch milliseconds.
        piece_id: Distinguishes it from others.
    """

    ends_ms: int
    piece_id: str

    def __str__(self) -> str:
        return f"{self.ends_ms}#{self.piece_id}"


class RunningWork:
    """Counts what runs; needs `dynamodb:UpdateItem` on items whose key begins with the prefix.

    `enter` raises StoreUnavailableError if DynamoDB does not answer. The write may have happened
    all the same; what it counted ends by itself.

    Args:
        table: Where the counts are.
        prefix: Begins the keys of the items; the tenant's name follows.
        noun: What is counted, in the plural.
        most: How much of a tenant may run at once.
        clock: Returns epoch seconds.
    """

    def __init__(
        self,
        table: ConditionalTable,
        prefix: str,
        noun: str,
        most: int,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._table = table
        self._prefix = prefix
        self._noun = noun
        self._most = most
        self._clock = clock

    @contextmanager
    def running(self, tenant_id: str, lasts_s: float) -> Iterator[None]:
        """Count the block as running; if it is killed, it counts for `lasts_s` seconds.

        Raises:
            RateLimitedError: The tenant has `most` already.
            StoreUnavailableError: DynamoDB does not answer.
        """
        piece = Piece(int((self._clock() + lasts_s) * 1000), uuid.uuid4().hex)
        self.enter(tenant_id, piece)
        try:
            yield
        finally:
            with suppress(StoreUnavailableError):
                self.leave(tenant_id, piece)

    def enter(self, tenant_id: str, piece: Piece) -> None:
        """Count a piece as running, until `leave` or until it ends.

        Raises:
            RateLimitedError: The tenant has `most` already; this one does not count.
        """
        entering = self.entering(tenant_id, piece)
        while (found := self._table.change(entering)) is not None:
            self.make_room(tenant_id, found["running"])

    def entering(self, tenant_id: str, piece: Piece) -> Update:
        """Return the write that counts a piece, for a transaction with other writes.

        If its condition does not hold, `make_room` is next.
        """
        return Update(
            f"{self._prefix}{tenant_id}",
            "SET expiration = :gone ADD running :added",
            # The last condition: if the response to a write is lost, the SDK repeats the write.
            "attribute_not_exists(running) OR size(running) < :most OR contains(running, :mine)",
            {
                ":gone": int(self._clock()) + _KEPT_S,
                ":added": [str(piece)],
                ":mine": str(piece),
                ":most": self._most,
            },
        )

    def make_room(self, tenant_id: str, running: Sequence[str]) -> None:
        """Remove pieces of killed workers that have ended from the running ones.

        Raises:
            RateLimitedError: None has ended.
        """
        ended = [one for one in running if int(one.partition("#")[0]) <= self._clock() * 1000]
        if not ended:
            raise RateLimitedError(
                f"{self._most} of your {self._noun} are running, which is the maximum; "
                "try again when one has ended."
            )
        self._remove(tenant_id, ended)

    def leave(self, tenant_id: str, piece: Piece) -> None:
        """Stop counting a piece."""
        self._remove(tenant_id, [str(piece)])

    def _remove(self, tenant_id: str, ended: Sequence[str]) -> None:
        self._table.update(
            f"{self._prefix}{tenant_id}",
            "DELETE running :ended",
            "attribute_exists(running)",
            {":ended": ended},
        )
