"""The environment of the execute function."""

from __future__ import annotations

from pydantic import Field

from edge_signer.platform.settings import CalledSettings


class ExecuteSettings(CalledSettings):
    """What `template.yaml` tells the execute function."""

    kms_region: str = Field(min_length=1)
    receipt_key_alias: str = Field(pattern=r"^alias/[A-Za-z0-9/_-]+$")
    jobs_table: str = Field(min_length=3)
    jobs_bucket: str = Field(min_length=3)
