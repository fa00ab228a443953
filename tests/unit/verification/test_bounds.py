"""Stores of any size and shape get a result, and a reason where they are beyond the limits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_signer.verification.cbor_values import ItemBudget, Simple, read_cbor
from edge_signer.verification.store_reader import MAX_BOXES, MAX_STORE_BYTES
from edge_signer.verification.trust import TrustLists
from edge_signer.verification.validation import StoreValidation
from edge_signer.verification.validator import MAX_MANIFESTS, validate_store
from tests.judges.own_validator import codes, file_of
from tests.media.made_stores import box, superbox
from tests.media.sample_assets import EXAMPLES
from tests.signers.software_signer import Workshop

NOW = datetime.now(UTC)
STORE = Workshop().sign((EXAMPLES / "rocket.jpg").read_bytes())


def manifest(label: str, *parents: str, redacted: Sequence[str] = ()) -> bytes:
    """A manifest whose signature is missing, made from others; some of their words redacted."""
    said = [
        superbox(
            b"cbor",
            f"c2pa.ingredient.v3__{number}",
            box(
                b"cbor",
                cbor2.dumps(
                    {
                        "relationship": "componentOf",
                        "activeManifest": {"url": f"self#jumbf=/c2pa/{one}", "hash": b""},
                    }
                ),
            ),
        )
        for number, one in enumerate(parents)
    ]
    declared = [
        {"url": f"self#jumbf=c2pa.assertions/c2pa.ingredient.v3__{number}", "hash": b""}
        for number in range(len(parents))
    ]
    claim = cbor2.dumps({"created_assertions": declared, "redacted_assertions": [*redacted]})
    return superbox(
        b"c2ma",
        label,
        superbox(b"c2as", "c2pa.assertions", *said),
        superbox(b"c2cl", "c2pa.claim.v2", box(b"cbor", claim)),
    )


def validated(*manifests: bytes) -> StoreValidation:
    return validate_store(superbox(b"c2pa", "c2pa", *manifests), None, TrustLists(()), NOW)


def test_a_store_beyond_the_limits_is_not_judged() -> None:
    for found, reason in (
        (validated(*[manifest("m")] * (MAX_MANIFESTS + 1)), "more than 1,000 manifests"),
        (validated(box(b"free", b"") * (MAX_BOXES + 1)), "more than 100,000 boxes"),
        (validated(box(b"free", bytes(MAX_STORE_BYTES))), "larger than 64 MiB"),
    ):
        assert reason in found.problem
        assert (found.verdict, found.is_judged) == ("Unreadable", False)


@pytest.mark.parametrize(
    "store",
    [
        b"",
        b"no boxes",
        b"\0\0\0\0jumb",
        box(b"jumb", b""),
        superbox(b"c2ma", "c2pa"),
        superbox(b"c2pa", "c2pa"),
        STORE[:-1],
        STORE[:200],
    ],
)
def test_what_is_no_store_is_unreadable(store: bytes) -> None:
    found = validate_store(store, None, TrustLists(()), NOW)
    assert (found.verdict, found.is_judged, found.active) == ("Unreadable", True, None)
    assert found.problem


def test_a_long_chain_ends_and_a_circle_is_found() -> None:
    chain = [manifest("0"), *(manifest(str(at), str(at - 1)) for at in range(1, MAX_MANIFESTS))]
    found = validated(*chain)
    assert all(one.is_referenced for one in found.manifests)
    assert "ingredient.manifest.mismatch" in codes(found.new_failures)

    circle = validated(manifest("a", "c"), manifest("b", "a"), manifest("c", "b"))
    assert "assertion.ingredient.malformed" in codes(circle.new_failures)
    alone = validated(manifest("a", "a"))
    assert "assertion.ingredient.malformed" in codes(alone.new_failures)


def test_a_manifest_used_many_times_is_validated_once() -> None:
    # 40 levels with two ways each would be walked 2^40 times.
    levels = [manifest("0"), *(manifest(str(at), *[str(at - 1)] * 2) for at in range(1, 40))]
    found = validated(*levels)
    assert len(found.manifests) == 40
    assert len(found.new_failures) < 1000


def test_what_is_said_to_be_redacted_must_be_gone() -> None:
    chain = manifest("a"), manifest("b", "a")
    uri = "self#jumbf=/c2pa/b/c2pa.assertions/c2pa.ingredient.v3__0"
    found = validated(*chain, manifest("c", "b", redacted=[uri]))
    assert "assertion.notRedacted" in codes(found.new_failures)
    found = validated(*chain, manifest("c", "b"))
    assert "assertion.notRedacted" not in codes(found.new_failures)


def test_two_manifests_of_one_label_are_a_fault() -> None:
    found = validated(manifest("a"), manifest("a"))
    assert found.active is not None
    assert "general.error" in codes(found.active.findings.failure)


def test_a_compressed_manifest_is_not_judged() -> None:
    compressed = superbox(b"c2cm", "urn:c2pa:x", box(b"brob", b"something"))
    found = validated(compressed)
    assert (found.verdict, found.is_judged, found.problem) == (
        "Unreadable",
        False,
        "The active manifest is compressed.",
    )
    found = validated(compressed, manifest("b", "urn:c2pa:x"))
    assert any("compressed" in one for one in found.not_checked)


def test_values_beyond_the_budget_are_not_read() -> None:
    many = cbor2.dumps([0] * 1000)
    assert read_cbor(many, ItemBudget(100)).is_too_large
    budget = ItemBudget(1500)
    assert read_cbor(many, budget).is_well_formed
    assert read_cbor(many, budget).is_too_large
    # A string in a million pieces is joined once.
    pieces = b"\x5f" + b"\x41a" * 400_000 + b"\xff"
    assert read_cbor(pieces).value == b"a" * 400_000


@pytest.mark.parametrize(
    "encoded",
    ["ff", "a101ff", "5f4101", "5f6101ff", "8201", "0102", "1c", "f8", "7f41ff", "9f01", "c2"],
)
def test_what_is_not_one_item_is_not_well_formed(encoded: str) -> None:
    assert not read_cbor(bytes.fromhex(encoded)).is_well_formed


def test_null_is_told_from_undefined() -> None:
    assert read_cbor(b"\xf6").value is None
    assert read_cbor(b"\xf7").value == Simple(23)
    assert read_cbor(b"\xd2\x80").tag == 18


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_get_a_result(content: bytes) -> None:
    validate_store(content, file_of(content), TrustLists(()), NOW)
    validate_store(superbox(b"c2pa", "c2pa", content), file_of(content), TrustLists(()), NOW)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, len(STORE) - 1), st.binary(min_size=1, max_size=6)),
        max_size=4,
    )
)
def test_any_damage_gets_a_result(damage: list[tuple[int, bytes]]) -> None:
    store = bytearray(STORE)
    for at, replaced in damage:
        store[at : at + len(replaced)] = replaced
    found = validate_store(bytes(store), file_of(b"x", is_embedded=True), TrustLists(()), NOW)
    assert found.verdict in {"Invalid", "Unreadable"}
