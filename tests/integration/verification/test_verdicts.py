"""The verdict on a store: a real engine, real damage, and a row for everything that is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from edge_signer.signing.credentials.time_stamp_authority import HttpTimeStampAuthority
from edge_signer.verification.trust import TrustLists
from tests.authorities.time_stamp_forge import StampForge
from tests.authorities.time_stamp_server import Behaviour, time_stamp_server
from tests.authorities.time_stamp_server import roots_of as roots_of_authorities
from tests.conftest import ROOT
from tests.judges.verifying import trusting, verified
from tests.signers.foreign_credentials import Parent, signed_by_c2pa_rs
from tests.signers.software_signer import Workshop

DATA = ROOT / "tests/data/verify"
DATA_HASH = "assertion.dataHash.mismatch"
UNTRUSTED = "signingCredential.untrusted"


@pytest.fixture(scope="module")
def stranger() -> Workshop:
    """A signer of another authority."""
    return Workshop()


@pytest.fixture
def roots(workshop: Workshop) -> TrustLists:
    return trusting(workshop.ca.anchors_pem())


def roots_of(*workshops: Workshop) -> TrustLists:
    return trusting("".join(one.ca.anchors_pem() for one in workshops))


def codes(findings: Any) -> set[str]:
    return {one.code for one in findings}


def damaged(content: bytes, word: bytes, nth: int = 0) -> bytes:
    position = -1
    for _ in range(nth + 1):
        position = content.index(word, position + 1)
    return content[:position] + bytes([content[position] ^ 1]) + content[position + 1 :]


@pytest.mark.parametrize(
    ("name", "expected"),
    {
        "verify_KeyError": {"assertion.cbor.invalid", "claimSignature.mismatch", DATA_HASH},
        "t3_079": {"assertion.cbor.invalid", "assertion.required.missing", DATA_HASH},
        "damaged_time_stamp": {UNTRUSTED, DATA_HASH},
        "tampered_ingredient": {DATA_HASH},
    }.items(),
)
def test_recorded_stores_get_their_verdict(
    name: str, expected: set[str], photograph: bytes
) -> None:
    roots = trusting((DATA / "tampered_ingredient_anchors.pem").read_text())
    report = verified(photograph, roots, (DATA / f"{name}.c2pa").read_bytes())
    assert (report.verdict, report.trusted) == ("Invalid", False)
    assert expected <= codes(report.failures)
    stamp, ingredients = report.time_stamp, report.ingredients
    if name == "damaged_time_stamp":
        assert (stamp.state, codes(stamp.findings)) == ("Invalid", {"timeStamp.malformed"})
    else:
        assert stamp.state == "Absent"
    if name == "tampered_ingredient":
        (parent,) = ingredients
        assert (parent.verdict, codes(parent.failures)) == ("Invalid", {DATA_HASH})
        assert (parent.title, parent.relationship) == ("p", "parentOf")
    else:
        assert not ingredients


def test_a_parent_that_was_changed_is_not_trusted_although_the_engine_is_content(
    photograph: bytes, workshop: Workshop, roots: TrustLists
) -> None:
    parent = signed_by_c2pa_rs(workshop, photograph).asset
    changed = parent[:-60] + bytes([parent[-60] ^ 1]) + parent[-59:]
    made = signed_by_c2pa_rs(workshop, changed, parents=[Parent(changed)])
    report = verified(made.asset, roots)
    assert (report.verdict, report.failures, report.trusted) == ("Trusted", (), False)
    (ingredient,) = report.ingredients
    assert (ingredient.verdict, codes(ingredient.failures)) == ("Invalid", {DATA_HASH})


def test_credentials_of_a_parent_that_were_changed_later_are_not_trusted(
    photograph: bytes, workshop: Workshop, roots: TrustLists
) -> None:
    parent = signed_by_c2pa_rs(workshop, photograph).asset
    made = signed_by_c2pa_rs(workshop, parent, parents=[Parent(parent)])
    assert verified(made.asset, roots).trusted
    report = verified(damaged(made.asset, b"digitalCapture"), roots)
    (ingredient,) = report.ingredients
    assert (report.trusted, ingredient.verdict) == (False, "Invalid")
    assert "ingredient.manifest.mismatch" in codes(ingredient.failures)


@pytest.mark.parametrize("recorded_as_trusted", [True, False])
def test_whom_an_ingredient_comes_from_is_settled_by_the_roots_of_today(
    photograph: bytes,
    workshop: Workshop,
    stranger: Workshop,
    recorded_as_trusted: bool,
) -> None:
    parent = signed_by_c2pa_rs(stranger, photograph).asset
    trusts = stranger.ca.anchors_pem() if recorded_as_trusted else ""
    made = signed_by_c2pa_rs(workshop, parent, parents=[Parent(parent)], trusts=trusts).asset
    assert verified(made, roots_of(workshop, stranger)).trusted
    report = verified(made, roots_of(workshop))
    (ingredient,) = report.ingredients
    assert (report.trusted, ingredient.verdict) == (False, "Valid")
    assert codes(ingredient.failures) == {UNTRUSTED}


def test_a_parent_without_credentials_is_no_fault(
    photograph: bytes, workshop: Workshop, roots: TrustLists
) -> None:
    made = signed_by_c2pa_rs(workshop, photograph, parents=[Parent(photograph, "a.jpg")])
    report = verified(made.asset, roots)
    (ingredient,) = report.ingredients
    assert (report.trusted, ingredient.verdict, ingredient.title) == (
        True,
        "NoCredentials",
        "a.jpg",
    )


def test_a_changed_grandparent_is_seen(
    photograph: bytes, workshop: Workshop, roots: TrustLists
) -> None:
    first = signed_by_c2pa_rs(workshop, photograph).asset
    changed = first[:-60] + bytes([first[-60] ^ 1]) + first[-59:]
    second = signed_by_c2pa_rs(workshop, changed, parents=[Parent(changed)]).asset
    third = signed_by_c2pa_rs(workshop, second, parents=[Parent(second)]).asset
    report = verified(third, roots)
    assert (report.verdict, report.trusted) == ("Trusted", False)
    (parent,) = report.ingredients
    (grandparent,) = parent.ingredients
    assert (parent.verdict, grandparent.verdict) == ("Trusted", "Invalid")


def test_an_update_manifest_is_called_one(
    photograph: bytes, workshop: Workshop, roots: TrustLists
) -> None:
    first = signed_by_c2pa_rs(workshop, photograph)
    assert verified(first.asset, roots).manifest.kind == "standard"
    updated = signed_by_c2pa_rs(workshop, first.asset, update=True)
    report = verified(updated.asset, roots)
    assert (report.manifest.kind, report.trusted) == ("update", True)


def test_roots_of_time_stamp_authorities_make_no_signer_trusted(
    photograph: bytes, workshop: Workshop, stranger: Workshop
) -> None:
    roots = trusting(stranger.ca.anchors_pem(), workshop.ca.anchors_pem())
    report = verified(photograph, roots, workshop.sign(photograph))
    assert (report.verdict, report.trusted) == ("Valid", False)
    assert codes(report.failures) == {UNTRUSTED}


def test_a_time_stamp_is_worth_what_its_authority_is(photograph: bytes, workshop: Workshop) -> None:
    forge = StampForge()
    with time_stamp_server(Behaviour(forge.reply)) as url:
        authority = HttpTimeStampAuthority(url, roots_of_authorities(forge.root_pem))
        stamping = Workshop(ca=workshop.ca, authority=authority)
        store = stamping.sign(photograph, tsa=True)
    signers = workshop.ca.anchors_pem()
    known = verified(photograph, trusting(signers, forge.root_pem), store)
    assert (known.time_stamp.state, known.time_stamp.findings, known.trusted) == (
        "Trusted",
        (),
        True,
    )
    assert known.time_stamp.time

    unknown = verified(photograph, trusting(signers), store)
    assert (unknown.time_stamp.state, unknown.trusted) == ("Untrusted", True)
    assert codes(unknown.time_stamp.findings) == {"timeStamp.untrusted"}

    # A GeneralizedTime of the token begins with its century.
    later = store.replace(b"\x18\x0f20", b"\x18\x0f30")
    broken = verified(photograph, trusting(signers, forge.root_pem), later)
    assert (broken.verdict, broken.trusted) == ("Trusted", False)
    assert broken.time_stamp.state == "Invalid"


def test_a_store_that_makes_the_engine_raise_is_unreadable(
    photograph: bytes, roots: TrustLists
) -> None:
    report = verified(photograph, roots, b"no boxes")
    assert (report.verdict, codes(report.failures)) == ("Unreadable", {"unreadable"})
