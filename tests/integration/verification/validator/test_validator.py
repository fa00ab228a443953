"""Our own validator before stores of our builder and of c2pa-rs, sound and damaged."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest

from edge_signer.signing.credentials.algorithm import AlgorithmName
from edge_signer.verification.hard_bindings.asset_content import AssetContent
from edge_signer.verification.trust import TrustLists
from edge_signer.verification.validation import StoreValidation
from tests.conftest import ROOT
from tests.judges.own_validator import (
    codes,
    digest_of,
    failures,
    file_of,
    trust_list,
    trusting,
    validated,
)
from tests.signers.foreign_credentials import Parent, Signed, signed_by_c2pa_rs
from tests.signers.software_signer import Workshop

DATA = ROOT / "tests/data/verify"
UNTRUSTED = "signingCredential.untrusted"
DATA_HASH = "assertion.dataHash.mismatch"


@pytest.fixture(scope="module")
def store(workshop: Workshop, photograph: bytes) -> bytes:
    return workshop.sign(photograph)


@pytest.fixture(scope="module")
def first(workshop: Workshop, photograph: bytes) -> Signed:
    """A camera's photograph."""
    return signed_by_c2pa_rs(workshop, photograph)


@pytest.fixture(scope="module")
def second(workshop: Workshop, first: Signed) -> Signed:
    """An edited copy of it."""
    return signed_by_c2pa_rs(workshop, first.asset, parents=[Parent(first.asset)])


def embedded(signed: Signed, trust: TrustLists) -> StoreValidation:
    return validated(signed.store, file_of(signed.asset, is_embedded=True), trust)


@pytest.mark.parametrize("algorithm", get_args(AlgorithmName))
def test_each_algorithm_of_the_standard_is_verified(
    algorithm: AlgorithmName, photograph: bytes
) -> None:
    workshop = Workshop(algorithm)
    store = workshop.sign(photograph)
    found = validated(store, digest_of(photograph), trusting(workshop))
    assert (found.verdict, found.hard_binding, found.problem) == ("Trusted", "passed", "")
    active = found.active
    assert active is not None
    assert active.signer is not None
    assert active.findings.failure == ()
    assert (active.signer.name, active.signer.organisation) == (
        "Test Signer",
        "Edge Signer Development",
    )
    assert (active.signer.algorithm, active.signer.trusted_by) == (algorithm, "signers")
    # The signature is the last thing in the store.
    changed = store[:-3] + bytes([store[-3] ^ 1]) + store[-2:]
    wrong = validated(changed, digest_of(photograph), trusting(workshop))
    assert failures(wrong) == {"claimSignature.mismatch"}


def test_what_is_known_of_the_asset_decides_what_is_said_of_it(
    store: bytes, workshop: Workshop, photograph: bytes
) -> None:
    trust = trusting(workshop)
    for asset in (digest_of(photograph), file_of(photograph)):
        assert validated(store, asset, trust).hard_binding == "passed"
    for asset in (digest_of(b"another"), file_of(photograph + b"\0"), file_of(b"")):
        found = validated(store, asset, trust)
        assert (found.verdict, found.hard_binding) == ("Invalid", "failed")
        assert failures(found) == {DATA_HASH}
    found = validated(store, None, trust)
    assert (found.verdict, found.hard_binding) == ("Trusted", "not_checked")
    assert any("there was no file" in one for one in found.not_checked)


def test_a_signer_on_no_list_is_valid_and_not_trusted(
    store: bytes, workshop: Workshop, photograph: bytes
) -> None:
    as_authority = trust_list("stamps", workshop.ca.anchors_pem(), "time_stamps")
    for trust in (TrustLists(()), trusting(Workshop()), TrustLists((as_authority,))):
        found = validated(store, digest_of(photograph), trust)
        assert (found.verdict, failures(found)) == ("Valid", {UNTRUSTED})


def test_certificates_must_be_valid_when_the_signature_was_made(
    store: bytes, workshop: Workshop, photograph: bytes
) -> None:
    for now in (datetime.now(UTC) + timedelta(days=91), datetime.now(UTC) - timedelta(days=1)):
        found = validated(store, digest_of(photograph), trusting(workshop), now)
        assert (found.verdict, failures(found)) == (
            "Invalid",
            {"claimSignature.outsideValidity", UNTRUSTED}
            if now < datetime.now(UTC)
            else {"claimSignature.outsideValidity"},
        )


def test_each_manifest_of_a_chain_is_validated(
    second: Signed, workshop: Workshop, photograph: bytes
) -> None:
    third = signed_by_c2pa_rs(
        workshop, second.asset, parents=[Parent(second.asset), Parent(photograph, "plain.jpg")]
    )
    found = embedded(third, trusting(workshop))
    assert (found.verdict, found.hard_binding) == ("Trusted", "passed")
    assert [one.verdict for one in found.manifests] == ["Trusted"] * 3
    assert all(one.is_referenced for one in found.manifests)
    assert found.active is not None
    parent, plain = found.active.ingredients
    assert parent.ingredient.manifest_label == found.manifests[1].label
    assert (parent.ingredient.title, parent.ingredient.relationship) == ("parent.jpg", "parentOf")
    assert (parent.is_unchanged, plain.is_unchanged) == (True, None)
    assert "ingredient.unknownProvenance" in codes(found.active.findings.informational)


def test_a_change_of_an_ingredient_is_told_from_one_that_was_recorded(
    first: Signed, workshop: Workshop
) -> None:
    trust = trusting(workshop)
    edited = first.asset[:-60] + bytes([first.asset[-60] ^ 1]) + first.asset[-59:]
    honest = signed_by_c2pa_rs(workshop, edited, parents=[Parent(edited)])
    found = embedded(honest, trust)
    assert (found.verdict, found.new_failures) == ("Trusted", ())
    assert found.active is not None
    (parent,) = found.active.ingredients
    assert parent.ingredient.recorded is not None
    assert codes(parent.ingredient.recorded.failure) == {DATA_HASH}

    # The first such word is in the parent's manifest.
    changed = honest.store.replace(b"digitalCapture", b"digitalCaptuse", 1)
    later = embedded(Signed(honest.asset, changed), trust)
    assert later.verdict == "Invalid"
    assert codes(later.new_failures) >= {
        "ingredient.manifest.mismatch",
        "assertion.hashedURI.mismatch",
    }


def test_what_was_redacted_is_gone_and_nothing_else_is(
    workshop: Workshop, photograph: bytes
) -> None:
    first = signed_by_c2pa_rs(workshop, photograph, note="a place")
    trust = trusting(workshop)
    label = embedded(first, trust).active_label
    uri = f"self#jumbf=/c2pa/{label}/c2pa.assertions/org.example.note"
    redacted = {"action": "c2pa.redacted", "parameters": {"redacted": uri}}
    second = signed_by_c2pa_rs(
        workshop, first.asset, parents=[Parent(first.asset)], actions=[redacted], redactions=[uri]
    )
    found = embedded(second, trust)
    assert [one.verdict for one in found.manifests] == ["Trusted", "Trusted"]
    assert (b"a place" in second.store, found.new_failures) == (False, ())
    # In the parent's manifest, the label of its actions stands first.
    changed = second.store.replace(b"c2pa.created", b"c2pa.placed_", 1)
    found = embedded(Signed(second.asset, changed), trust)
    assert "assertion.hashedURI.mismatch" in codes(found.new_failures)


def test_an_update_is_bound_by_the_manifest_that_it_updates(
    first: Signed, second: Signed, workshop: Workshop
) -> None:
    for before in (first, second):
        updated = signed_by_c2pa_rs(workshop, before.asset, update=True)
        found = embedded(updated, trusting(workshop))
        assert (found.verdict, found.hard_binding) == ("Trusted", "passed")
        assert found.active is not None
        assert found.active.kind == "update"
        end = updated.asset[:-60] + bytes([updated.asset[-60] ^ 1]) + updated.asset[-59:]
        assert failures(embedded(Signed(end, updated.store), trusting(workshop))) == {DATA_HASH}


@pytest.mark.parametrize(
    ("name", "expected"),
    {
        # The engine reads a claim under any label; the label of this one was changed.
        "verify_KeyError": {"claim.missing"},
        "t3_079": {"assertion.cbor.invalid", UNTRUSTED, DATA_HASH},
        "damaged_time_stamp": {UNTRUSTED, DATA_HASH},
        "tampered_ingredient": {DATA_HASH},
    }.items(),
)
def test_recorded_stores_get_the_findings_of_the_engine(
    name: str, expected: set[str], photograph: bytes
) -> None:
    pem = (DATA / "tampered_ingredient_anchors.pem").read_text()
    trust = TrustLists((trust_list("roots", pem, "signers"),))
    found = validated((DATA / f"{name}.c2pa").read_bytes(), file_of(photograph), trust)
    assert found.verdict == "Invalid"
    assert expected <= failures(found)
    if name == "damaged_time_stamp":
        assert found.active is not None
        assert found.active.time_stamp.state == "Invalid"
        assert "timeStamp.malformed" in codes(found.active.findings.informational)


def test_a_stream_that_fails_raises(store: bytes, workshop: Workshop) -> None:
    class Broken(io.BytesIO):
        def seek(self, *_: Any) -> int:
            raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        validated(store, AssetContent(stream=Broken(), size_bytes=10), trusting(workshop))


def test_a_manifest_that_nothing_refers_to_does_not_count(
    first: Signed, second: Signed, workshop: Workshop
) -> None:
    other = signed_by_c2pa_rs(Workshop(), first.asset)
    # Its manifest goes first into the store, behind the store's description.
    begin = 8 + int.from_bytes(second.store[8:12])
    extra = other.store[8 + int.from_bytes(other.store[8:12]) :]
    body = second.store[8:begin] + extra + second.store[begin:]
    store = (8 + len(body)).to_bytes(4) + b"jumb" + body
    found = validated(store, None, trusting(workshop))
    assert (found.verdict, len(found.manifests)) == ("Trusted", 3)
    assert [one.is_referenced for one in found.manifests] == [False, True, True]
    assert found.manifests[0].verdict == "Valid"
