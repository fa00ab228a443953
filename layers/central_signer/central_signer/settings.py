"""The environment of the fallback function."""

from __future__ import annotations

from pydantic import Field

from edge_signer.configuration.settings import (
    MAX_KMS_TIMEOUT_MS,
    ChaosSettings,
    ReplicaSettings,
    SigningSettings,
)


class FallbackSettings(SigningSettings, ReplicaSettings, ChaosSettings):
    """What `template.yaml` tells the fallback function.

    Four calls of KMS, two to each region, must fit into the function's five seconds.
    """

    requests_table: str = Field(min_length=3)
    kms_timeout_ms: int = Field(1000, ge=50, le=MAX_KMS_TIMEOUT_MS)
