"""The verdict on a store: a real engine, real damage, and a row for everything that is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central_signer.verification.engine import Reading, TrustedRoots
from central_signer.verification.judgement import Verdict, judge, verdict_on
from cli.verification.screen import show
from edge_signer.signing.credentials.time_stamp_authority import HttpTimeStampAuthority
from tests.authorities.time_stamp_forge import StampForge
from tests.authorities.time_stamp_server import Behaviour, time_stamp_server
from tests.authorities.time_stamp_server import roots_of as roots_of_authorities
from tests.conftest import ROOT
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
def roots(workshop: Workshop) -> TrustedRoots:
    return TrustedRoots(workshop.ca.anchors_pem())


def roots_of(*workshops: Workshop) -> TrustedRoots:
    return TrustedRoots("".join(one.ca.anchors_pem() for one in workshops))


def judged(folder: Path, asset: bytes, roots: TrustedRoots, store: bytes | None = None) -> Verdict:
    file = folder / "asset.jpg"
    file.write_bytes(asset)
    return judge(file, store, roots)


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
    name: str, expected: set[str], photograph: bytes, tmp_path: Path
) -> None:
    roots = TrustedRoots((DATA / "tampered_ingredient_anchors.pem").read_text())
    verdict = judged(tmp_path, photograph, roots, (DATA / f"{name}.c2pa").read_bytes())
    assert (verdict.state, verdict.trusted) == ("Invalid", False)
    assert expected <= codes(verdict.failures)
    stamp, ingredients = verdict.time_stamp, verdict.ingredients
    if name == "damaged_time_stamp":
        assert (stamp.state, codes(stamp.findings)) == ("Invalid", {"timeStamp.malformed"})
    else:
        assert stamp.state == "None"
    if name == "tampered_ingredient":
        (parent,) = ingredients
        assert (parent.state, codes(parent.findings.failure)) == ("Invalid", {DATA_HASH})
        assert (parent.title, parent.relationship) == ("p", "parentOf")
    else:
        assert not ingredients


def test_a_parent_that_was_changed_is_not_trusted_although_the_engine_is_content(
    photograph: bytes, workshop: Workshop, roots: TrustedRoots, tmp_path: Path
) -> None:
    parent = signed_by_c2pa_rs(workshop, photograph).asset
    changed = parent[:-60] + bytes([parent[-60] ^ 1]) + parent[-59:]
    made = signed_by_c2pa_rs(workshop, changed, parents=[Parent(changed)])
    verdict = judged(tmp_path, made.asset, roots)
    assert (verdict.state, verdict.failures, verdict.trusted) == ("Trusted", (), False)
    (ingredient,) = verdict.ingredients
    assert (ingredient.state, codes(ingredient.findings.failure)) == ("Invalid", {DATA_HASH})


def test_credentials_of_a_parent_that_were_changed_later_are_not_trusted(
    photograph: bytes, workshop: Workshop, roots: TrustedRoots, tmp_path: Path
) -> None:
    parent = signed_by_c2pa_rs(workshop, photograph).asset
    made = signed_by_c2pa_rs(workshop, parent, parents=[Parent(parent)])
    assert judged(tmp_path, made.asset, roots).trusted
    verdict = judged(tmp_path, damaged(made.asset, b"digitalCapture"), roots)
    (ingredient,) = verdict.ingredients
    assert (verdict.trusted, ingredient.state) == (False, "Invalid")
    assert "ingredient.manifest.mismatch" in codes(ingredient.findings.failure)


@pytest.mark.parametrize("recorded_as_trusted", [True, False])
def test_whom_an_ingredient_comes_from_is_settled_by_the_roots_of_today(
    photograph: bytes,
    workshop: Workshop,
    stranger: Workshop,
    tmp_path: Path,
    recorded_as_trusted: bool,
) -> None:
    parent = signed_by_c2pa_rs(stranger, photograph).asset
    trusts = stranger.ca.anchors_pem() if recorded_as_trusted else ""
    made = signed_by_c2pa_rs(workshop, parent, parents=[Parent(parent)], trusts=trusts).asset
    assert judged(tmp_path, made, roots_of(workshop, stranger)).trusted
    verdict = judged(tmp_path, made, roots_of(workshop))
    (ingredient,) = verdict.ingredients
    assert (verdict.trusted, ingredient.state) == (False, "Valid")
    assert codes(ingredient.findings.failure) == {UNTRUSTED}


def test_a_parent_without_credentials_is_no_fault(
    photograph: bytes, workshop: Workshop, roots: TrustedRoots, tmp_path: Path
) -> None:
    made = signed_by_c2pa_rs(workshop, photograph, parents=[Parent(photograph, "a.jpg")])
    verdict = judged(tmp_path, made.asset, roots)
    (ingredient,) = verdict.ingredients
    assert (verdict.trusted, ingredient.state, ingredient.title) == (True, "NoCredentials", "a.jpg")


def test_a_changed_grandparent_is_seen(
    photograph: bytes, workshop: Workshop, roots: TrustedRoots, tmp_path: Path
) -> None:
    first = signed_by_c2pa_rs(workshop, photograph).asset
    changed = first[:-60] + bytes([first[-60] ^ 1]) + first[-59:]
    second = signed_by_c2pa_rs(workshop, changed, parents=[Parent(changed)]).asset
    third = signed_by_c2pa_rs(workshop, second, parents=[Parent(second)]).asset
    verdict = judged(tmp_path, third, roots)
    assert (verdict.state, verdict.trusted) == ("Trusted", False)
    (parent,) = verdict.ingredients
    (grandparent,) = parent.ingredients
    assert (parent.state, grandparent.state) == ("Trusted", "Invalid")


def test_an_update_manifest_is_called_one(
    photograph: bytes, workshop: Workshop, roots: TrustedRoots, tmp_path: Path
) -> None:
    first = signed_by_c2pa_rs(workshop, photograph)
    assert judged(tmp_path, first.asset, roots).manifest_kind == "standard"
    updated = signed_by_c2pa_rs(workshop, first.asset, update=True)
    verdict = judged(tmp_path, updated.asset, roots)
    assert (verdict.manifest_kind, verdict.trusted) == ("update", True)


def test_roots_of_time_stamp_authorities_make_no_signer_trusted(
    photograph: bytes, workshop: Workshop, stranger: Workshop, tmp_path: Path
) -> None:
    roots = TrustedRoots(stranger.ca.anchors_pem(), workshop.ca.anchors_pem())
    verdict = judged(tmp_path, photograph, roots, workshop.sign(photograph))
    assert (verdict.state, verdict.trusted) == ("Valid", False)
    assert codes(verdict.failures) == {UNTRUSTED}


def test_a_time_stamp_is_worth_what_its_authority_is(
    photograph: bytes, workshop: Workshop, tmp_path: Path
) -> None:
    forge = StampForge()
    with time_stamp_server(Behaviour(forge.reply)) as url:
        authority = HttpTimeStampAuthority(url, roots_of_authorities(forge.root_pem))
        stamping = Workshop(ca=workshop.ca, authority=authority)
        store = stamping.sign(photograph, tsa=True)
    signers = workshop.ca.anchors_pem()
    known = judged(tmp_path, photograph, TrustedRoots(signers, forge.root_pem), store)
    assert (known.time_stamp.state, known.time_stamp.findings, known.trusted) == (
        "Trusted",
        (),
        True,
    )
    assert known.time_stamp.time

    unknown = judged(tmp_path, photograph, TrustedRoots(signers), store)
    assert (unknown.time_stamp.state, unknown.trusted) == ("Untrusted", True)
    assert codes(unknown.time_stamp.findings) == {"timeStamp.untrusted"}

    # A GeneralizedTime of the token begins with its century.
    later = store.replace(b"\x18\x0f20", b"\x18\x0f30")
    broken = judged(tmp_path, photograph, TrustedRoots(signers, forge.root_pem), later)
    assert (broken.state, broken.trusted) == ("Trusted", False)
    assert broken.time_stamp.state == "Invalid"


def test_a_store_that_makes_the_engine_raise_is_unreadable(
    photograph: bytes, roots: TrustedRoots, tmp_path: Path
) -> None:
    verdict = judged(tmp_path, photograph, roots, b"no boxes")
    assert (verdict.state, codes(verdict.failures)) == ("Unreadable", {"unreadable"})


WORDS = st.sampled_from(
    [
        "active_manifest",
        "manifests",
        "validation_results",
        "validation_state",
        "activeManifest",
        "failure",
        "success",
        "informational",
        "code",
        "url",
        "explanation",
        "ingredients",
        "label",
        "ingredientDeltas",
        "validationDeltas",
        "ingredientAssertionURI",
        "assertions",
        "data",
        "actions",
        "action",
        "digitalSourceType",
        "signature_info",
        "alg",
        "claim_generator_info",
        "name",
        "title",
        "time",
        "Trusted",
        "Invalid",
        "c2pa.actions",
        "m",
    ]
)
REPORTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3) | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=6),
    max_leaves=40,
)


@given(REPORTS)
def test_a_report_of_any_shape_gives_a_verdict(report: Any) -> None:
    verdict = verdict_on(Reading(report))
    assert verdict.state
    show(verdict)


def test_a_manifest_that_is_its_own_ingredient_is_read_once() -> None:
    own = {"title": "itself", "active_manifest": "m", "label": "c2pa.ingredient.v3"}
    report = {
        "active_manifest": "m",
        "manifests": {"m": {"ingredients": [own, own]}},
        "validation_state": "Trusted",
    }
    verdict = verdict_on(Reading(report))
    assert (verdict.trusted, codes(verdict.failures)) == (False, {"ingredients.unread"})


def test_ingredients_beyond_the_bound_are_a_failure() -> None:
    two = [{"active_manifest": "{}", "label": "a"}, {"active_manifest": "{}", "label": "b"}]
    manifests = {
        str(depth): {"ingredients": [one | {"active_manifest": str(depth + 1)} for one in two]}
        for depth in range(20)
    }
    report = {"active_manifest": "0", "manifests": manifests, "validation_state": "Trusted"}
    assert codes(verdict_on(Reading(report)).failures) == {"ingredients.unread"}


def test_a_failure_of_an_ingredient_that_is_not_listed_is_not_lost() -> None:
    delta = {"failure": [{"code": "ingredient.manifest.missing"}]}
    report = {
        "active_manifest": "m",
        "validation_state": "Trusted",
        "validation_results": {
            "ingredientDeltas": [{"ingredientAssertionURI": "x", "validationDeltas": delta}]
        },
    }
    verdict = verdict_on(Reading(report))
    assert (verdict.trusted, codes(verdict.failures)) == (False, {"ingredient.manifest.missing"})
