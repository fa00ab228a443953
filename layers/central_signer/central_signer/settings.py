"""The environment of the fallback function."""

from __future__ import annotations

from pydantic import Field

from edge_signer.platform.settings import MAX_KMS_TIMEOUT_MS, ChaosSettings, SigningSettings


class FallbackSettings(SigningSettings, ChaosSettings):
    """What `template.yaml` tells the fallback function.

    Four calls of KMS, two to each region, must fit into the function's five seconds.
    """

    requests_table: str = Field(min_length=3)
    kms_timeout_ms: int = Field(1000, ge=50, le=MAX_KMS_TIMEOUT_MS)
    #: ARN of the replica or of its alias; empty for none.
    kms_replica_key: str = Field(
        "",
        pattern=r"^(arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:(key/mrk-[0-9a-f-]+|alias/[\w/-]+))?$",
    )

    @property
    def kms_replica_region(self) -> str:
        """Region of the replica key."""
        return self.kms_replica_key.split(":")[3]
