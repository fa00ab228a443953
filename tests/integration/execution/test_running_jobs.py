"""How many jobs of a tenant run at once: exact over all workers, and nobody counts for ever."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from edge_signer.execution.ledger import Claim, JobLedger
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


def claim(began_s: float = NOW_S) -> Claim:
    return Claim("x#y", uuid.uuid4().hex, int((began_s + LASTS_S) * 1000), is_first=True)


def enters(running: JobLedger, tenant: str, one: Claim) -> bool:
    try:
        running.enter(tenant, one)
    except RateLimitedError:
        return False
    return True


def test_of_many_at_once_as_many_enter_as_may(dynamodb: Any, tenant: str) -> None:
    claims = [claim() for _ in range(16)]
    workers = [counted_at(dynamodb) for _ in claims]
    with ThreadPoolExecutor(16) as threads:
        entered = list(
            threads.map(
                lambda pair: enters(pair[0], tenant, pair[1]), zip(workers, claims, strict=True)
            )
        )
    assert entered.count(True) == MOST
    # Another tenant does not notice.
    assert enters(workers[0], f"{tenant}-other", claim())


def test_who_leaves_makes_room_for_one(dynamodb: Any, tenant: str) -> None:
    running = counted_at(dynamodb)
    claims = [claim() for _ in range(MOST)]
    assert all(enters(running, tenant, one) for one in claims)
    assert not enters(running, tenant, claim())
    # Twice is once, and who was never counted makes no room.
    for one in (claims[0], claims[0], claim()):
        running.leave(tenant, one)
    assert enters(running, tenant, claim())
    assert not enters(running, tenant, claim())
    for one in claims:
        running.leave(f"{tenant}-nobody", one)


def test_a_killed_workers_jobs_count_until_their_claims_end(dynamodb: Any, tenant: str) -> None:
    began_s = (NOW_S, NOW_S, NOW_S + 5, NOW_S + 5)
    assert all(enters(counted_at(dynamodb), tenant, claim(at_s)) for at_s in began_s)
    before, after = NOW_S + LASTS_S - 0.1, NOW_S + LASTS_S
    assert not enters(counted_at(dynamodb, before), tenant, claim(before))
    entered = [enters(counted_at(dynamodb, after), tenant, claim(after)) for _ in range(3)]
    assert entered == [True, True, False]


def test_a_write_whose_answer_was_lost_counts_once(dynamodb: Any, tenant: str) -> None:
    attempts = []

    def lose_the_first_answer(**said: Any) -> float | None:
        attempts.append(said["response"][0].status_code)
        return 0 if len(attempts) == 1 else None

    running = counted_at(dynamodb, most=1)
    event = "needs-retry.dynamodb.UpdateItem"
    dynamodb.meta.events.register_first(event, lose_the_first_answer)
    try:
        running.enter(tenant, claim())
    finally:
        dynamodb.meta.events.unregister(event, lose_the_first_answer)
    assert attempts == [200, 200]


def test_a_tenants_job_cannot_be_taken_for_a_count(dynamodb: Any) -> None:
    counted_at(dynamodb).enter("acme", claim())
    names = [item["id"]["S"] for item in dynamodb.scan(TableName=TABLE)["Items"]]
    # A job's item begins with its tenant, which has a name; a tenant may be called `running`.
    assert all(name.startswith("#running#") for name in names)


def test_a_table_that_does_not_answer_is_told(dynamodb: Any) -> None:
    nowhere = JobLedger(ConditionalTable(dynamodb, "nowhere"), MOST)
    for ask in (nowhere.enter, nowhere.leave):
        with pytest.raises(StoreUnavailableError):
            ask("acme", claim())
