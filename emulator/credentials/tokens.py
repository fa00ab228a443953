"""Bearer tokens of tenants and operators, and how a deployment stores them."""

import hashlib
import json
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

#: The tenants of a development system.
TENANT_IDS = ("acme", "testcorp", "load")
# Tests and benchmarks use this one; the others have the limits of real tenants.
_UNLIMITED_TENANT = "load"
_PLENTY = "100000"
_SECRET_BYTES = 32


@dataclass(frozen=True)
class Credential:
    """A bearer token and its tenant.

    Attributes:
        tenant_id: The tenant.
        token: The token; the table of tenants has only its SHA-256.
        created_at: When it was made, in epoch seconds.
        hmac_key: The key that signs requests with this token; None if they are unsigned. The
            table must store it, because checking an HMAC needs the key.
    """

    tenant_id: str
    token: str = field(repr=False)
    created_at: int
    hmac_key: str | None = field(default=None, repr=False)

    @property
    def token_sha256(self) -> str:
        """The token's key in the table."""
        return hashlib.sha256(self.token.encode()).hexdigest()

    def table_item(self) -> dict[str, dict[str, Any]]:
        """Return the item for the table of tenants, in DynamoDB's JSON."""
        item: dict[str, dict[str, Any]] = {
            "token_sha256": {"S": self.token_sha256},
            "tenant_id": {"S": self.tenant_id},
            "role": {"S": "tenant"},
            "created_at": {"N": str(self.created_at)},
        }
        if self.hmac_key is not None:
            item |= {"hmac_key": {"S": self.hmac_key}, "hmac_required": {"BOOL": True}}
        return item


def issue(tenant_id: str, *, with_hmac: bool = False) -> Credential:
    """Make a credential of 32 random bytes.

    Args:
        tenant_id: Its tenant.
        with_hmac: Whether requests with it must be signed; if so it gets a key of 32 random bytes.
    """
    hmac_key = secrets.token_urlsafe(_SECRET_BYTES) if with_hmac else None
    token = secrets.token_urlsafe(_SECRET_BYTES)
    return Credential(tenant_id, token, int(time.time()), hmac_key)


def issue_credentials() -> Sequence[Credential]:
    """Make the credentials of a development system's tenants."""
    return [issue(name) for name in TENANT_IDS]


def limit_items() -> list[dict[str, dict[str, str]]]:
    """Return the items for the table of limits, in DynamoDB's JSON."""
    names = ("limit_second", "limit_minute", "limit_day")
    limits = {name: {"N": _PLENTY} for name in names}
    return [{"tenant_id": {"S": _UNLIMITED_TENANT}, **limits}]


#: The operator of a development system.
LOCAL_OPERATOR = "laptop"


def issue_admin_token() -> tuple[str, str]:
    """Make a token of 32 random bytes, and return it with its SHA-256 in hexadecimal."""
    token = secrets.token_urlsafe(_SECRET_BYTES)
    return token, hashlib.sha256(token.encode()).hexdigest()


def store_operators(ssm: Any, stage: str, operators: Mapping[str, str]) -> None:
    """Write the parameter that holds a stage's operators.

    Args:
        ssm: Client.
        stage: Of the deployment.
        operators: The SHA-256 of each token, in hexadecimal, by the operator's name.
    """
    ssm.put_parameter(
        Name=f"/edge-signer/{stage}/admin/tokens",
        Type="String",
        Value=json.dumps(operators, sort_keys=True),
        Overwrite=True,
    )
