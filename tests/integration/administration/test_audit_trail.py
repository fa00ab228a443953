"""The record of changes: before them, once, and never written over."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from edge_signer.administration.audit_trail import AuditTrail, Caller, Change
from edge_signer.platform.errors import KmsUnavailableError, StoreUnavailableError
from tests.integration.administration.conftest import Office

CHANGE = Change("flags.update", "/edge-signer/dev/flags/kill_switch", None, "true")
CALLER = Caller("ada", "00000000-0000-4000-8000-000000000001")


def test_the_record_is_there_before_the_change_is_made(office: Office) -> None:
    done, seen = office.trail.record_and_make(CALLER, CHANGE, office.entries)
    assert seen == office.entries()
    (entry,) = office.entries()
    assert (entry["state"], entry["operator"], entry["request_id"]) == (
        "intended",
        "ada",
        CALLER.request_id,
    )
    assert done.audit_key == f"audit/{entry['at'][:10]}/{done.audit_key.rpartition('/')[2]}"


def test_a_record_is_never_written_over(office: Office) -> None:
    noon = datetime(2026, 5, 31, 12, tzinfo=UTC)
    trail = AuditTrail(office.aws.s3, office.bucket, lambda: noon)
    done, _ = trail.record_and_make(CALLER, CHANGE, lambda: None)
    assert done.audit_key == f"audit/2026-05-31/120000.000000Z-{CALLER.request_id}.json"
    before = office.entries()
    made: list[str] = []
    other = Change("flags.update", "/edge-signer/dev/flags/kill_switch", None, "false")
    with pytest.raises(StoreUnavailableError, match="was not made"):
        trail.record_and_make(CALLER, other, lambda: made.append("made"))
    assert (made, office.entries()) == ([], before)


@pytest.mark.parametrize(
    ("failure", "code"),
    [(KmsUnavailableError("x"), "KMS_UNAVAILABLE"), (ZeroDivisionError(), "INTERNAL")],
)
def test_a_change_that_fails_is_told_beside_its_record(
    office: Office, failure: Exception, code: str
) -> None:
    def make() -> None:
        raise failure

    with pytest.raises(type(failure)):
        office.trail.record_and_make(CALLER, CHANGE, make)
    failed, intended = office.entries()
    assert (failed["state"], failed["error"], intended["state"]) == ("failed", code, "intended")


def test_the_first_failure_is_told_where_the_second_cannot_be_recorded(office: Office) -> None:
    def make() -> None:
        office.faults({"service": "s3", "operation": "PutObject", "status": 503})
        raise KmsUnavailableError("the first")

    with pytest.raises(KmsUnavailableError, match="the first"):
        office.trail.record_and_make(CALLER, CHANGE, make)
    office.faults()
    assert [one["state"] for one in office.entries()] == ["intended"]
