"""The environment of the admin function."""

from __future__ import annotations

from pydantic import Field

from edge_signer.configuration.settings import ChaosSettings, TenantNames


class AdminSettings(ChaosSettings):
    """What `template.yaml` tells the admin function.

    Attributes:
        kms_region: Names the circuit breaker.
        tenant_allowlist: Tenants that may sign where the flag is absent, as the sign function
            takes it.
    """

    kms_region: str = Field(min_length=1)
    manifest_bucket: str = Field(min_length=3)
    requests_table: str = Field(min_length=3)
    limits_table: str = Field(min_length=3)
    breakers_table: str = Field(min_length=3)
    tenant_allowlist: TenantNames = ()
