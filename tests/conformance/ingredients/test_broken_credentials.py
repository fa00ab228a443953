"""Credentials that do not hold, or do not suffice: recorded as such, or refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from edge_signer.signing.errors import (
    InvalidIngredientError,
    PolicyViolationError,
)
from edge_signer.signing.ingredients import copied
from edge_signer.signing.ingredients.ingredient import Ingredient
from edge_signer.signing.ingredients.planner import IngredientPlanner
from edge_signer.verification.trust import TrustLists
from emulator.credentials.development_ca import DevelopmentCa
from tests.conformance.ingredients.chains import (
    POLICY,
    assertion,
    manifests,
    opened,
    policy,
    recorded,
    require_trusted,
    roots,
)
from tests.judges.verifying import trusting, verified
from tests.media.made_stores import box, made_store
from tests.signers.foreign_credentials import signed_by_c2pa_rs
from tests.signers.forgery import forged
from tests.signers.software_signer import Workshop

EXPIRED = {
    *("claimSignature.outsideValidity", "signingCredential.expired"),
    "signingCredential.untrusted",
}
NOTE = {"org.example.note": {"note": "harbour"}}


def credentials(workshop: Workshop, level: str) -> None:
    ingredients = workshop.policies[POLICY].ingredients
    assert ingredients
    policy(workshop, ingredients=ingredients.model_copy(update={"credentials": level}))


def test_different_manifests_with_one_label_are_refused(
    newsroom: Workshop, camera: Workshop, photograph: bytes
) -> None:
    parent = signed_by_c2pa_rs(camera, photograph, assertions=NOTE).store
    other = parent.replace(b"harbour", b"islands")
    with pytest.raises(InvalidIngredientError, match=r"^ingredients\[1\]: another ingredient"):
        newsroom.sign(
            photograph,
            opened({"action": "placed", "parameters": {"ingredientIds": ["c"]}}),
            ingredients=[
                Ingredient("parentOf", manifest_store=parent),
                Ingredient("componentOf", id="c", manifest_store=other),
            ],
        )


@pytest.mark.parametrize(
    ("level", "is_known", "is_changed", "code"),
    [
        ("trusted", False, False, "signingCredential.untrusted"),
        ("trusted", True, True, "assertion.hashedURI.mismatch"),
        ("valid", True, True, "assertion.hashedURI.mismatch"),
    ],
)
def test_a_policy_says_which_credentials_suffice(
    camera: Workshop, photograph: bytes, level: str, is_known: bool, is_changed: bool, code: str
) -> None:
    newsroom = Workshop()
    parent = signed_by_c2pa_rs(camera, photograph, assertions=NOTE).store
    if is_known:
        newsroom.trust = trusting(newsroom.ca.anchors_pem() + camera.ca.anchors_pem())
    if is_changed:
        parent = parent.replace(b"harbour", b"islands")
    asked = [Ingredient("parentOf", manifest_store=parent)]
    store = newsroom.sign(photograph, opened(), ingredients=asked)
    assert recorded(store)["failure"] == {code}
    require_trusted(photograph, store, roots(newsroom, camera))
    credentials(newsroom, level)
    with pytest.raises(PolicyViolationError, match=code):
        newsroom.sign(photograph, opened(), ingredients=asked)


def test_a_tampered_grandparent_is_recorded_and_visible(
    newsroom: Workshop, camera: Workshop, photograph: bytes
) -> None:
    first = signed_by_c2pa_rs(camera, photograph, assertions=NOTE)
    second = newsroom.sign(
        first.asset, opened(), ingredients=[Ingredient("parentOf", manifest_store=first.store)]
    )
    changed = second.replace(b"harbour", b"islands")
    store = newsroom.sign(
        photograph, opened(), ingredients=[Ingredient("parentOf", manifest_store=changed)]
    )
    results = assertion(store, "c2pa.ingredient.v3")["validationResults"]
    assert results["activeManifest"]["failure"] == []
    (delta,) = results["ingredientDeltas"]
    parent_label = manifests(store)[1].label
    uri = f"self#jumbf=/c2pa/{parent_label}/c2pa.assertions/c2pa.ingredient.v3"
    assert delta["ingredientAssertionURI"] == uri
    assert {one["code"] for one in delta["validationDeltas"]["failure"]} == {
        *("assertion.hashedURI.mismatch", "ingredient.manifest.mismatch"),
    }
    require_trusted(photograph, store, roots(newsroom, camera))
    report = verified(photograph, newsroom.trust, store)
    assert not report.trusted
    assert report.ingredients[0].ingredients[0].verdict == "Invalid"


@pytest.mark.parametrize("spoilt", [b"", b"no store"])
def test_what_is_no_manifest_store_is_refused(
    newsroom: Workshop, photograph: bytes, spoilt: bytes
) -> None:
    with pytest.raises(
        InvalidIngredientError, match=r"^ingredients\[0\]: The (bytes|manifest store)"
    ):
        newsroom.sign(
            photograph, opened(), ingredients=[Ingredient("parentOf", manifest_store=spoilt)]
        )


def test_credentials_that_other_engines_could_not_read_are_refused(
    newsroom: Workshop, camera: Workshop, photograph: bytes
) -> None:
    parent = signed_by_c2pa_rs(camera, photograph).store
    spoilt = parent.replace(b"gactions", b"gactiona")
    assert spoilt != parent
    with pytest.raises(InvalidIngredientError, match=r"^ingredients\[0\]: .*damaged"):
        newsroom.sign(
            photograph, opened(), ingredients=[Ingredient("parentOf", manifest_store=spoilt)]
        )


def test_only_a_binding_of_early_movies_may_be_one_that_the_standard_has_removed(
    newsroom: Workshop, photograph: bytes
) -> None:
    signed = newsroom.sign(photograph)
    early = {"c2pa.hash.bmff": {"exclusions": [], "alg": "sha256", "hash": bytes(32), "pad": b""}}
    without: dict[str, Any] = {"c2pa.hash.data": None}
    parent = forged(signed, newsroom.signer, assertions=without | early)
    store = newsroom.sign(
        photograph, opened(), ingredients=[Ingredient("parentOf", manifest_store=parent)]
    )
    assert recorded(store)["failure"] == {"claim.hardBindings.missing"}
    require_trusted(photograph, store, roots(newsroom))
    unbound = forged(signed, newsroom.signer, assertions=without)
    with pytest.raises(InvalidIngredientError, match=r"damaged \(claim.hardBindings.missing"):
        newsroom.sign(
            photograph, opened(), ingredients=[Ingredient("parentOf", manifest_store=unbound)]
        )


def test_too_many_bytes_of_manifests_are_refused(
    newsroom: Workshop, camera: Workshop, photograph: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    stores = [signed_by_c2pa_rs(camera, photograph).store for _ in range(2)]
    monkeypatch.setattr(copied, "MAX_INGREDIENT_BYTES", len(stores[0]) * 3 // 2)
    with pytest.raises(InvalidIngredientError, match=r"^ingredients\[1\].*bytes"):
        newsroom.sign(
            photograph,
            opened({"action": "placed", "parameters": {"ingredientIds": ["c"]}}),
            ingredients=[
                Ingredient("parentOf", manifest_store=stores[0]),
                Ingredient("componentOf", id="c", manifest_store=stores[1]),
            ],
        )


def test_a_policy_without_ingredients_allows_none(newsroom: Workshop, photograph: bytes) -> None:
    policy(newsroom, ingredients=None)
    with pytest.raises(PolicyViolationError, match="no ingredients"):
        newsroom.sign(photograph, opened(), ingredients=[Ingredient("parentOf")])


@pytest.fixture
def old_camera() -> Workshop:
    """A signer whose certificate expired ten days ago."""
    return Workshop(ca=DevelopmentCa(age=timedelta(days=100)), name="Camera")


def test_expired_credentials_are_recorded_under_the_codes_of_all_engines(
    newsroom: Workshop, old_camera: Workshop, photograph: bytes
) -> None:
    newsroom.trust = trusting(roots(newsroom, old_camera))
    store = newsroom.sign(
        photograph,
        opened(),
        ingredients=[Ingredient("parentOf", manifest_store=old_camera.sign(photograph))],
    )
    assert recorded(store)["failure"] == EXPIRED
    assert "signingCredential.trusted" not in recorded(store)["success"]
    require_trusted(photograph, store, roots(newsroom, old_camera))


def test_what_expired_after_it_was_recorded_is_recorded_now(
    newsroom: Workshop, old_camera: Workshop, photograph: bytes
) -> None:
    newsroom.trust = trusting(roots(newsroom, old_camera))
    now, then = newsroom.planner, datetime.now(UTC) - timedelta(days=50)
    newsroom.planner = IngredientPlanner(
        lambda _tenant, one, _where: one.manifest_store, lambda: newsroom.trust, lambda: then
    )
    first = Ingredient("parentOf", manifest_store=old_camera.sign(photograph))
    second = newsroom.sign(photograph, opened(), ingredients=[first])
    newsroom.planner = now
    store = newsroom.sign(
        photograph, opened(), ingredients=[Ingredient("parentOf", manifest_store=second)]
    )
    (delta,) = assertion(store, "c2pa.ingredient.v3")["validationResults"]["ingredientDeltas"]
    assert {one["code"] for one in delta["validationDeltas"]["failure"]} == EXPIRED
    require_trusted(photograph, store, roots(newsroom, old_camera))


def test_a_signature_that_does_not_match_vouches_for_nothing(
    newsroom: Workshop, photograph: bytes
) -> None:
    parent = newsroom.sign(photograph)
    forged = parent[:-1] + bytes([parent[-1] ^ 1])
    store = newsroom.sign(
        photograph, opened(), ingredients=[Ingredient("parentOf", manifest_store=forged)]
    )
    assert recorded(store)["failure"] == {"claimSignature.mismatch"}
    assert recorded(store)["success"] == {"assertion.hashedURI.match"}
    require_trusted(photograph, store, roots(newsroom))


def test_without_trust_lists_a_parents_signer_is_unknown(
    newsroom: Workshop, camera: Workshop, photograph: bytes
) -> None:
    newsroom.trust = TrustLists(())
    parent = signed_by_c2pa_rs(camera, photograph).store
    store = newsroom.sign(
        photograph, opened(), ingredients=[Ingredient("parentOf", manifest_store=parent)]
    )
    assert recorded(store)["failure"] == {"signingCredential.untrusted"}


def test_too_much_to_record_is_refused_and_not_left_to_the_builder(
    newsroom: Workshop, camera: Workshop, photograph: bytes
) -> None:
    notes: dict[str, dict[str, int]] = {
        f"org.example.{'n' * 100}.{number}": {} for number in range(470)
    }
    parents = [forged(camera.sign(photograph), camera.signer, assertions=notes) for _ in range(4)]
    with pytest.raises(InvalidIngredientError, match=r"^ingredients\[2\]: .*recorded"):
        newsroom.sign(
            photograph, ingredients=[Ingredient("inputTo", manifest_store=one) for one in parents]
        )


def test_manifests_that_nothing_refers_to_stay_behind(
    newsroom: Workshop, camera: Workshop, photograph: bytes
) -> None:
    """No verdict covers them, so that a policy that demands trust would carry anything."""
    credentials(newsroom, "trusted")
    parent, stray = camera.sign(photograph), Workshop().sign(photograph)
    both = made_store(*(box(b"jumb", bytes(manifests(one)[0].payload)) for one in (stray, parent)))
    store = newsroom.sign(
        photograph, opened(), ingredients=[Ingredient("parentOf", manifest_store=both)]
    )
    assert [one.label for one in manifests(store)][:-1] == [manifests(parent)[0].label]
    require_trusted(photograph, store, roots(newsroom, camera))
