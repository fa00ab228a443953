"""What would make credentials, or the verdict on them, stronger is named in the report."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from edge_signer.verification.report import VerificationReport
from edge_signer.verification.trust import TrustList, TrustLists
from tests.judges.verifying import trust_list, verified
from tests.signers.software_signer import Workshop

NOW = datetime.now(UTC)
ALWAYS = {"no_time_stamp", "no_revocation_data"}


@pytest.fixture
def roots(workshop: Workshop) -> TrustList:
    return trust_list("roots", workshop.ca.anchors_pem())


def missing(report: VerificationReport) -> set[str]:
    return {one.code for one in report.missing}


def report_under(photograph: bytes, workshop: Workshop, *lists: TrustList) -> VerificationReport:
    return verified(photograph, TrustLists(lists), workshop.sign(photograph), now=NOW)


def test_without_a_trust_list_no_signer_can_be_trusted(
    photograph: bytes, workshop: Workshop
) -> None:
    report = report_under(photograph, workshop)
    assert (report.verdict, report.trusted) == ("Valid", False)
    assert ALWAYS | {"no_trust_list"} <= missing(report)
    assert "untrusted_signer" not in missing(report)


def test_a_signer_on_no_list_is_named(photograph: bytes, workshop: Workshop) -> None:
    report = report_under(photograph, workshop, trust_list("other", Workshop().ca.anchors_pem()))
    assert (report.verdict, report.trusted) == ("Valid", False)
    assert "untrusted_signer" in missing(report)


@pytest.mark.parametrize(("days", "is_overdue"), [(-1, True), (1, False)])
def test_a_list_that_should_have_been_replaced_is_named(
    days: int, is_overdue: bool, photograph: bytes, workshop: Workshop, roots: TrustList
) -> None:
    dated = replace(roots, issued=NOW - timedelta(30), next_update=NOW + timedelta(days))
    report = report_under(photograph, workshop, dated)
    assert report.trusted
    assert ("overdue_trust_list" in missing(report)) == is_overdue
    (used,) = report.trust_lists
    assert (used.name, used.anchors, used.is_overdue) == ("roots", 1, is_overdue)
    assert used.next_update == dated.next_update


def test_a_list_of_the_emulator_is_named(
    photograph: bytes, workshop: Workshop, roots: TrustList
) -> None:
    report = report_under(photograph, workshop, replace(roots, is_development=True))
    assert "development_trust_list" in missing(report)
    assert "development_trust_list" not in missing(report_under(photograph, workshop, roots))


def test_an_anchor_is_trusted_from_and_until_the_dates_of_its_list(
    photograph: bytes, workshop: Workshop, roots: TrustList
) -> None:
    (anchor,) = roots.anchors
    ended = replace(anchor, trusted_until=NOW - timedelta(1))
    not_begun = replace(anchor, trusted_from=NOW + timedelta(1))
    for changed in (ended, not_begun):
        dated = replace(roots, anchors=(changed,))
        report = report_under(photograph, workshop, dated)
        assert (report.verdict, report.trust_lists[0].anchors) == ("Valid", 0)
        assert "no_trust_list" in missing(report)
