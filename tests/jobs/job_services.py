"""Services of jobs with moto behind them, as those of several workers."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from edge_signer.execution.job import Job, RequestedJob
from edge_signer.execution.ledger import JobLedger
from edge_signer.execution.limits import Requirements
from edge_signer.execution.sandbox.outcome import Outcome
from edge_signer.execution.sandbox.sandbox import Sandbox
from edge_signer.execution.service import JobService
from edge_signer.execution.store import JobStore
from edge_signer.http.errors import ExecutionDisabledError
from edge_signer.telemetry.request_record import RequestRecord
from edge_signer.tenancy.conditional_table import ConditionalTable
from emulator.stack.resources import Services
from tests.jobs.job_requests import HELLO, module_hash
from tests.jobs.receipts import SoftwareReceiptSigner

NAME = "jobs-of-service"
NOW_S = 1_800_000_000.0
TIMEOUT_S = 5


@dataclass
class Beside:
    """A sandbox beside which something happens while a job runs."""

    sandbox: Sandbox
    happens: Callable[[], Any]

    def execute(self, job: Job) -> Outcome:
        outcome = self.sandbox.execute(job)
        self.happens()
        return outcome


class Operator:
    """Switches jobs on and off."""

    is_open = True

    def require_open(self, tenant_id: str) -> None:
        assert tenant_id == "acme"
        if not self.is_open:
            raise ExecutionDisabledError("off")


class FailingReads:
    """S3, which does not give what stands under a prefix."""

    def __init__(self, s3: Any, prefix: str) -> None:
        self._s3 = s3
        self._prefix = prefix

    def get_object(self, **asked: str) -> Any:
        # A bucket that is not there stands for any failure.
        name = "nowhere" if asked["Key"].startswith(self._prefix) else asked["Bucket"]
        return self._s3.get_object(**{**asked, "Bucket": name})

    def __getattr__(self, name: str) -> Any:
        return getattr(self._s3, name)


def service_at(
    aws: Services,
    sandbox: Any,
    clock_s: float = NOW_S,
    *,
    s3: Any = None,
    operator: Operator | None = None,
    most: int = 4,
    ledger: JobLedger | None = None,
    signer: SoftwareReceiptSigner | None = None,
) -> JobService:
    table = ConditionalTable(aws.dynamodb, NAME)
    return JobService(
        sandbox,
        signer or SoftwareReceiptSigner(),
        ledger=ledger or JobLedger(table, most, lambda: clock_s),
        store=JobStore(s3 or aws.s3, NAME, pytest.fail),
        require_open=(operator or Operator()).require_open,
    )


def asked_for() -> RequestedJob:
    wants = Requirements(timeout_seconds=TIMEOUT_S)
    job_id = f"job-{uuid.uuid4()}"
    return RequestedJob("acme", job_id, module_hash(HELLO), HELLO, ("x",), b"", wants)


def record() -> RequestRecord:
    return RequestRecord("request")
