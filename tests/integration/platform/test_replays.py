"""The guard against replays in DynamoDB."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from edge_signer.platform.errors import StoreUnavailableError
from edge_signer.tenancy.replays import DynamoDbReplayGuard
from emulator.aws.services import in_process_services, moto_host
from tests.system.dynamodb_tables import make_table

TABLE = "requests"


@pytest.fixture(scope="module")
def dynamodb() -> Any:
    client = in_process_services(moto_host()).dynamodb
    make_table(client, TABLE, "id")
    return client


def test_a_nonce_is_let_through_once_and_each_tenant_has_its_own(dynamodb: Any) -> None:
    here, elsewhere = (DynamoDbReplayGuard(dynamodb, TABLE) for _ in range(2))
    assert here.admit("acme", "one", 2_000_000_000)
    assert not here.admit("acme", "one", 2_000_000_000)
    assert not elsewhere.admit("acme", "one", 2_000_000_000)
    assert elsewhere.admit("testcorp", "one", 2_000_000_000)
    item = dynamodb.get_item(TableName=TABLE, Key={"id": {"S": "replay#acme#one"}})["Item"]
    assert item["expiration"] == {"N": "2000000000"}


def test_of_many_at_once_one_is_let_through(dynamodb: Any) -> None:
    guards = [DynamoDbReplayGuard(dynamodb, TABLE) for _ in range(16)]
    with ThreadPoolExecutor(16) as threads:
        admitted = list(threads.map(lambda guard: guard.admit("acme", "many", 1), guards))
    assert admitted.count(True) == 1


def test_a_write_whose_answer_was_lost_is_no_replay(dynamodb: Any) -> None:
    attempts = []

    def lose_the_first_answer(**said: Any) -> float | None:
        attempts.append(said["response"][0].status_code)
        return 0 if len(attempts) == 1 else None

    event = "needs-retry.dynamodb.PutItem"
    dynamodb.meta.events.register_first(event, lose_the_first_answer)
    try:
        assert DynamoDbReplayGuard(dynamodb, TABLE).admit("acme", "lost", 1)
    finally:
        dynamodb.meta.events.unregister(event, lose_the_first_answer)
    assert attempts == [200, 200]
    assert not DynamoDbReplayGuard(dynamodb, TABLE).admit("acme", "lost", 1)


def test_nobody_is_let_through_when_the_table_is_gone(dynamodb: Any) -> None:
    with pytest.raises(StoreUnavailableError):
        DynamoDbReplayGuard(dynamodb, "no-table").admit("acme", "one", 1)
