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
    "asset_sha256": "c2dd0de7c538df8d111e479619b129464d0269d0ae5fd18ca91d33a7fdfea95c",
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
