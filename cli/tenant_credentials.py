"""What a tenant's requests prove themselves with."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from cli.request_signature import signature_headers


@dataclass(frozen=True)
class TenantCredentials:
    """A token, and the key that goes with it where requests are signed.

    Attributes:
        token: The tenant's bearer token.
        tenant_id: The tenant; None leaves it to the token.
        hmac_key: What requests are signed with, which needs the tenant's name; None for unsigned.

    Raises:
        ValueError: There is a key and no tenant.
    """

    token: str
    tenant_id: str | None
    hmac_key: str | None

    def __post_init__(self) -> None:
        if self.hmac_key is not None and self.tenant_id is None:
            raise ValueError("a request can be signed only if its tenant is named")

    def headers_of_post(self, url: str, content: bytes) -> dict[str, str]:
        """Give the headers of a request with JSON, to be sent once.

        Args:
            url: Where it goes.
            content: Exactly the bytes that are sent.
        """
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        if self.hmac_key is not None and self.tenant_id is not None:
            path = urlsplit(url).path
            headers |= signature_headers(self.hmac_key, self.tenant_id, "POST", path, content)
        return headers
