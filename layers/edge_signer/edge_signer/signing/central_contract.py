"""What the edge and the central signer say to each other: one JSON document each way.

The central signer is another engine with a key of the same certificate. The edge asks it when its
own path fails, and checks what it gives (`manifest_check`) before anything is stored.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from edge_signer.platform.names import TenantName
from edge_signer.signing.credentials.algorithm import AlgorithmName
from edge_signer.signing.rules.strict_model import StrictModel
from edge_signer.signing.signing_request import MAX_TITLE_CHARACTERS

#: The longest manifest that is taken: 16 KiB to sign and as much besides, certificates, a token.
MAX_MANIFEST_BYTES = 256 * 1024
#: The longest answer: that in base64, and the fields around it.
MAX_ANSWER_BYTES = MAX_MANIFEST_BYTES * 4 // 3 + 4096


def _base64(text: str) -> str:
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("not base64") from None
    return text


class CentralRequest(StrictModel):
    """A request that the edge has authenticated, counted and validated.

    Attributes:
        asset_sha256: The digest of the whole asset, in hexadecimal.
        assertions: What the client says, by label, as it came.
        policy_id: Which policy to sign under.
        tenant_id: Whose request it is.
        tsa: Whether a time-stamp is wanted; None leaves it to the policy.
        request_id: A UUID, under which both log.
        title: Name of the asset, for people; None for none.
    """

    asset_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    assertions: dict[str, Any]
    policy_id: str = Field(min_length=1, max_length=64)
    tenant_id: TenantName
    tsa: bool | None
    request_id: str = Field(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")
    title: str | None = Field(default=None, min_length=1, max_length=MAX_TITLE_CHARACTERS)

    def to_json(self) -> bytes:
        """Give the document; a central signer of an earlier version knows no title."""
        return self.model_dump_json(exclude={"title"} if self.title is None else None).encode()


class CentralAnswer(StrictModel):
    """A signed manifest.

    Attributes:
        manifest: The manifest store in base64.
        kms_key_id: ARN of the key that signed it.
        alg: What it signed with.
        timings: Milliseconds by step.
    """

    manifest: Annotated[str, Field(min_length=1), AfterValidator(_base64)]
    kms_key_id: str = Field(min_length=1, max_length=2048)
    alg: AlgorithmName
    timings: Mapping[str, float]


class CentralFault(StrictModel):
    """Why there is none.

    Attributes:
        code: Of the catalogue.
        message: For the client.
        retry_after: Seconds after which the same request may succeed.
    """

    code: str = Field(pattern=r"^[A-Z][A-Z0-9_]{1,63}$")
    message: str = Field(max_length=1024)
    retry_after: int | None = Field(None, ge=0, le=86400)


class CentralRefusal(StrictModel):
    """The answer where there is no manifest."""

    error: CentralFault
