"""A report that is too long to send is cut short, and keeps its verdict."""

from __future__ import annotations

from datetime import UTC, datetime

from edge_signer.verification.report import (
    Judged,
    ManifestSays,
    ReportedFinding,
    VerificationReport,
)
from edge_signer.verification.submissions.answer_size import MAX_ANSWER_BYTES, fits, report_json

FAILURE = ReportedFinding(code="assertion.hashedURI.mismatch", explanation="x" * 1000)


def report(failures: int, title: str = "") -> VerificationReport:
    return VerificationReport(
        trusted=False,
        verdict="Invalid",
        verified_at=datetime.now(UTC),
        judged=Judged(credentials="embedded"),
        failures=(FAILURE,) * failures,
        manifest=ManifestSays(title=title),
    )


def test_a_report_of_usual_length_is_sent_whole() -> None:
    whole = report(failures=200)
    assert report_json(whole) == whole.to_json()


def test_a_longer_one_keeps_its_verdict_and_says_that_it_was_cut() -> None:
    for long in (report(failures=4000), report(1, title="\u00fc" * (MAX_ANSWER_BYTES // 2))):
        assert not fits(long.to_json())
        short = VerificationReport.model_validate_json(report_json(long))
        assert fits(short.to_json())
        assert (short.verdict, short.trusted, short.judged) == ("Invalid", False, long.judged)
        assert short.failures[0].code == FAILURE.code
        assert any("left out" in note for note in short.notes)


def test_the_address_of_credentials_elsewhere_is_cut() -> None:
    address = "https://example.com/" + "x" * MAX_ANSWER_BYTES
    judged = Judged(credentials="remote", source=address)
    long = report(failures=0).model_copy(update={"judged": judged})
    short = VerificationReport.model_validate_json(report_json(long))
    assert fits(short.to_json())
    assert short.judged.source == address[:2048]
