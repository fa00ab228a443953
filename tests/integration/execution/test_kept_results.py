"""Where a result is kept, and what a job holds until it ends: its name and its place."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from edge_signer.execution import turn
from edge_signer.execution.ledger import Claim, JobLedger
from edge_signer.execution.receipts.result import JobAnswer
from edge_signer.execution.sandbox.sandbox import Sandbox
from edge_signer.execution.turn import SETTLING_S, KeptResult
from edge_signer.platform.errors import KmsUnavailableError
from edge_signer.tenancy.conditional_table import ConditionalTable
from edge_signer.tenancy.rate_limits import RateLimitedError
from emulator.stack.resources import Services
from tests.jobs.job_services import (
    NAME,
    NOW_S,
    TIMEOUT_S,
    asked_for,
    record,
    service_at,
)
from tests.jobs.receipts import SoftwareReceiptSigner


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
