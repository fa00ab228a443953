"""The tenants of a development system, with a fresh bearer token each."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

_TENANT_IDS = ("acme", "testcorp", "load")
_ADMIN_ID = "admin"


@dataclass(frozen=True)
class Credential:
    """A bearer token and whom it stands for.

    Attributes:
        tenant_id: The tenant.
        role: tenant or admin.
        token: The token itself; the table of tenants has only its SHA-256.
    """

    tenant_id: str
    role: str
    token: str

    def table_item(self) -> dict[str, dict[str, str]]:
        """Give the item for the table of tenants, in DynamoDB's JSON."""
        digest = hashlib.sha256(self.token.encode()).hexdigest()
        return {
            "token_sha256": {"S": digest},
            "tenant_id": {"S": self.tenant_id},
            "role": {"S": self.role},
        }


def issue_credentials() -> tuple[Sequence[Credential], Credential]:
    """Make the tenants' credentials and the administrator's, with 32 random bytes in each."""
    tenants = [Credential(name, "tenant", secrets.token_urlsafe(32)) for name in _TENANT_IDS]
    return tenants, Credential(_ADMIN_ID, "admin", secrets.token_urlsafe(32))
