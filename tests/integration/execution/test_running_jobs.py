"""How many jobs of a tenant run at once: exact over all workers, and nobody counts for ever."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from edge_signer.execution.job import RequestedJob
from edge_signer.execution.ledger import Claim, JobEntry, JobLedger
from edge_signer.execution.limits import Requirements
from edge_signer.platform.errors import StoreUnavailableError
from edge_signer.tenancy.conditional_table import ConditionalTable
from edge_signer.tenancy.rate_limits import RateLimitedError
from emulator.aws.services import in_process_services, moto_host
from tests.system.dynamodb_tables import make_table

TABLE = "running-jobs"
NOW_S = 1_800_000_000.0
LASTS_S = 12
MOST = 4


@pytest.fixture(scope="module")
def dynamodb() -> Any:
    client = in_process_services(moto_host()).dynamodb
    make_table(client, TABLE, "id")
    return client


@pytest.fixture
def tenant() -> str:
    return f"tenant-{uuid.uuid4().hex[:8]}"


def counted_at(dynamodb: Any, clock_s: float = NOW_S, most: int = MOST) -> JobLedger:
    return JobLedger(ConditionalTable(dynamodb, TABLE), most, lambda: clock_s)


def asked_by(tenant: str) -> RequestedJob:
    job_id = f"job-{uuid.uuid4()}"
    return RequestedJob(tenant, job_id, "sha256:00", None, (), b"", Requirements())


def entered(running: JobLedger, tenant: str) -> Claim | None:
    try:
        claim = running.claim(asked_by(tenant), LASTS_S)
    except RateLimitedError:
        return None
    assert isinstance(claim, Claim)
    return claim


def enters(running: JobLedger, tenant: str) -> bool:
    return entered(running, tenant) is not None


def test_of_many_at_once_as_many_enter_as_may(dynamodb: Any, tenant: str) -> None:
    workers = [counted_at(dynamodb) for _ in range(16)]
    with ThreadPoolExecutor(16) as threads:
        found = list(threads.map(lambda one: enters(one, tenant), workers))
    assert found.count(True) == MOST
    # Another tenant does not notice.
    assert enters(workers[0], f"{tenant}-other")


def test_who_leaves_makes_room_for_one(dynamodb: Any, tenant: str) -> None:
    running = counted_at(dynamodb)
    claims = [entered(running, tenant) for _ in range(MOST)]
    assert not enters(running, tenant)
    never_counted = Claim("x#y", uuid.uuid4().hex, 0)
    # Twice is once, and who was never counted makes no room.
    for one in (claims[0], claims[0], never_counted):
        assert one is not None
        running.leave(tenant, one)
    assert enters(running, tenant)
    assert not enters(running, tenant)
    running.leave(f"{tenant}-nobody", never_counted)


def test_a_killed_workers_jobs_count_until_their_claims_end(dynamodb: Any, tenant: str) -> None:
    began_s = (NOW_S, NOW_S, NOW_S + 5, NOW_S + 5)
    assert all(enters(counted_at(dynamodb, at_s), tenant) for at_s in began_s)
    before, after = NOW_S + LASTS_S - 0.1, NOW_S + LASTS_S
    assert not enters(counted_at(dynamodb, before), tenant)
    assert [enters(counted_at(dynamodb, after), tenant) for _ in range(3)] == [True, True, False]


def test_a_refusal_takes_one_call_and_leaves_nothing(dynamodb: Any, tenant: str) -> None:
    running, known, asked = counted_at(dynamodb, most=1), asked_by(tenant), asked_by(tenant)
    assert isinstance(running.claim(known, LASTS_S), Claim)
    calls: list[str] = []

    def count(model: Any, **_: Any) -> None:
        calls.append(model.name)

    dynamodb.meta.events.register("before-call.dynamodb", count)
    try:
        with pytest.raises(RateLimitedError):
            running.claim(asked, LASTS_S)
        # What is known is told as such, however many jobs are running.
        assert isinstance(running.claim(known, LASTS_S), JobEntry)
    finally:
        dynamodb.meta.events.unregister("before-call.dynamodb", count)
    assert calls == ["TransactWriteItems"] * 2
    assert running.find(tenant, asked.job_id) is None


def test_a_transaction_whose_answer_was_lost_counts_once(dynamodb: Any, tenant: str) -> None:
    attempts = []

    def lose_the_first_answer(**said: Any) -> float | None:
        attempts.append(said["response"][0].status_code)
        return 0 if len(attempts) == 1 else None

    event = "needs-retry.dynamodb.TransactWriteItems"
    dynamodb.meta.events.register_first(event, lose_the_first_answer)
    try:
        assert enters(counted_at(dynamodb, most=1), tenant)
    finally:
        dynamodb.meta.events.unregister(event, lose_the_first_answer)
    assert attempts == [200, 200]
    assert not enters(counted_at(dynamodb, most=1), tenant)


class Contended:
    """DynamoDB, where another write of the items comes first a number of times."""

    def __init__(self, dynamodb: Any, times: int) -> None:
        self._dynamodb = dynamodb
        self.left = times

    def transact_write_items(self, **asked: Any) -> Any:
        reasons = [{"Code": "None"}, {"Code": "TransactionConflict"}]
        self._lose(
            "TransactionCanceledException", "TransactWriteItems", CancellationReasons=reasons
        )
        return self._dynamodb.transact_write_items(**asked)

    def update_item(self, **asked: Any) -> Any:
        self._lose("TransactionConflictException", "UpdateItem")
        return self._dynamodb.update_item(**asked)

    def _lose(self, code: str, operation: str, **more: Any) -> None:
        self.left -= 1
        if self.left >= 0:
            error = getattr(self._dynamodb.exceptions, code)
            raise error({"Error": {"Code": code, "Message": ""}, **more}, operation)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._dynamodb, name)


def test_writes_that_meet_anothers_are_tried_again(dynamodb: Any, tenant: str) -> None:
    contended = Contended(dynamodb, 3)
    running = counted_at(contended, most=1)
    claim = entered(running, tenant)
    assert claim is not None
    contended.left = 3
    running.leave(tenant, claim)
    assert enters(running, tenant)


def test_writes_that_always_meet_anothers_are_given_up(dynamodb: Any, tenant: str) -> None:
    asked, contended = asked_by(tenant), Contended(dynamodb, 10**9)
    with pytest.raises(RateLimitedError, match="too close together"):
        counted_at(contended).claim(asked, LASTS_S)
    assert counted_at(dynamodb).find(tenant, asked.job_id) is None
    with pytest.raises(StoreUnavailableError):
        counted_at(contended).leave(tenant, Claim("x#y", "z", 0))


def test_a_tenants_job_cannot_be_taken_for_a_count(dynamodb: Any, tenant: str) -> None:
    assert enters(counted_at(dynamodb), tenant)
    names = [item["id"]["S"] for item in dynamodb.scan(TableName=TABLE)["Items"]]
    # A job's item begins with its tenant, which has a name; a tenant may be called `running`.
    assert {f"#running#{tenant}"} == {one for one in names if one.endswith(tenant)}


def test_a_table_that_does_not_answer_is_told(dynamodb: Any) -> None:
    nowhere = JobLedger(ConditionalTable(dynamodb, "nowhere"), MOST)
    with pytest.raises(StoreUnavailableError):
        nowhere.leave("acme", Claim("x#y", "z", 0))
