"""The environment of the execute function."""

from __future__ import annotations

from pydantic import Field

from edge_signer.configuration.settings import CalledSettings


class ExecuteSettings(CalledSettings):
    """What `template.yaml` tells the execute function.

    Attributes:
        max_running_jobs: How many jobs of a tenant may run at once.
    """

    kms_region: str = Field(min_length=1)
    receipt_key_alias: str = Field(pattern=r"^alias/[A-Za-z0-9/_-]+$")
    jobs_table: str = Field(min_length=3)
    jobs_bucket: str = Field(min_length=3)
    max_running_jobs: int = Field(4, ge=1, le=1000)
