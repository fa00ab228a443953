"""One job has one result, also where a worker that was thought dead comes back with another."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from edge_signer.execution.errors import (
    JobInFlightError,
    SandboxUnavailableError,
    UnknownJobError,
)
from edge_signer.execution.job import Job
from edge_signer.execution.job_ledger import JobLedger
from edge_signer.execution.job_store import JobStore
from edge_signer.execution.limits import Requirements
from edge_signer.execution.requested_job import RequestedJob
from edge_signer.execution.sandbox import Outcome, Sandbox
from edge_signer.execution.service import SETTLING_S, JobService
from edge_signer.platform.request_record import RequestRecord
from emulator.aws.services import in_process_services, moto_host
from emulator.stack.resources import Services
from tests.dynamodb_tables import make_table
from tests.jobs import HELLO, module_hash
from tests.receipts import SoftwareReceiptSigner

NAME = "jobs-of-service"
NOW_S = 1_800_000_000.0
TIMEOUT_S = 5


@pytest.fixture(scope="module")
def aws() -> Services:
    services = in_process_services(moto_host())
    make_table(services.dynamodb, NAME, "id")
    services.s3.create_bucket(Bucket=NAME)
    return services


@dataclass
class Beside:
    """A sandbox beside which something happens while a job runs."""

    sandbox: Sandbox
    happens: Callable[[], Any]

    def execute(self, job: Job) -> Outcome:
        outcome = self.sandbox.execute(job)
        self.happens()
        return outcome


def service_at(aws: Services, sandbox: Any, clock_s: float = NOW_S) -> JobService:
    ledger = JobLedger(aws.dynamodb, NAME, lambda: clock_s)
    return JobService(sandbox, SoftwareReceiptSigner(), ledger, JobStore(aws.s3, NAME))


def asked_for() -> RequestedJob:
    wants = Requirements(timeout_seconds=TIMEOUT_S)
    job_id = f"job-{uuid.uuid4()}"
    return RequestedJob("acme", job_id, module_hash(HELLO), HELLO, ("x",), b"", wants)


def record() -> RequestRecord:
    return RequestRecord("request")


def test_a_worker_that_was_thought_dead_gives_the_result_that_there_is(
    aws: Services, sandbox: Sandbox
) -> None:
    asked, found = asked_for(), []
    after = NOW_S + TIMEOUT_S + SETTLING_S + 1
    other = service_at(aws, sandbox, after)
    slow = Beside(sandbox, lambda: found.append(other.run(asked, record())))
    mine = service_at(aws, slow).run(asked, record())
    (theirs,) = found
    assert not theirs.is_replayed
    assert mine.is_replayed
    assert mine.content == theirs.content == other.result("acme", asked.job_id)


def test_while_a_job_runs_nobody_else_runs_it(aws: Services, sandbox: Sandbox) -> None:
    asked = asked_for()
    other = service_at(aws, sandbox, NOW_S + TIMEOUT_S + SETTLING_S - 1)

    def ask_too() -> None:
        for ask in (
            lambda: other.run(asked, record()),
            lambda: other.result("acme", asked.job_id),
        ):
            with pytest.raises(JobInFlightError):
                ask()

    ran = service_at(aws, Beside(sandbox, ask_too)).run(asked, record())
    assert json.loads(ran.content)["stdout"] == "x\n"


def test_a_sandbox_that_fails_leaves_the_name_free(aws: Services, sandbox: Sandbox) -> None:
    def fail() -> None:
        raise SandboxUnavailableError("no")

    asked = asked_for()
    with pytest.raises(SandboxUnavailableError):
        service_at(aws, Beside(sandbox, fail)).run(asked, record())
    well = service_at(aws, sandbox)
    with pytest.raises(UnknownJobError):
        well.result("acme", asked.job_id)
    other = replace(asked, args=("y",))
    assert json.loads(well.run(other, record()).content)["stdout"] == "y\n"
