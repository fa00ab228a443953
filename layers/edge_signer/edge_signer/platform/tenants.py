"""Who holds a token: the DynamoDB table of tenants.

The table is keyed by the SHA-256 of the token, so it never holds a token, and looking one up takes
the same time however much of it a guess gets right.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from dataclasses import dataclass
from typing import Any, Literal, Protocol, get_args

from edge_signer.platform.errors import StoreUnavailableError

Role = Literal["tenant", "admin"]
#: A tenant's name is a part of keys and addresses.
TENANT_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


@dataclass(frozen=True)
class Tenant:
    """The holder of a token."""

    tenant_id: str
    role: Role


class TenantDirectory(Protocol):
    """Finds the holder of a bearer token."""

    def holder_of(self, token: str) -> Tenant | None:
        """Give the token's holder, or None where nobody holds it."""


class DynamoDbTenantDirectory:
    """The directory in DynamoDB; needs `dynamodb:GetItem` on the table.

    What was found is kept for `cache_s` seconds, so a removed token works that much longer at most.
    Unknown tokens are not kept: guesses must not fill the memory.
    """

    _CACHE_LIMIT = 1024

    def __init__(self, dynamodb: Any, table: str, *, cache_s: float = 10.0) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._cache_s = cache_s
        self._found: dict[str, tuple[float, Tenant]] = {}

    def holder_of(self, token: str) -> Tenant | None:
        """Give the token's holder, or None where nobody holds it.

        Raises:
            StoreUnavailableError: DynamoDB did not answer.
        """
        token_sha256 = hashlib.sha256(token.encode()).hexdigest()
        kept = self._found.get(token_sha256)
        if kept and kept[0] > time.monotonic():
            return kept[1]
        self._found.pop(token_sha256, None)
        tenant = self._look_up(token_sha256)
        if tenant:
            if len(self._found) >= self._CACHE_LIMIT:
                self._found.clear()
            self._found[token_sha256] = (time.monotonic() + self._cache_s, tenant)
        return tenant

    def _look_up(self, token_sha256: str) -> Tenant | None:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            answer = self._dynamodb.get_item(
                TableName=self._table, Key={"token_sha256": {"S": token_sha256}}
            )
        except (BotoCoreError, ClientError) as failure:
            raise StoreUnavailableError(
                "The directory of tenants cannot be read.", retry_after_s=5
            ) from failure
        item = answer.get("Item")
        if not item or not hmac.compare_digest(item["token_sha256"]["S"], token_sha256):
            return None
        tenant_id, role = item["tenant_id"]["S"], item["role"]["S"]
        if not TENANT_ID.fullmatch(tenant_id) or role not in get_args(Role):
            raise StoreUnavailableError("The directory of tenants holds an entry that is none.")
        return Tenant(tenant_id, role)
