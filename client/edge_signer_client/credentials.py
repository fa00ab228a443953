"""How a request proves who sends it: a bearer token, and an HMAC where the tenant requires one.

`docs/tenants.md` specifies signed requests, with an example.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Credentials:
    """A bearer token, and the HMAC key that belongs to it if requests must be signed.

    Attributes:
        token: The bearer token.
        tenant_id: The tenant; None lets the server take it from the token.
        hmac_key: Signs every request, and requires tenant_id; None sends requests unsigned.

    Raises:
        ValueError: There is an HMAC key but no tenant.
    """

    token: str = field(repr=False)
    tenant_id: str | None = None
    hmac_key: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.hmac_key is not None and self.tenant_id is None:
            raise ValueError("hmac_key requires tenant_id: the tenant is part of what is signed")

    def headers(self, method: str, target: str, body: bytes) -> dict[str, str]:
        """Return the headers of one request. Signed headers are valid for a single use.

        Args:
            method: For instance POST.
            target: The path, and `?` with the query if there is one, exactly as sent.
            body: Exactly the bytes that are sent.
        """
        headers = {"Authorization": f"Bearer {self.token}"}
        if self.hmac_key is not None and self.tenant_id is not None:
            headers |= signature_headers(self.hmac_key, self.tenant_id, method, target, body)
        return headers


def signature_headers(
    hmac_key: str,
    tenant_id: str,
    method: str,
    target: str,
    body: bytes,
    *,
    timestamp_s: int | None = None,
    nonce: str | None = None,
) -> dict[str, str]:
    """Sign a request that is sent once, within five minutes.

    Args:
        hmac_key: The key as it was printed; its characters are the key.
        tenant_id: The tenant of the token.
        method: For instance POST.
        target: The path, and `?` with the query if there is one, exactly as sent.
        body: Exactly the bytes that are sent.
        timestamp_s: Epoch seconds; None for now.
        nonce: 16 to 64 letters, digits, `-` or `_`, never used before; None for a random one.

    Returns:
        The headers to add.
    """
    timestamp = str(int(time.time()) if timestamp_s is None else timestamp_s)
    nonce = nonce or secrets.token_urlsafe(16)
    lines = (
        "edge-signer-hmac-v1",
        timestamp,
        nonce,
        method,
        target,
        tenant_id,
        hashlib.sha256(body).hexdigest(),
    )
    mac = hmac.new(hmac_key.encode(), "\n".join(lines).encode(), hashlib.sha256)
    return {
        "X-Signature-Timestamp": timestamp,
        "X-Signature-Nonce": nonce,
        "X-Signature": f"v1={mac.hexdigest()}",
    }
