"""A change and its record, in that order: recorded, then made."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from edge_signer.administration.audit_trail import AuditTrail, Caller, Change
from edge_signer.platform.errors import EdgeSignerError, StoreUnavailableError

Made = TypeVar("Made")


@dataclass(frozen=True)
class DoneChange:
    """A change that was recorded and made.

    Attributes:
        change: What it was.
        audit_key: Key of its object in the manifest bucket.
    """

    change: Change
    audit_key: str


def change_recorded(
    trail: AuditTrail, caller: Caller, change: Change, make: Callable[[], Made]
) -> tuple[DoneChange, Made]:
    """Record a change and make it.

    Args:
        trail: Where it is recorded.
        caller: Who makes it.
        change: What it is.
        make: Makes it.

    Raises:
        StoreUnavailableError: It was not recorded, and not made; or it could not be made.
        Exception: What else `make` fails with; that is recorded beside the change.
    """
    key = trail.intend(caller, change)
    try:
        made = make()
    except Exception as failure:
        code = failure.code if isinstance(failure, EdgeSignerError) else "INTERNAL"
        # What the operator must hear of is the first failure.
        with suppress(StoreUnavailableError):
            trail.failed(key, code)
        raise
    return DoneChange(change, key), made
