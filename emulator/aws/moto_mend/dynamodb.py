"""DynamoDB writes are atomic: moto reads, computes and writes an item without a lock."""

import threading
from typing import Any

from moto.dynamodb.responses import DynamoHandler

_one_at_a_time = threading.RLock()
_unlocked_call = DynamoHandler.call_action


def mend_dynamodb() -> None:
    """Run every DynamoDB operation alone, which makes each one atomic for all others."""
    DynamoHandler.call_action = _locked_call  # type: ignore[method-assign]


def _locked_call(self: DynamoHandler) -> Any:
    with _one_at_a_time:
        return _unlocked_call(self)
