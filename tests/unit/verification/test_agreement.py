"""Several opinions become one result: the least favourable, with every difference named."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pytest

from central_signer.verification.agreement import Agreement, agreement_of
from central_signer.verification.opinion import Opinion
from edge_signer.verification.findings import Finding, Findings
from edge_signer.verification.report import Signer, TimeStamped, Verdict

State = Literal["Absent", "Trusted", "Untrusted", "Invalid"]
NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
MANIFEST = "urn:c2pa:1"
BINDING = "assertion.dataHash.match"
GOOD = (
    *("claimSignature.validated", "assertion.hashedURI.match", BINDING),
    *("claimSignature.insideValidity", "signingCredential.trusted"),
)
CHANGED = "assertion.dataHash.mismatch"


def found(*codes: str) -> tuple[Finding, ...]:
    return tuple(Finding(one, url=f"self#jumbf=/c2pa/{MANIFEST}/c2pa.x") for one in codes)


def opinion(engine: str, verdict: Verdict | None = "Trusted", **fields: Any) -> Opinion:
    fields = {"label": MANIFEST, "findings": Findings(success=found(*GOOD)), **fields}
    return Opinion(engine, "1", verdict, **fields)


def results(agreement: Agreement) -> dict[str, tuple[str, tuple[str, ...]]]:
    return {one.name: (one.result, one.engines) for one in agreement.checks}


def test_two_engines_that_agree_have_no_difference() -> None:
    agreement = agreement_of([opinion("a"), opinion("b")])
    assert (agreement.verdict, agreement.differences) == ("Trusted", ())
    assert results(agreement)["claim_signature"] == ("passed", ("a", "b"))
    assert results(agreement)["time_stamp"] == ("absent", ())


@pytest.mark.parametrize("other", ["Valid", "Invalid"])
@pytest.mark.parametrize("is_first", [True, False])
def test_the_least_favourable_verdict_counts_and_the_difference_is_named(
    other: Verdict, is_first: bool
) -> None:
    opinions = [opinion("a"), opinion("b", other)]
    agreement = agreement_of(opinions if is_first else opinions[::-1])
    assert agreement.verdict == other
    (difference,) = agreement.differences
    assert "a says Trusted" in difference.meaning
    assert f"b says {other}" in difference.meaning


def test_a_store_that_only_one_engine_can_read_is_unreadable() -> None:
    unreadable = Findings(failure=found("unreadable"))
    agreement = agreement_of([opinion("a", "Unreadable", findings=unreadable), opinion("b")])
    assert agreement.verdict == "Unreadable"
    (difference,) = agreement.differences
    assert difference.meaning == (
        "The structure of the manifest: a says unreadable, b says that it holds."
    )


def test_a_difference_names_the_check_and_both_sides() -> None:
    broken = Findings(success=found(*GOOD[:2]), failure=found(CHANGED))
    agreement = agreement_of([opinion("a"), opinion("b", "Invalid", findings=broken)])
    (difference,) = agreement.differences
    assert difference.code == CHANGED
    assert difference.meaning == (
        f"The binding to the file: a says that it holds, b says {CHANGED}."
    )
    (failure,) = agreement.failures
    assert (failure.code, failure.engines) == (CHANGED, ("b",))
    assert results(agreement)["hard_binding"] == ("failed", ("a", "b"))


def test_what_both_find_is_one_failure_however_they_spell_its_place() -> None:
    def broken(url: str) -> Findings:
        return Findings(failure=(Finding(CHANGED, url=url),))

    agreement = agreement_of(
        [
            opinion("a", "Invalid", findings=broken("self#jumbf=/c2pa/m/c2pa.assertions/x")),
            opinion("b", "Invalid", findings=broken("self#jumbf=c2pa.assertions/x")),
        ]
    )
    (failure,) = agreement.failures
    assert (failure.engines, agreement.differences) == (("a", "b"), ())


def test_what_one_engine_could_not_check_is_no_difference() -> None:
    without = Findings(success=found(*(one for one in GOOD if one != BINDING)))
    reason = {"hard_binding": "It had no file."}
    half = opinion("a", findings=without, not_checked=reason)
    agreement = agreement_of([half, opinion("b")])
    assert (agreement.verdict, agreement.differences) == ("Trusted", ())
    assert results(agreement)["hard_binding"] == ("passed", ("b",))
    assert half.reported().not_checked == ("It had no file.",)


def test_a_failure_of_what_the_other_engine_could_not_check_is_no_difference() -> None:
    without = Findings(success=found(*(one for one in GOOD if one != BINDING)))
    half = opinion("a", findings=without, not_checked={"hard_binding": "It had no file."})
    broken = Findings(success=without.success, failure=found(CHANGED))
    agreement = agreement_of([half, opinion("b", "Invalid", findings=broken)])
    assert (agreement.verdict, agreement.differences) == ("Invalid", ())


def test_a_finding_about_another_manifest_is_one_about_ingredients() -> None:
    broken = (Finding("claimSignature.mismatch", url="self#jumbf=/c2pa/urn:c2pa:0/c2pa.x"),)
    worse = opinion("b", "Invalid", findings=Findings(found(*GOOD), failure=broken))
    agreement = agreement_of([opinion("a"), worse])
    assert results(agreement)["claim_signature"] == ("passed", ("a", "b"))
    assert results(agreement)["ingredients"][0] == "failed"
    assert [one.meaning for one in agreement.differences] == ["a says Trusted, b says Invalid."]


def test_whom_an_expired_certificate_leads_to_is_no_difference() -> None:
    expired, untrusted = "signingCredential.expired", "signingCredential.untrusted"
    one = Findings(success=found(*GOOD[:3]), failure=found(expired, untrusted))
    other = Findings(success=found(*GOOD), failure=found("claimSignature.outsideValidity"))
    opinions = [opinion("a", "Invalid", findings=one), opinion("b", "Invalid", findings=other)]
    assert agreement_of(opinions).differences == ()


def test_credentials_that_nobody_could_bind_to_the_file_are_at_most_valid() -> None:
    without = Findings(success=found(*(one for one in GOOD if one != BINDING)))
    half = opinion("a", findings=without, not_checked={"hard_binding": "It had no file."})
    agreement = agreement_of([half, half])
    assert (agreement.verdict, agreement.differences) == ("Valid", ())
    (check,) = (one for one in agreement.checks if one.name == "hard_binding")
    assert (check.result, check.explanation) == ("not_checked", "It had no file.")


def test_an_engine_that_could_not_judge_has_no_say() -> None:
    mute = opinion("b", None, findings=Findings(), remarks=("The store is too large.",))
    agreement = agreement_of([opinion("a"), mute])
    assert (agreement.verdict, agreement.differences) == ("Trusted", ())
    assert results(agreement)["structure"] == ("passed", ("a",))
    assert mute.reported().verdict is None


def test_engines_that_take_different_manifests_for_the_active_one_differ() -> None:
    agreement = agreement_of([opinion("a"), opinion("b", label="urn:c2pa:2")])
    (difference,) = agreement.differences
    assert agreement.verdict == "Valid"
    assert difference.meaning == "The active manifest: a takes urn:c2pa:1, b takes urn:c2pa:2."


@pytest.mark.parametrize(
    ("one", "other", "state", "differ"),
    [
        ("Trusted", "Trusted", "Trusted", False),
        ("Trusted", "Untrusted", "Untrusted", True),
        ("Trusted", "Absent", "Absent", True),
        ("Trusted", "Invalid", "Invalid", True),
        ("Untrusted", "Invalid", "Invalid", True),
    ],
)
def test_of_two_time_stamps_the_less_favourable_counts(
    one: State, other: State, state: State, differ: bool
) -> None:
    stamps = [TimeStamped(state=said, time=NOW) for said in (one, other)]
    for pair in (stamps, stamps[::-1]):
        opinions = [opinion(name, time_stamp=stamp) for name, stamp in zip("ab", pair, strict=True)]
        agreement = agreement_of(opinions)
        assert agreement.time_stamp.state == state
        assert bool(agreement.differences) == differ


@pytest.mark.parametrize(("apart_s", "differ"), [(1, False), (3600, True)])
def test_times_may_differ_by_seconds(apart_s: int, differ: bool) -> None:
    times = NOW, NOW + timedelta(seconds=apart_s)
    stamps = [TimeStamped(state="Trusted", time=time) for time in times]
    opinions = [opinion(name, time_stamp=stamp) for name, stamp in zip("ab", stamps, strict=True)]
    assert bool(agreement_of(opinions).differences) == differ


def test_the_signer_has_what_either_engine_knows() -> None:
    brief, full = Signer(name="A", algorithm="ES256"), Signer(name="A", issuer="B")
    agreement = agreement_of([opinion("a", signer=brief), opinion("b", signer=full)])
    assert agreement.signer == Signer(name="A", algorithm="ES256", issuer="B")
    assert not agreement.differences
    other = opinion("b", signer=Signer(name="A", serial_number="2"))
    one = opinion("a", signer=Signer(name="A", serial_number="1"))
    (difference,) = agreement_of([one, other]).differences
    assert difference.meaning == "The certificate's serial number: a says 1, b says 2."
