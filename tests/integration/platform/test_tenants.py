"""The directory of tenants in DynamoDB."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from typing import Any

import pytest

from edge_signer.platform.errors import StoreUnavailableError
from edge_signer.tenancy.tenants import DynamoDbTenantDirectory, Tenant
from emulator.aws.services import in_process_services, moto_host
from tests.system.dynamodb_tables import make_table
from tests.system.waiting import wait_for

TABLE = "tenants"


@pytest.fixture(scope="module")
def dynamodb() -> Any:
    client = in_process_services(moto_host()).dynamodb
    make_table(client, TABLE, "token_sha256")
    return client


@pytest.fixture
def put(dynamodb: Any) -> Iterator[Any]:
    kept = []

    def put(token: str, tenant_id: str, role: str = "tenant", **more: Any) -> None:
        key = {"token_sha256": {"S": hashlib.sha256(token.encode()).hexdigest()}}
        kept.append(key)
        item = {**key, "tenant_id": {"S": tenant_id}, "role": {"S": role}, **more}
        dynamodb.put_item(TableName=TABLE, Item=item)

    yield put
    for key in kept:
        dynamodb.delete_item(TableName=TABLE, Key=key)


def test_a_token_leads_to_its_holder(dynamodb: Any, put: Any) -> None:
    put("one", "acme")
    put("two", "acme")
    directory = DynamoDbTenantDirectory(dynamodb, TABLE)
    assert directory.holder_of("one") == directory.holder_of("two") == Tenant("acme")
    assert directory.holder_of("three") is None


def test_a_removed_token_ends_when_the_cache_does(dynamodb: Any, put: Any) -> None:
    put("one", "acme")
    lasting = DynamoDbTenantDirectory(dynamodb, TABLE, cache_s=1000)
    fleeting = DynamoDbTenantDirectory(dynamodb, TABLE, cache_s=0)
    assert lasting.holder_of("one")
    assert fleeting.holder_of("one")
    key = {"token_sha256": {"S": hashlib.sha256(b"one").hexdigest()}}
    dynamodb.delete_item(TableName=TABLE, Key=key)
    assert lasting.holder_of("one")
    assert fleeting.holder_of("one") is None


def test_a_token_is_looked_up_again_before_its_cache_ends(dynamodb: Any, put: Any) -> None:
    put("one", "acme")
    directory = DynamoDbTenantDirectory(dynamodb, TABLE, cache_s=1000)
    assert directory.holder_of("one") == Tenant("acme")
    put("one", "testcorp")
    ((token, (_, tenant)),) = directory._found.items()
    directory._found[token] = (time.monotonic() + 300, tenant)
    assert directory.holder_of("one") == Tenant("acme")
    wait_for(lambda: directory.holder_of("one") == Tenant("testcorp"))


def test_a_new_token_works_though_it_was_guessed_before(dynamodb: Any, put: Any) -> None:
    directory = DynamoDbTenantDirectory(dynamodb, TABLE, cache_s=1000)
    assert directory.holder_of("one") is None
    put("one", "acme")
    assert directory.holder_of("one")


def test_a_token_ends_to_the_second_though_it_is_kept(dynamodb: Any, put: Any) -> None:
    put("old", "acme", expires_at={"N": "1000"})
    put("new", "acme")
    now_s = [999.9]
    directory = DynamoDbTenantDirectory(dynamodb, TABLE, cache_s=1000, clock=lambda: now_s[0])
    assert directory.holder_of("old") == Tenant("acme", ends_at_s=1000)
    assert directory.holder_of("new") == Tenant("acme")
    now_s[0] = 1000.0
    assert directory.holder_of("old") is None
    assert directory.holder_of("new")


def test_a_tokens_hmac_key_is_read_and_never_shown(dynamodb: Any, put: Any) -> None:
    put("must", "acme", hmac_key={"S": "a-key"}, hmac_required={"BOOL": True})
    put("may", "acme", hmac_key={"S": "a-key"})
    directory = DynamoDbTenantDirectory(dynamodb, TABLE)
    must, may = directory.holder_of("must"), directory.holder_of("may")
    assert (must, may) == (
        Tenant("acme", "a-key", True),
        Tenant("acme", "a-key"),
    )
    assert "a-key" not in repr(must)


@pytest.mark.parametrize(
    "more",
    [
        {"hmac_required": {"BOOL": True}},
        {"hmac_key": {"S": ""}},
        {"hmac_key": {"N": "1"}},
        {"expires_at": {"S": "tomorrow"}},
        {"expires_at": {"N": "0.5"}},
    ],
)
def test_an_entry_that_can_be_misread_serves_nobody(
    dynamodb: Any, put: Any, more: dict[str, Any]
) -> None:
    put("one", "acme", **more)
    with pytest.raises(StoreUnavailableError):
        DynamoDbTenantDirectory(dynamodb, TABLE).holder_of("one")


@pytest.mark.parametrize(
    ("tenant_id", "role"), [("../acme", "tenant"), ("Acme", "tenant"), ("acme", "admin")]
)
def test_an_entry_that_is_none_serves_nobody(
    dynamodb: Any, put: Any, tenant_id: str, role: str
) -> None:
    put("one", tenant_id, role)
    with pytest.raises(StoreUnavailableError):
        DynamoDbTenantDirectory(dynamodb, TABLE).holder_of("one")


def test_a_directory_that_is_gone_is_told(dynamodb: Any) -> None:
    with pytest.raises(StoreUnavailableError):
        DynamoDbTenantDirectory(dynamodb, "no-table").holder_of("one")
