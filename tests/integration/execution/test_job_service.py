"""One job has one result, also where a worker that was thought dead comes back with another."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

import pytest

from edge_signer.execution import turn
from edge_signer.execution.errors import (
    JobInFlightError,
    SandboxUnavailableError,
    UnknownJobError,
)
from edge_signer.execution.job import Job, RequestedJob
from edge_signer.execution.ledger import Claim, JobLedger
from edge_signer.execution.limits import Requirements
from edge_signer.execution.receipts.result import JobAnswer
from edge_signer.execution.sandbox.outcome import Outcome
from edge_signer.execution.sandbox.sandbox import Sandbox
from edge_signer.execution.service import JobService
from edge_signer.execution.store import JobStore
from edge_signer.execution.turn import SETTLING_S, KeptResult
from edge_signer.http.errors import ExecutionDisabledError
from edge_signer.platform.errors import KmsUnavailableError, StoreUnavailableError
from edge_signer.telemetry.request_record import RequestRecord
from edge_signer.tenancy.conditional_table import ConditionalTable
from edge_signer.tenancy.rate_limits import RateLimitedError
from emulator.aws.services import in_process_services, moto_host
from emulator.stack.resources import Services
from tests.jobs.job_requests import HELLO, module_hash
from tests.jobs.receipts import SoftwareReceiptSigner
from tests.system.dynamodb_tables import make_table

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
    assert mine.content == theirs.content == other.result("acme", asked.job_id).content


def test_while_a_job_runs_nobody_else_runs_it(aws: Services, sandbox: Sandbox) -> None:
    asked = asked_for()
    other = service_at(aws, sandbox, NOW_S + TIMEOUT_S + SETTLING_S - 1)

    def ask_too() -> None:
        with pytest.raises(JobInFlightError):
            other.run(asked, record())
        with pytest.raises(JobInFlightError):
            other.result("acme", asked.job_id)

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


def test_what_is_switched_off_while_a_job_runs_is_not_signed_until_it_is_on_again(
    aws: Services, sandbox: Sandbox
) -> None:
    asked, operator, told = asked_for(), Operator(), record()

    def switch_off() -> None:
        operator.is_open = False

    service = service_at(aws, Beside(sandbox, switch_off), operator=operator)
    with pytest.raises(ExecutionDisabledError):
        service.run(asked, told)
    assert "wasm" in told.stopwatch.steps_ms
    assert "kms" not in told.stopwatch.steps_ms
    with pytest.raises(UnknownJobError):
        service.result("acme", asked.job_id)
    operator.is_open, again = True, record()
    assert json.loads(service.run(asked, again).content)["stdout"] == "x\n"
    assert "wasm" not in again.stopwatch.steps_ms


def test_a_store_that_fails_before_a_retry_leaves_no_claim_behind(
    aws: Services, sandbox: Sandbox
) -> None:
    asked, operator = asked_for(), Operator()
    operator.is_open = False
    with pytest.raises(ExecutionDisabledError):
        service_at(aws, sandbox, operator=operator).run(asked, record())
    failing = service_at(aws, sandbox, s3=FailingReads(aws.s3, "unsigned/"))
    for _ in range(2):
        with pytest.raises(StoreUnavailableError):
            failing.run(asked, record())
    assert json.loads(service_at(aws, sandbox).run(asked, record()).content)["stdout"] == "x\n"


def test_one_job_too_many_is_refused_and_can_be_sent_again(aws: Services, sandbox: Sandbox) -> None:
    asked, second, third = asked_for(), asked_for(), asked_for()
    service = service_at(aws, sandbox, most=1)
    earlier = service.run(third, record())

    def ask_too() -> None:
        with pytest.raises(RateLimitedError):
            service.run(second, record())
        # The refusal left the job's name free, and what has a result needs no room.
        with pytest.raises(UnknownJobError):
            service.result("acme", second.job_id)
        assert service.run(third, record()).content == earlier.content

    service_at(aws, Beside(sandbox, ask_too), most=1).run(asked, record())
    other = replace(second, args=("y",))
    assert json.loads(service.run(other, record()).content)["stdout"] == "y\n"


def test_a_job_that_fails_no_longer_counts(aws: Services, sandbox: Sandbox) -> None:
    def fail() -> None:
        raise SandboxUnavailableError("no")

    for _ in range(2):
        with pytest.raises(SandboxUnavailableError):
            service_at(aws, Beside(sandbox, fail), most=1).run(asked_for(), record())


@pytest.mark.parametrize("is_small", [True, False])
def test_a_small_result_is_in_the_table_and_a_larger_one_in_the_bucket(
    aws: Services, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, *, is_small: bool
) -> None:
    asked = asked_for()
    bounds: list[int] = []

    def keep_at_bound(answer: JobAnswer) -> bytes:
        content = encode(answer)
        bounds.append(len(content) if is_small else len(content) - 1)
        monkeypatch.setattr(turn, "MAX_RESULT_BYTES", bounds[-1])
        return content

    encode = JobAnswer.to_json
    monkeypatch.setattr(JobAnswer, "to_json", keep_at_bound)
    service = service_at(aws, sandbox)
    ran = service.run(asked, record())
    again = service.run(asked, record())
    assert (ran.is_replayed, again.is_replayed) == (False, True)
    assert ran.content == again.content == service.result("acme", asked.job_id).content
    prefix = f"results/acme/{sha256(asked.job_id.encode()).hexdigest()}/"
    kept = aws.s3.list_objects_v2(Bucket=NAME, Prefix=prefix)["KeyCount"]
    assert kept == (0 if is_small else 1)
    assert bounds[1:] == []


def test_a_worker_killed_between_bucket_and_table_loses_no_result(
    aws: Services, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def die(*_: object) -> None:
        raise Killed

    asked = asked_for()
    monkeypatch.setattr(turn, "MAX_RESULT_BYTES", 0)
    dying = JobLedger(ConditionalTable(aws.dynamodb, NAME), 4, lambda: NOW_S)
    dying.keep = die  # type: ignore[assignment]
    with pytest.raises(Killed):
        service_at(aws, sandbox, ledger=dying).run(asked, record())
    (stored,) = aws.s3.list_objects_v2(
        Bucket=NAME, Prefix=f"results/acme/{sha256(asked.job_id.encode()).hexdigest()}/"
    )["Contents"]
    first = aws.s3.get_object(Bucket=NAME, Key=stored["Key"])["Body"].read()
    after = service_at(aws, sandbox, NOW_S + TIMEOUT_S + SETTLING_S + 1)
    assert after.run(asked, record()).content == first
    assert after.result("acme", asked.job_id).content == first


def test_a_tenants_place_is_free_when_the_guest_has_ended_even_if_nothing_is_signed(
    aws: Services, sandbox: Sandbox
) -> None:
    asked, left = asked_for(), threading.Event()
    ledger = JobLedger(ConditionalTable(aws.dynamodb, NAME), 1, lambda: NOW_S)
    leave, others = ledger.leave, iter([asked_for()])

    def leave_and_tell(tenant_id: str, claim: Claim) -> None:
        leave(tenant_id, claim)
        left.set()

    ledger.leave = leave_and_tell  # type: ignore[method-assign]
    answers: list[KeptResult] = []

    class Failing(SoftwareReceiptSigner):
        def sign(self, *_: Any) -> bytes:
            assert left.wait(10)
            answers.extend(service_at(aws, sandbox, most=1).run(one, record()) for one in others)
            raise KmsUnavailableError("no")

    service = service_at(aws, sandbox, ledger=ledger, signer=Failing())
    with pytest.raises(KmsUnavailableError):
        service.run(asked, record())
    assert [one.is_replayed for one in answers] == [False]


def test_a_request_that_the_limits_refuse_meanwhile_never_runs_and_keeps_nothing(
    aws: Services, sandbox: Sandbox
) -> None:
    def refuse() -> None:
        raise RateLimitedError("no")

    asked, told = asked_for(), record()
    service = service_at(aws, sandbox, most=1)
    with pytest.raises(RateLimitedError, match="no"):
        service.run(asked, told, refuse)
    assert "wasm" not in told.stopwatch.steps_ms
    # Neither the job's name nor the tenant's only place is taken.
    other = replace(asked, args=("y",))
    assert json.loads(service.run(other, record()).content)["stdout"] == "y\n"
