"""The settings of the execute function, and the job service built from them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import Field

from edge_signer.configuration.flags import Flags
from edge_signer.configuration.settings import CalledSettings
from edge_signer.execution.batch_service import BatchService
from edge_signer.execution.ledger import JobLedger
from edge_signer.execution.receipts.receipt_keys import ReceiptKeys
from edge_signer.execution.receipts.receipt_signer import KmsReceiptSigner
from edge_signer.execution.sandbox.sandbox import Sandbox
from edge_signer.execution.service import JobService
from edge_signer.execution.store import JobStore
from edge_signer.execution.stored_code import StoredCode
from edge_signer.platform.clients import client
from edge_signer.tenancy.conditional_table import ConditionalTable


class ExecuteSettings(CalledSettings):
    """The environment of the execute function, as set by `template.yaml`.

    Attributes:
        max_running_jobs: How many jobs of a tenant may run at once.
    """

    kms_region: str = Field(min_length=1)
    receipt_key_alias: str = Field(pattern=r"^alias/[A-Za-z0-9/_-]+$")
    jobs_table: str = Field(min_length=3)
    jobs_bucket: str = Field(min_length=3)
    max_running_jobs: int = Field(4, ge=1, le=1000)


def job_services(
    settings: ExecuteSettings,
    flags: Callable[[], Flags],
    require_open: Callable[[Flags, str], None],
    complain: Callable[[str], None],
) -> tuple[JobService, BatchService]:
    """Build the services of jobs and of batches; their sandbox starts at once.

    Args:
        settings: Of the function.
        flags: Returns the flags, which have the timeout for KMS and whether jobs may run.
        require_open: Raises an EdgeSignerError if the flags do not let a tenant run jobs.
        complain: Called with a message for each stored object that has the wrong content.
    """
    table = ConditionalTable(client("dynamodb", settings.aws_region), settings.jobs_table)
    s3 = client("s3", settings.aws_region)
    runs = (
        Sandbox(shelf=StoredCode(s3, settings.jobs_bucket, table, complain)),
        KmsReceiptSigner(kms=_kms(settings, flags), key_alias=settings.receipt_key_alias),
        JobLedger(table, settings.max_running_jobs),
        JobStore(s3, settings.jobs_bucket, complain),
        lambda tenant_id: require_open(flags(), tenant_id),
    )
    return JobService(*runs), BatchService(*runs)


def receipt_keys(settings: ExecuteSettings, flags: Callable[[], Flags]) -> ReceiptKeys:
    """Build the reader of the published keys; the flags have the timeout for KMS."""
    return ReceiptKeys(kms=_kms(settings, flags), key_alias=settings.receipt_key_alias)


def _kms(settings: ExecuteSettings, flags: Callable[[], Flags]) -> Callable[[], Any]:
    return lambda: client(
        "kms", settings.kms_region, timeout_s=flags().kms_timeout_ms / 1000, attempts=1
    )
