"""One job has one result, also where a worker that was thought dead comes back with another."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from edge_signer.execution.errors import (
    JobInFlightError,
    SandboxUnavailableError,
    UnknownJobError,
)
from edge_signer.execution.ledger import JobLedger
from edge_signer.execution.sandbox.sandbox import Sandbox
from edge_signer.execution.turn import SETTLING_S
from edge_signer.http.errors import ExecutionDisabledError
from edge_signer.platform.errors import StoreUnavailableError
from edge_signer.tenancy.conditional_table import ConditionalTable
from edge_signer.tenancy.rate_limits import RateLimitedError
from emulator.stack.resources import Services
from tests.jobs.job_requests import HELLO
from tests.jobs.job_services import (
    NAME,
    NOW_S,
    TIMEOUT_S,
    Beside,
    FailingReads,
    Operator,
    asked_for,
    record,
    service_at,
)


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


def test_a_module_is_compiled_ahead_in_the_place_of_a_job(aws: Services, sandbox: Sandbox) -> None:
    service = service_at(aws, sandbox, most=1)
    # The first has left its place.
    for _ in range(2):
        assert service.compile_ahead("acme", HELLO).is_compiled
    ledger = JobLedger(ConditionalTable(aws.dynamodb, NAME), 1, lambda: NOW_S)
    with ledger.compiling("acme", 30):
        assert not service.compile_ahead("acme", HELLO).is_compiled
        assert service.compile_ahead("globex", HELLO).is_compiled


def test_a_module_that_the_sandbox_cannot_compile_now_has_no_verdict(aws: Services) -> None:
    class Unavailable:
        def compile(self, _tenant_id: str, _wasm: bytes) -> None:
            raise SandboxUnavailableError("too busy", retry_after_s=1)

    came = service_at(aws, Unavailable()).compile_ahead("acme", HELLO)
    assert (came.is_compiled, came.ended) == (False, None)


def test_a_job_that_fails_no_longer_counts(aws: Services, sandbox: Sandbox) -> None:
    def fail() -> None:
        raise SandboxUnavailableError("no")

    for _ in range(2):
        with pytest.raises(SandboxUnavailableError):
            service_at(aws, Beside(sandbox, fail), most=1).run(asked_for(), record())
