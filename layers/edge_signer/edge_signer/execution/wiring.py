"""The parts of the job service, put together from settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from edge_signer.configuration.flags import Flags
from edge_signer.execution.job_ledger import JobLedger
from edge_signer.execution.job_store import JobStore
from edge_signer.execution.receipts.receipt_keys import ReceiptKeys
from edge_signer.execution.receipts.receipt_signer import KmsReceiptSigner
from edge_signer.execution.running_jobs import RunningJobs
from edge_signer.execution.sandbox.sandbox import Sandbox
from edge_signer.execution.service import JobService
from edge_signer.execution.settings import ExecuteSettings
from edge_signer.platform.clients import client


def job_service(
    settings: ExecuteSettings,
    flags: Callable[[], Flags],
    require_open: Callable[[Flags, str], None],
    complain: Callable[[str], None],
) -> JobService:
    """Give the service of a function; its sandbox starts at once.

    Args:
        settings: Of the function.
        flags: Give how long KMS may take, and whether jobs are run.
        require_open: Refuses a tenant by these.
        complain: Told of what an operator must mend.
    """
    dynamodb, table = client("dynamodb", settings.aws_region), settings.jobs_table
    return JobService(
        Sandbox(),
        KmsReceiptSigner(kms=_kms(settings, flags), key_alias=settings.receipt_key_alias),
        ledger=JobLedger(dynamodb, table),
        running=RunningJobs(dynamodb, table, settings.max_running_jobs),
        store=JobStore(client("s3", settings.aws_region), settings.jobs_bucket, complain),
        require_open=lambda tenant_id: require_open(flags(), tenant_id),
    )


def receipt_keys(settings: ExecuteSettings, flags: Callable[[], Flags]) -> ReceiptKeys:
    """Give the keys that are published.

    Args:
        settings: Of the function.
        flags: Give how long KMS may take.
    """
    return ReceiptKeys(kms=_kms(settings, flags), key_alias=settings.receipt_key_alias)


def _kms(settings: ExecuteSettings, flags: Callable[[], Flags]) -> Callable[[], Any]:
    return lambda: client(
        "kms", settings.kms_region, timeout_s=flags().kms_timeout_ms / 1000, attempts=1
    )
