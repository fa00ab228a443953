"""Compiled code in S3 is used only if the function has written it there, for this tenant."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from edge_signer.execution.sandbox.code_cache import CodeKey
from edge_signer.execution.sandbox.outcome import Status
from edge_signer.execution.sandbox.sandbox import Sandbox
from edge_signer.execution.stored_code import KEPT_S, StoredCode
from edge_signer.tenancy.conditional_table import ConditionalTable
from emulator.aws.services import in_process_services, moto_host
from emulator.stack.resources import Services
from tests.jobs.guests import job
from tests.system.dynamodb_tables import make_table

NAME = "jobs-of-stored-code"
NOW_S = 1_800_000_000.0
KEY = CodeKey("acme", "0" * 64)
CODE = bytearray(b"compiled code")


@pytest.fixture
def aws() -> Iterator[Services]:
    services = in_process_services(moto_host())
    make_table(services.dynamodb, NAME, "id")
    services.s3.create_bucket(Bucket=NAME)
    yield services
    for key in keys(services, ""):
        services.s3.delete_object(Bucket=NAME, Key=key)
    services.s3.delete_bucket(Bucket=NAME)
    services.dynamodb.delete_table(TableName=NAME)


def shelf(
    aws: Services,
    complain: Callable[[str], None] = pytest.fail,
    *,
    bucket: str = NAME,
    clock_s: float = NOW_S,
) -> StoredCode:
    table = ConditionalTable(aws.dynamodb, NAME)
    return StoredCode(aws.s3, bucket, table, complain, lambda: clock_s)


def keys(aws: Services, prefix: str = "compiled/acme/") -> list[str]:
    listed = aws.s3.list_objects_v2(Bucket=NAME, Prefix=prefix)
    return [one["Key"] for one in listed.get("Contents", [])]


def test_code_comes_back_as_it_was_kept_and_to_its_key_alone(aws: Services) -> None:
    shelf(aws).keep(KEY, CODE)
    assert shelf(aws).find(KEY) == CODE
    for other in (replace(KEY, tenant_id="globex"), replace(KEY, module_sha256="1" * 64)):
        assert shelf(aws).find(other) is None


def test_code_of_another_wasmtime_is_not_looked_at(
    aws: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf(aws).keep(KEY, CODE)
    monkeypatch.setattr("edge_signer.execution.stored_code.compiled_for", lambda: "another")
    assert shelf(aws).find(KEY) is None


def put(aws: Services, key: str, content: bytes) -> Any:
    return aws.s3.put_object(Bucket=NAME, Key=key, Body=content)


@pytest.mark.parametrize("content", [b"", b"compiled cod", b"compiled code of another tenant"])
def test_an_object_that_somebody_else_wrote_is_not_used(aws: Services, content: bytes) -> None:
    shelf(aws).keep(KEY, CODE)
    (key,) = keys(aws)
    put(aws, key, content)
    told: list[str] = []
    assert shelf(aws, told.append).find(KEY) is None
    assert len(told) == 1
    assert key in told[0]


def test_an_object_that_the_table_does_not_know_is_not_used(aws: Services) -> None:
    shelf(aws).keep(KEY, CODE)
    (key,) = keys(aws)
    other = replace(KEY, tenant_id="globex")
    put(aws, key.replace("acme", "globex"), bytes(CODE))
    assert shelf(aws).find(other) is None


def test_two_environments_that_compile_at_once_leave_code_that_is_used(aws: Services) -> None:
    # They need not make the same; the clock of the first is late.
    shelf(aws, clock_s=NOW_S + 5).keep(KEY, CODE)
    shelf(aws).keep(KEY, bytearray(b"code of the second"))
    assert shelf(aws).find(KEY) == CODE
    shelf(aws, clock_s=NOW_S + 9).keep(KEY, bytearray(b"code of the third"))
    assert shelf(aws).find(KEY) == bytearray(b"code of the third")


@pytest.mark.parametrize("item", [{}, {"code_sha256": 7}, {"expiration": "never"}])
def test_an_item_that_the_function_did_not_write_is_no_code(
    aws: Services, item: dict[str, Any]
) -> None:
    shelf(aws).keep(KEY, CODE)
    table = ConditionalTable(aws.dynamodb, NAME)
    (kept,) = aws.dynamodb.scan(TableName=NAME)["Items"]
    whole = {"id": kept["id"]["S"], **item}
    assert table.put(whole, "attribute_exists(id) AND id <> :no", {":no": "-"}) is None
    assert shelf(aws).find(KEY) is None


def test_an_object_that_is_gone_or_old_is_no_code(aws: Services) -> None:
    shelf(aws).keep(KEY, CODE)
    assert shelf(aws, clock_s=NOW_S + KEPT_S + 1).find(KEY) is None
    (key,) = keys(aws)
    aws.s3.delete_object(Bucket=NAME, Key=key)
    assert shelf(aws).find(KEY) is None


def test_without_s3_jobs_run_all_the_same(aws: Services, hello: bytes) -> None:
    sandbox = Sandbox(shelf=shelf(aws, bucket="nowhere"))
    assert sandbox.execute(job(hello, "abc")).stdout == b"cba\n"
    sandbox.close()
    assert not keys(aws)


def test_a_swapped_object_is_compiled_anew_and_replaced(aws: Services, hello: bytes) -> None:
    told: list[str] = []

    def run() -> Status:
        sandbox = Sandbox(shelf=shelf(aws, told.append))
        status = sandbox.execute(replace(job(hello, "abc"), tenant_id="acme")).status
        sandbox.close()
        return status

    assert run() is Status.OK
    (key,) = keys(aws)
    whole = aws.s3.get_object(Bucket=NAME, Key=key)["Body"].read()
    put(aws, key, b"native code of somebody else")
    assert run() is Status.OK
    assert aws.s3.get_object(Bucket=NAME, Key=key)["Body"].read() == whole
    assert len(told) == 1
    assert run() is Status.OK
    assert len(told) == 1
