"""The ledger of jobs in DynamoDB: who may run a job, and for how long."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from edge_signer.execution.job import RequestedJob
from edge_signer.execution.ledger import REMEMBERED_S, RESULT_S, Claim, JobEntry, JobLedger
from edge_signer.execution.limits import Requirements
from edge_signer.platform.errors import StoreUnavailableError
from edge_signer.tenancy.conditional_table import ConditionalTable
from emulator.aws.services import in_process_services, moto_host
from tests.system.dynamodb_tables import make_table

TABLE = "job-ledger"
NOW_S = 1_800_000_000.0


@pytest.fixture(scope="module")
def dynamodb() -> Any:
    client = in_process_services(moto_host()).dynamodb
    make_table(client, TABLE, "id")
    return client


def ledger_at(dynamodb: Any, clock_s: float = NOW_S) -> JobLedger:
    return JobLedger(ConditionalTable(dynamodb, TABLE), 1000, lambda: clock_s)


def asked_for(**changes: Any) -> RequestedJob:
    asked = RequestedJob("acme", f"job-{uuid.uuid4()}", "sha256:00", None, (), b"", Requirements())
    return replace(asked, **changes)


def claimed(found: Claim | JobEntry | None) -> Claim:
    assert isinstance(found, Claim)
    return found


def known(found: Claim | JobEntry | None) -> JobEntry:
    assert isinstance(found, JobEntry)
    return found


def test_a_job_is_claimed_once_and_known_to_all(dynamodb: Any) -> None:
    here, elsewhere, asked = ledger_at(dynamodb), ledger_at(dynamodb), asked_for()
    assert here.find("acme", asked.job_id) is None
    assert claimed(here.claim(asked, 5)).is_first
    entry = known(elsewhere.claim(asked, 5))
    assert entry == elsewhere.find("acme", asked.job_id)
    assert entry.content_sha256 == asked.content_sha256
    assert elsewhere.is_running(entry)
    assert elsewhere.find("testcorp", asked.job_id) is None
    assert claimed(elsewhere.claim(replace(asked, tenant_id="testcorp"), 5)).is_first


def test_of_many_at_once_one_claims_and_one_takes_over(dynamodb: Any) -> None:
    asked = asked_for()
    ledgers = [ledger_at(dynamodb) for _ in range(16)]
    with ThreadPoolExecutor(16) as threads:
        found = list(threads.map(lambda one: one.claim(asked, 5), ledgers))
        (first,) = [one for one in found if isinstance(one, Claim)]
        later = ledger_at(dynamodb, NOW_S + 6)
        entry = known(later.find("acme", asked.job_id))
        assert entry.claim.claim_id == first.claim_id
        assert not later.is_running(entry)
        taken = list(threads.map(lambda one: one.take_over("acme", entry, 5), ledgers))
    (second,) = [one for one in taken if one]
    assert not second.is_first


def test_who_lost_a_claim_can_no_longer_end_it(dynamodb: Any) -> None:
    ledger, asked = ledger_at(dynamodb), asked_for()
    first = claimed(ledger.claim(asked, 5))
    second = claimed(ledger.take_over("acme", known(ledger.find("acme", asked.job_id)), 5))
    for forget in (True, False):
        ledger.end(first, forget=forget)
        assert ledger.is_running(known(ledger.find("acme", asked.job_id)))
    ledger.end(second, forget=False)
    assert not ledger.is_running(known(ledger.find("acme", asked.job_id)))


def test_a_job_that_was_never_run_can_be_forgotten_and_another_cannot(dynamodb: Any) -> None:
    ledger, asked = ledger_at(dynamodb), asked_for()
    ledger.end(claimed(ledger.claim(asked, 5)), forget=True)
    assert ledger.find("acme", asked.job_id) is None
    claimed(ledger.claim(asked, 5))
    second = claimed(ledger.take_over("acme", known(ledger.find("acme", asked.job_id)), 5))
    ledger.end(second, forget=True)
    assert not ledger.is_running(known(ledger.find("acme", asked.job_id)))


def test_a_name_is_taken_for_longer_than_its_result_is_given_out(dynamodb: Any) -> None:
    asked = asked_for()
    claimed(ledger_at(dynamodb).claim(asked, 5))
    week, month = NOW_S + RESULT_S, NOW_S + REMEMBERED_S
    assert not ledger_at(dynamodb, week - 1).has_expired(
        known(ledger_at(dynamodb).find("acme", asked.job_id))
    )
    entry = known(ledger_at(dynamodb, week).claim(asked, 5))
    assert ledger_at(dynamodb, week).has_expired(entry)
    # DynamoDB has not deleted it yet.
    assert ledger_at(dynamodb, month + 1).find("acme", asked.job_id) is None
    assert claimed(ledger_at(dynamodb, month + 1).claim(asked, 5)).is_first


@pytest.mark.parametrize("small", [b'{"x": "\xc3\xbc"}', None])
def test_only_the_first_result_is_kept(dynamodb: Any, small: bytes | None) -> None:
    ledger, asked = ledger_at(dynamodb), asked_for()
    claim, content = claimed(ledger.claim(asked, 5)), asked.content_sha256
    assert ledger.keep(claim, content, small) is None
    # A write whose answer was lost is repeated.
    assert ledger.keep(claim, content, small) is None
    entry = known(ledger.keep(claim, content, b"another" if small is None else None))
    assert (entry.result, entry.is_result_in_store) == (small, small is None)
    assert known(ledger.claim(asked, 5)) == entry == ledger.find("acme", asked.job_id)
    ledger.end(claim, forget=True)
    with pytest.raises(StoreUnavailableError):
        ledger.keep(claim, content, small)


def test_a_table_that_does_not_answer_is_told(dynamodb: Any) -> None:
    nowhere = JobLedger(ConditionalTable(dynamodb, "nowhere"), 1)
    claim = Claim("acme#x", "", 0, is_first=True)
    entry = JobEntry(claim, "", 0)
    for ask in (
        lambda: nowhere.claim(asked_for(), 5),
        lambda: nowhere.take_over("acme", entry, 5),
        lambda: nowhere.find("acme", "x"),
        lambda: nowhere.end(claim, forget=True),
    ):
        with pytest.raises(StoreUnavailableError):
            ask()


@pytest.mark.parametrize(
    "changes",
    [
        {"module_hash": "sha256:01"},
        {"args": ("",)},
        {"stdin": b"x"},
        {"requirements": Requirements(timeout_seconds=3)},
    ],
)
def test_whatever_changes_a_job_changes_its_content(changes: dict[str, Any]) -> None:
    asked = asked_for()
    assert replace(asked, wasm=b"sent", job_id="other").content_sha256 == asked.content_sha256
    assert replace(asked, **changes).content_sha256 != asked.content_sha256
