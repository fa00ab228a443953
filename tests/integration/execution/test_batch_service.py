"""What a batch has no time or no room for is not signed, and a batch runs once."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from edge_signer.execution.batch import RequestedBatch
from edge_signer.execution.batch_service import BatchService
from edge_signer.execution.errors import JobInFlightError, SandboxUnavailableError
from edge_signer.execution.job import Job, RequestedJob
from edge_signer.execution.ledger import JobLedger
from edge_signer.execution.limits import MAX_OUTPUT_BYTES, Requirements
from edge_signer.execution.receipts.batch_verifier import verify_batch
from edge_signer.execution.sandbox.outcome import Outcome, Status
from edge_signer.execution.sandbox.sandbox import Sandbox
from edge_signer.execution.store import JobStore
from edge_signer.platform.errors import KmsUnavailableError
from edge_signer.telemetry.request_record import RequestRecord
from edge_signer.tenancy.conditional_table import ConditionalTable
from edge_signer.tenancy.rate_limits import RateLimitedError
from emulator.aws.services import in_process_services, moto_host
from emulator.stack.resources import Services
from tests.jobs.guests import wasi
from tests.jobs.job_requests import HELLO, module_hash
from tests.jobs.receipts import PUBKEY, SoftwareReceiptSigner
from tests.system.dynamodb_tables import make_table

NAME = "jobs-of-batches"
FOREVER = wasi("(loop $again (br $again))")


@pytest.fixture(scope="module")
def aws() -> Services:
    services = in_process_services(moto_host())
    make_table(services.dynamodb, NAME, "id")
    services.s3.create_bucket(Bucket=NAME)
    return services


class FailingOnce(SoftwareReceiptSigner):
    """KMS, which does not sign at first."""

    has_failed = False

    def sign(self, *asked: Any) -> bytes:
        if not self.has_failed:
            self.has_failed = True
            raise KmsUnavailableError("down")
        return super().sign(*asked)


class Scripted:
    """A sandbox whose jobs end as they are told; an exception is raised."""

    def __init__(self, *ends: Outcome | Exception) -> None:
        self._ends: Iterator[Outcome | Exception] = iter(ends)

    def execute(self, _: Job) -> Outcome:
        end = next(self._ends)
        if isinstance(end, Exception):
            raise end
        return end


def service_at(
    aws: Services, sandbox: Any, signer: Any = None, lasts_s: float = 20, most: int = 4
) -> BatchService:
    return BatchService(
        sandbox,
        signer or SoftwareReceiptSigner(),
        JobLedger(ConditionalTable(aws.dynamodb, NAME), most),
        JobStore(aws.s3, NAME, pytest.fail),
        lambda _: None,
        lasts_s,
    )


def batch_of(*modules: bytes, timeout_s: int = 5) -> RequestedBatch:
    jobs = [
        RequestedJob(
            *("acme", f"job-{position}", module_hash(wasm), wasm, (str(position),), b""),
            Requirements(timeout_seconds=timeout_s),
        )
        for position, wasm in enumerate(modules)
    ]
    return RequestedBatch("acme", f"batch-{uuid.uuid4()}", tuple(jobs))


def ran(service: BatchService, batch: RequestedBatch) -> list[dict[str, Any]]:
    """Run a batch, whose proofs must hold, and give its results."""
    content = service.run(batch, "api.example.com", RequestRecord("request")).content
    judged = verify_batch(content, PUBKEY)
    results: list[dict[str, Any]] = json.loads(content)["results"]
    proved = [judged.jobs[one["job_id"]].refusal is None for one in results]
    assert proved == [one["status"] != "not_run" for one in results]
    return results


def printing(text: bytes) -> Outcome:
    limits = Requirements()
    job = RequestedJob("acme", "job", module_hash(HELLO), HELLO, (), b"", limits)
    return Outcome(
        Status.OK, stdout=text, stderr=b"", wall_time_ms=1, limits=job.with_module(HELLO).limits
    )


def test_a_job_that_the_batchs_end_cuts_did_not_run(aws: Services, sandbox: Sandbox) -> None:
    results = ran(service_at(aws, sandbox, lasts_s=1), batch_of(HELLO, FOREVER, HELLO))
    assert [one["status"] for one in results] == ["ok", "not_run", "not_run"]
    assert "before it ended" in results[1]["detail"]
    assert "before it began" in results[2]["detail"]
    # The attested limit is the job's own.
    assert results[0]["limits"]["timeout_seconds"] == 5


def test_output_that_does_not_fit_is_not_signed_and_the_rest_is(aws: Services) -> None:
    # As a control character, each byte takes seven in what Lambda sends back.
    long = printing(b"\x01" * MAX_OUTPUT_BYTES)
    sandbox = Scripted(long, long, long, long, printing(b"short"))
    results = ran(service_at(aws, sandbox), batch_of(*[HELLO] * 5))
    assert [one["status"] for one in results] == ["ok", "ok", "ok", "not_run", "ok"]
    assert "does not fit" in results[3]["detail"]


def test_a_sandbox_that_fails_once_costs_one_job(aws: Services) -> None:
    sandbox = Scripted(printing(b"1"), SandboxUnavailableError("failed"), printing(b"3"))
    results = ran(service_at(aws, sandbox), batch_of(HELLO, HELLO, HELLO))
    assert [one["status"] for one in results] == ["ok", "not_run", "ok"]
    batch = batch_of(HELLO)
    with pytest.raises(SandboxUnavailableError):
        ran(service_at(aws, Scripted(SandboxUnavailableError("failed"))), batch)
    # Its name is free.
    assert ran(service_at(aws, Scripted(printing(b"1"))), batch)[0]["stdout"] == "1"


def test_outcomes_that_could_not_be_signed_are_only_signed_later(aws: Services) -> None:
    signer, batch = FailingOnce(), batch_of(HELLO, HELLO)
    sandbox = Scripted(printing(b"1"), SandboxUnavailableError("failed"))
    with pytest.raises(KmsUnavailableError):
        ran(service_at(aws, sandbox, signer), batch)
    # This sandbox runs nothing.
    results = ran(service_at(aws, Scripted(), signer), batch)
    assert [one["status"] for one in results] == ["ok", "not_run"]


def test_a_batch_counts_as_one_running_job(aws: Services, sandbox: Sandbox) -> None:
    beside = service_at(aws, sandbox, most=1)

    class Beside:
        def execute(self, job: Job) -> Outcome:
            for one, expected in ((batch, JobInFlightError), (batch_of(HELLO), RateLimitedError)):
                with pytest.raises(expected):
                    beside.run(one, "api.example.com", RequestRecord("request"))
            return sandbox.execute(job)

    batch = batch_of(HELLO, HELLO)
    assert [one["status"] for one in ran(service_at(aws, Beside(), most=1), batch)] == ["ok", "ok"]
