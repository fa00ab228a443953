"""The client's side of signed requests: three headers made with the token's HMAC key.

`docs/tenants.md` says what is signed, with an example.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time


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
    """Sign a request, to be sent once and within five minutes.

    Args:
        hmac_key: The key as it was printed; its characters are the key.
        tenant_id: The tenant of the token.
        method: For instance POST.
        target: The path, and where there is a query `?` and the query as it is sent.
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
