"""The environment of the health function."""

from __future__ import annotations

from pydantic import Field

from edge_signer.configuration.settings import (
    ChaosSettings,
    ReplicaSettings,
    SigningSettings,
    SwitchedSettings,
)
from edge_signer.health.finding import Way


class HealthSettings(SigningSettings, SwitchedSettings, ReplicaSettings, ChaosSettings):
    """What `template.yaml` tells the health function: mostly what it tells those that sign.

    Attributes:
        fallback_function: Name of the central signer's function; empty for none.
        central_signer_url: A central signer elsewhere; empty for none.
        kms_sign_quota_per_s: Signatures a second that KMS gives to the account in the key's region.
    """

    manifest_bucket: str = Field(min_length=3)
    tenants_table: str = Field(min_length=3)
    requests_table: str = Field(min_length=3)
    breakers_table: str = Field(min_length=3)
    fallback_function: str = ""
    central_signer_url: str = ""
    kms_sign_quota_per_s: int = Field(1000, ge=1)

    @property
    def ways(self) -> frozenset[Way]:
        """The ways to sign that this deployment has at its best."""
        has_central_signer = bool(self.fallback_function or self.central_signer_url)
        central: set[Way] = {"central"} if has_central_signer else set()
        if has_central_signer and self.kms_replica_key:
            central.add("replica")
        return frozenset({"edge", *central})
