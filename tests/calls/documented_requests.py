"""The request bodies of the API document, as they stand there."""

from __future__ import annotations

from typing import Any

DOCUMENTED_ASSERTIONS: dict[str, Any] = {
    "c2pa.actions": [
        {"digitalSourceType": "https://ns.adobe.com/cloud/photoshop", "action": "created"}
    ],
    "c2pa.training-minims": {"limitations": "no-generative-ai"},
}
BY_DIGEST: dict[str, Any] = {
    "asset_sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "policy_id": "newsroom-default-v3",
    "assertions": DOCUMENTED_ASSERTIONS,
    "tenant_id": "acme",
    "tsa": True,
}
#: The document writes `{...}` for its assertions and means those of the first.
INLINE: dict[str, Any] = {
    "asset_inline": "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6"
    "kgAAAABJRU5ErkJggg==",
    "policy_id": "newsroom-default-v3",
    "assertions": DOCUMENTED_ASSERTIONS,
    "tenant_id": "acme",
    "tsa": True,
}
