"""The table of tenants as an operator sees it: tokens by fingerprint, never a secret."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from cli.deployment import Deployment
from emulator.credentials.tokens import Credential

FINGERPRINT_DIGITS = 8


@dataclass(frozen=True)
class IssuedToken:
    """What the table stores about a token, without its HMAC key.

    Attributes:
        token_sha256: The item's key.
        tenant_id: The tenant.
        created_at: Epoch seconds; None if the item has no date.
        expires_at: Epoch seconds; None for a token that does not expire.
        hmac_required: Whether requests with it must be signed.
    """

    token_sha256: str
    tenant_id: str
    created_at: int | None
    expires_at: int | None
    hmac_required: bool

    @property
    def fingerprint(self) -> str:
        """A short name for people."""
        return self.token_sha256[:FINGERPRINT_DIGITS]

    def has_ended(self, now_s: float) -> bool:
        """Return whether the token has expired at a time in epoch seconds."""
        return self.expires_at is not None and self.expires_at <= now_s


class TenantTable:
    """The table in DynamoDB.

    Every method raises botocore's BotoCoreError or ClientError if it fails.
    """

    def __init__(self, dynamodb: Any, name: str) -> None:
        self.name = name
        self._dynamodb = dynamodb

    def tokens(self) -> list[IssuedToken]:
        """Return every token, ordered by tenant, the newest last."""
        pages = self._dynamodb.get_paginator("scan").paginate(
            TableName=self.name,
            ConsistentRead=True,
            # The HMAC keys are not read, so they cannot be shown by mistake.
            ProjectionExpression="token_sha256,tenant_id,created_at,expires_at,hmac_required",
        )
        found = [_token_of(item) for page in pages for item in page["Items"]]
        return sorted(found, key=lambda token: (token.tenant_id, token.created_at or 0))

    def put(self, credential: Credential) -> None:
        """Store a new credential."""
        self._dynamodb.put_item(TableName=self.name, Item=credential.table_item())

    def end(self, tokens: Iterable[IssuedToken], at_s: int) -> None:
        """Let tokens expire at `at_s`, in epoch seconds, unless earlier or removed."""
        for token in tokens:
            with suppress(self._dynamodb.exceptions.ConditionalCheckFailedException):
                self._dynamodb.update_item(
                    TableName=self.name,
                    Key={"token_sha256": {"S": token.token_sha256}},
                    UpdateExpression="SET expires_at = :at",
                    ConditionExpression="attribute_exists(token_sha256) AND "
                    "(attribute_not_exists(expires_at) OR expires_at > :at)",
                    ExpressionAttributeValues={":at": {"N": str(at_s)}},
                )

    def remove(self, tokens: Iterable[IssuedToken]) -> None:
        """Remove tokens."""
        for token in tokens:
            key = {"token_sha256": {"S": token.token_sha256}}
            self._dynamodb.delete_item(TableName=self.name, Key=key)


def table_of(target: Deployment) -> TenantTable:
    """Return the table of a deployment."""
    return TenantTable(target.client("dynamodb"), f"edge-signer-{target.stage}-tenants")


def _token_of(item: dict[str, Any]) -> IssuedToken:
    return IssuedToken(
        token_sha256=item["token_sha256"]["S"],
        tenant_id=item["tenant_id"]["S"],
        created_at=int(item["created_at"]["N"]) if "created_at" in item else None,
        expires_at=int(item["expires_at"]["N"]) if "expires_at" in item else None,
        hmac_required=bool(item.get("hmac_required", {}).get("BOOL", False)),
    )
