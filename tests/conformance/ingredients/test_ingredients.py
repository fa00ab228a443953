"""Manifests with ingredients: foreign engines trust them, and they claim what was checked."""

from __future__ import annotations

import hashlib
import io
from typing import Any

import c2pa
import pytest

from edge_signer.signing.errors import (
    InvalidAssertionError,
    InvalidIngredientError,
    PolicyViolationError,
)
from edge_signer.signing.ingredients import copied, credentials
from edge_signer.signing.ingredients.ingredient import Ingredient, Thumbnail
from edge_signer.verification.validation import StoreValidation
from edge_signer.verification.validator import validate_store
from tests.conformance.ingredients.chains import (
    assertion,
    manifests,
    opened,
    policy,
    recorded,
    require_trusted,
    roots,
)
from tests.judges.verifying import verified
from tests.media.sample_assets import SAMPLE_ASSETS
from tests.signers.embedding import embedded
from tests.signers.foreign_credentials import Parent, signed_by_c2pa_rs
from tests.signers.software_signer import Workshop

NOTE = {"org.example.note": {"note": "harbour"}}


def test_a_parents_credentials_are_copied_byte_for_byte_and_trusted(
    newsroom: Workshop, camera: Workshop, photograph: bytes
) -> None:
    parent = signed_by_c2pa_rs(camera, photograph)
    edited = photograph[:-2] + b"\xff\xfe\x00\x03!\xff\xd9"
    store = newsroom.sign(
        edited, opened(), ingredients=[Ingredient("parentOf", manifest_store=parent.store)]
    )
    require_trusted(edited, store, roots(newsroom, camera))
    assert bytes(manifests(parent.store)[0].payload) in store
    assert [one.label for one in manifests(store)][:-1] == [manifests(parent.store)[0].label]
    report = verified(edited, newsroom.trust, store)
    assert report.trusted
    assert [(one.relationship, one.verdict) for one in report.ingredients] == [
        ("parentOf", "Trusted")
    ]


def test_only_what_was_checked_is_recorded(
    newsroom: Workshop, camera: Workshop, photograph: bytes
) -> None:
    parent = signed_by_c2pa_rs(camera, photograph).store
    without = newsroom.sign(
        photograph, opened(), ingredients=[Ingredient("parentOf", manifest_store=parent)]
    )
    found = recorded(without)
    assert found["failure"] == set()
    assert found["success"] == {
        *("claimSignature.validated", "claimSignature.insideValidity"),
        *("signingCredential.trusted", "assertion.hashedURI.match"),
    }
    said = Ingredient("parentOf", manifest_store=parent, asset_checked=True)
    with pytest.raises(PolicyViolationError, match=r"ingredients\[0\].asset_checked"):
        newsroom.sign(photograph, opened(), ingredients=[said])
    policy(newsroom, trusted_clients=("acme",))
    checked = newsroom.sign(photograph, opened(), ingredients=[said])
    assert recorded(checked)["success"] - found["success"] == {"assertion.dataHash.match"}
    require_trusted(photograph, checked, roots(newsroom, camera))


def test_components_are_placed_with_their_thumbnails(
    newsroom: Workshop, camera: Workshop, photograph: bytes, drawing: bytes
) -> None:
    small = Thumbnail("image/png", drawing)
    store = newsroom.sign(
        photograph,
        opened({"action": "placed", "parameters": {"ingredientIds": ["logo", "sky"]}}),
        ingredients=[
            Ingredient(
                "componentOf", id="logo", title="Logo", media_type="image/png", thumbnail=small
            ),
            Ingredient("parentOf", manifest_store=signed_by_c2pa_rs(camera, photograph).store),
            Ingredient(
                "componentOf",
                id="sky",
                manifest_store=signed_by_c2pa_rs(camera, photograph).store,
                thumbnail=small,
            ),
            Ingredient("inputTo", title="prompt.txt", description="The prompt"),
        ],
        thumbnail=small,
    )
    require_trusted(photograph, store, roots(newsroom, camera))
    with c2pa.Reader("image/jpeg", io.BytesIO(photograph), store) as reader:
        said = reader.json()
        thumbnails = [
            one["thumbnail"]["identifier"]
            for one in reader.get_active_manifest()["ingredients"]
            if "thumbnail" in one
        ]
        for uri in thumbnails:
            written = io.BytesIO()
            reader.resource_to_stream(uri, written)
            assert written.getvalue() == drawing
    assert len(thumbnails) == 2
    assert "c2pa.thumbnail.claim" in said
    actions = assertion(store, "c2pa.actions.v2")["actions"]
    named = [
        [one["url"].rpartition("/")[2] for one in action["parameters"]["ingredients"]]
        for action in actions
    ]
    assert named == [["c2pa.ingredient.v3__1"], ["c2pa.ingredient.v3", "c2pa.ingredient.v3__2"]]


def test_a_chain_of_three_shows_its_tree(
    newsroom: Workshop, camera: Workshop, photograph: bytes
) -> None:
    first = signed_by_c2pa_rs(camera, photograph)
    second = newsroom.sign(
        first.asset, opened(), ingredients=[Ingredient("parentOf", manifest_store=first.store)]
    )
    third = newsroom.sign(
        photograph, opened(), ingredients=[Ingredient("parentOf", manifest_store=second)]
    )
    require_trusted(photograph, third, roots(newsroom, camera))
    report = verified(photograph, newsroom.trust, third)
    assert report.trusted
    assert report.ingredients[0].ingredients[0].signer.startswith("Camera")


def test_ingredients_with_a_common_ancestor_copy_it_once(
    newsroom: Workshop, camera: Workshop, photograph: bytes
) -> None:
    origin = signed_by_c2pa_rs(camera, photograph).store
    crops = [
        newsroom.sign(
            photograph, opened(), ingredients=[Ingredient("parentOf", manifest_store=origin)]
        )
        for _ in range(2)
    ]
    store = newsroom.sign(
        photograph,
        {
            "c2pa.actions.v2": [
                {
                    "action": "created",
                    "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/composite",
                },
                {"action": "placed", "parameters": {"ingredientIds": ["0", "1"]}},
            ]
        },
        ingredients=[
            Ingredient("componentOf", id=str(number), manifest_store=one)
            for number, one in enumerate(crops)
        ],
    )
    assert len(manifests(store)) == 4
    require_trusted(photograph, store, roots(newsroom, camera))


def test_opened_without_a_parent_says_what_to_do(newsroom: Workshop, photograph: bytes) -> None:
    with pytest.raises(InvalidAssertionError, match=r"send it in ingredients"):
        newsroom.sign(photograph, opened())


@pytest.mark.parametrize(
    "name",
    [name for name, one in SAMPLE_ASSETS.items() if one.media_type in {"image/jpeg", "image/png"}],
)
def test_an_embedded_manifest_carries_its_parents(
    newsroom: Workshop, camera: Workshop, photograph: bytes, name: str
) -> None:
    sample = SAMPLE_ASSETS[name]
    parent = signed_by_c2pa_rs(camera, photograph).store

    asked = [Ingredient("parentOf", manifest_store=parent)]
    _, signed = embedded(
        newsroom, sample.content, 64 * 1024, assertions=opened(), ingredients=asked
    )
    require_trusted(signed, None, roots(newsroom, camera), sample.media_type)


def test_the_digest_of_the_asset_is_bound(
    newsroom: Workshop, camera: Workshop, photograph: bytes
) -> None:
    parent = signed_by_c2pa_rs(camera, photograph, parents=[Parent(photograph)]).store
    store = newsroom.sign(
        photograph, opened(), ingredients=[Ingredient("parentOf", manifest_store=parent)]
    )
    assert assertion(store, "c2pa.hash.data")["hash"] == hashlib.sha256(photograph).digest()


def test_the_same_credentials_are_validated_once(
    newsroom: Workshop, camera: Workshop, photograph: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    validated = []

    def counting(store: bytes, *others: Any) -> StoreValidation:
        validated.append(store)
        return validate_store(store, *others)

    monkeypatch.setattr(credentials, "validate_store", counting)
    parent = signed_by_c2pa_rs(camera, photograph).store
    inputs = [Ingredient("inputTo", manifest_store=parent[:1] + parent[1:]) for _ in range(31)]
    asked = [Ingredient("parentOf", manifest_store=parent), *inputs]
    store = newsroom.sign(photograph, opened(), ingredients=asked)
    assert validated == [parent]
    require_trusted(photograph, store, roots(newsroom, camera))


def test_what_is_not_copied_counts_as_well(
    newsroom: Workshop, camera: Workshop, photograph: bytes
) -> None:
    """It is read."""
    parent = signed_by_c2pa_rs(camera, photograph).store
    # What follows the box of the store is no part of it.
    asked = [
        Ingredient("inputTo", manifest_store=parent + bytes([number]) * copied.MAX_INGREDIENT_BYTES)
        for number in range(2)
    ]
    with pytest.raises(InvalidIngredientError, match=r"^ingredients\[0\]: .*stores have more"):
        newsroom.sign(photograph, ingredients=asked)
