"""Where a circuit breaker's record is kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

from edge_signer.kms_guard.breaker_rules import Record


@dataclass(frozen=True)
class Stored:
    """A record as the store has it.

    Attributes:
        record: The record.
        revision: Tells it from all others that were ever stored; None where there is none.
    """

    record: Record = field(default_factory=Record)
    revision: Any = None


class BreakerStore(Protocol):
    """Keeps a breaker's record for all workers."""

    def read(self) -> Stored:
        """Give the record as it is.

        Raises:
            StoreUnavailableError: It cannot be told.
        """

    def replaced(self, seen: Stored, record: Record) -> tuple[bool, Stored]:
        """Replace what was seen, if it is still there.

        Returns:
            Whether it was, and what is stored now.

        Raises:
            StoreUnavailableError: It cannot be told.
        """
