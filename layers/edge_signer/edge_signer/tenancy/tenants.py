"""Tenants and their tokens: the DynamoDB table of tenants.

The table is keyed by the SHA-256 of the token, so it holds no token, and a lookup takes the same
time however much of a token a guess gets right. A tenant may hold several tokens, so that a new one
can replace an old one.
"""

from __future__ import annotations

import hashlib
import hmac
import math
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from edge_signer.platform.beside import Renewal
from edge_signer.platform.clients import StoreCall
from edge_signer.platform.errors import StoreUnavailableError
from edge_signer.platform.names import RESERVED, TENANT_ID

#: Role in every item; an item with another role admits no one.
ROLE = "tenant"


@dataclass(frozen=True)
class Tenant:
    """The holder of a token.

    Attributes:
        tenant_id: The tenant.
        hmac_key: Key of signatures of requests with this token; None if they are not signed.
        hmac_required: Whether a request without a signature is refused.
        ends_at_s: When the token expires, in epoch seconds.
    """

    tenant_id: str
    hmac_key: str | None = field(default=None, repr=False)
    hmac_required: bool = False
    ends_at_s: float = math.inf


class DynamoDbTenantDirectory:
    """Finds the holder of a bearer token; needs `dynamodb:GetItem` on the table.

    Found tokens are cached, so a change of the table takes effect after `cache_s` at the latest;
    cached tokens still expire on time. In the last third of that time, a token is looked up again
    beside the request. Unknown tokens are not cached, so that guesses cannot fill
    the memory.

    Args:
        dynamodb: Client of the service.
        table: Its name.
        cache_s: How long found tokens are cached, in seconds.
        clock: Gives epoch seconds.
    """

    _CACHE_LIMIT = 1024

    def __init__(
        self,
        dynamodb: Any,
        table: str,
        *,
        cache_s: float = 10.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._cache_s = cache_s
        self._clock = clock
        self._found: dict[str, tuple[float, Tenant]] = {}
        self._renewal = Renewal()

    def holder_of(self, token: str) -> Tenant | None:
        """Return the token's holder; None if it is unknown or expired.

        Raises:
            StoreUnavailableError: DynamoDB failed, or has an invalid entry.
        """
        holder = self._holder(hashlib.sha256(token.encode()).hexdigest())
        return None if holder is None or holder.ends_at_s <= self._clock() else holder

    def _holder(self, token_sha256: str) -> Tenant | None:
        kept, now_s = self._found.get(token_sha256), time.monotonic()
        if kept is None or kept[0] <= now_s:
            self._found.pop(token_sha256, None)
            return self._found_now(token_sha256)
        if kept[0] - now_s < self._cache_s / 3:
            self._renewal.begin(partial(self._look_up_again, token_sha256))
        return kept[1]

    def _look_up_again(self, token_sha256: str) -> None:
        # If it fails, a request looks it up when it is no longer cached.
        with suppress(StoreUnavailableError):
            if self._found_now(token_sha256) is None:
                self._found.pop(token_sha256, None)

    def _found_now(self, token_sha256: str) -> Tenant | None:
        until_s = time.monotonic() + self._cache_s
        holder = self._look_up(token_sha256)
        if holder:
            if len(self._found) >= self._CACHE_LIMIT:
                self._found.clear()
            self._found[token_sha256] = (until_s, holder)
        return holder

    def _look_up(self, token_sha256: str) -> Tenant | None:
        with StoreCall("The tenants' table cannot be read."):
            answer = self._dynamodb.get_item(
                TableName=self._table, Key={"token_sha256": {"S": token_sha256}}
            )
        item = answer.get("Item")
        if not item or not hmac.compare_digest(item["token_sha256"]["S"], token_sha256):
            return None
        try:
            return _holder_in(item)
        except (LookupError, ValueError) as broken:
            raise StoreUnavailableError("The tenants' table has an invalid entry.") from broken


def _holder_in(item: Mapping[str, Any]) -> Tenant:
    """Read an item; an invalid one must not admit anyone."""
    tenant_id = item["tenant_id"]["S"]
    if not TENANT_ID.fullmatch(tenant_id) or tenant_id in RESERVED or item["role"]["S"] != ROLE:
        raise ValueError("not a tenant's")
    hmac_key = item["hmac_key"]["S"] if "hmac_key" in item else None
    hmac_required = item["hmac_required"]["BOOL"] if "hmac_required" in item else False
    if hmac_key == "" or (hmac_required and hmac_key is None):
        raise ValueError("signatures without a key")
    ends_at_s = int(item["expires_at"]["N"]) if "expires_at" in item else math.inf
    return Tenant(tenant_id, hmac_key, hmac_required, ends_at_s)
