"""What our own reader says of stores that c2pa-rs trusts, and that it takes any bytes."""

from __future__ import annotations

import hashlib
from typing import Any

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_signer.signing.rules.digital_source_types import IPTC, TERMS
from edge_signer.verification.cbor_values import read_cbor
from edge_signer.verification.store_notes import examine
from edge_signer.verification.store_reader import manifests_of
from tests.conftest import ROOT
from tests.judges.verifying import trusting, verified
from tests.signers.foreign_credentials import signed_by_c2pa_rs
from tests.signers.forgery import forged
from tests.signers.software_signer import Workshop

STORE = (ROOT / "tests/data/verify/tampered_ingredient.c2pa").read_bytes()


def created_by(source_type: str) -> dict[str, Any]:
    action = {"action": "c2pa.created", "digitalSourceType": source_type}
    return {"assertions": {"c2pa.actions.v2": {"actions": [action]}}}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"claim_label": "c2pa.claim"}, "its label must be c2pa.claim.v2"),
        ({"claim_label": "c2pa.cleim.v2"}, "labelled c2pa.cleim.v2"),
        ({"claim": {"instanceID": ""}}, "instanceID is empty"),
        (created_by(IPTC + "madeUp"), "no term of the IPTC or C2PA vocabulary"),
        (created_by(IPTC.replace("http:", "https:") + "print"), "no term of the IPTC"),
    ],
    ids=["claim label", "unknown label", "instanceID", "source type", "https"],
)
def test_what_the_standard_forbids_and_the_engine_trusts_has_a_note(
    changes: dict[str, Any], said: str, photograph: bytes, workshop: Workshop
) -> None:
    store = forged(workshop.sign(photograph), workshop.signer, **changes)
    report = verified(photograph, trusting(workshop.ca.anchors_pem()), store)
    # Once c2pa-rs refuses it by itself, the note is no longer needed.
    assert report.engines[0].verdict == "Trusted"
    (note,) = report.notes
    assert said in note


@pytest.mark.parametrize("term", TERMS)
def test_every_term_of_the_vocabulary_passes(
    term: str, photograph: bytes, workshop: Workshop
) -> None:
    store = forged(workshop.sign(photograph), workshop.signer, **created_by(TERMS[term]))
    assert verified(photograph, trusting(workshop.ca.anchors_pem()), store).notes == ()


def test_sound_stores_have_no_notes_embedded_ones_too(
    photograph: bytes, workshop: Workshop
) -> None:
    roots = trusting(workshop.ca.anchors_pem())
    assert verified(photograph, roots, workshop.sign(photograph)).notes == ()
    embedded = signed_by_c2pa_rs(workshop, photograph).asset
    assert verified(embedded, roots).notes == ()
    changed = embedded.replace(b"c2pa.claim.v2", b"c2pa.cleim.v2")
    assert verified(changed, roots).notes


def test_a_key_that_stands_twice_is_found_in_any_form_of_cbor() -> None:
    definite = bytes.fromhex("a2616101616102")
    indefinite = bytes.fromhex("bf61610161619f01ffff")
    assert read_cbor(definite).repeated_keys == read_cbor(indefinite).repeated_keys == ["a"]


@pytest.mark.parametrize(
    "encoded",
    [
        "5f41014102ff",
        "7f6161ff",
        "f93c00",
        "f6",
        "1bffffffffffffffff",
        "3903e7",
        "a16161",
    ],
)
def test_cbor_is_read_as_another_reader_does(encoded: str) -> None:
    content = bytes.fromhex(encoded)
    try:
        expected = cbor2.loads(content)
    except cbor2.CBORDecodeError:
        expected = None
    assert read_cbor(content).value == expected


def test_tags_of_cbor_are_left_out() -> None:
    assert read_cbor(bytes.fromhex("c1187b")).value == 123


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_can_be_looked_into(content: bytes) -> None:
    examine(content)
    read_cbor(content)


@settings(deadline=None)
@given(st.integers(0, len(STORE) - 1), st.integers(0, 255))
def test_any_damaged_store_can_be_looked_into(position: int, value: int) -> None:
    examine(STORE[:position] + bytes([value]) + STORE[position + 1 :])


def test_deep_nesting_ends() -> None:
    assert read_cbor(b"\x81" * 100_000).value is None
    assert read_cbor(b"\xbb" + b"\xff" * 8).value is None
    box = hashlib.sha256(b"").digest()
    for _ in range(500):
        description = b"\0\0\0\x1bjumdc2pa" + bytes(12) + b"\x03a\0"
        box = (8 + len(description) + len(box)).to_bytes(4) + b"jumb" + description + box
    manifests_of(box)
