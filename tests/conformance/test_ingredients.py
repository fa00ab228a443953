"""Manifests with ingredients: foreign engines trust them, and they claim what was checked."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import c2pa
import pytest

from edge_signer.signing.errors import (
    InvalidAssertionError,
    InvalidIngredientError,
    PolicyViolationError,
)
from edge_signer.signing.ingredients import planner
from edge_signer.signing.ingredients.ingredient import Ingredient, Thumbnail
from edge_signer.signing.ingredients.planner import IngredientPlanner
from edge_signer.signing.manifest.cbor_reader import read_cbor
from edge_signer.signing.rules.policy import SigningPolicy
from edge_signer.signing.rules.redactions import Redaction
from edge_signer.verification.store_reader import Box, read_store
from edge_signer.verification.trust import TrustLists
from tests.judges.engines import JUDGES, c2pa_rs
from tests.judges.verifying import trusting, verified
from tests.media.sample_assets import SAMPLE_ASSETS
from tests.signers.embedding import embedded
from tests.signers.foreign_credentials import Parent, signed_by_c2pa_rs
from tests.signers.software_signer import Workshop

POLICY = "newsroom-default-v3"
NOTE = {"org.example.note": {"note": "harbour"}}


@pytest.fixture
def camera() -> Workshop:
    """Somebody else's signer."""
    return Workshop(name="Camera")


@pytest.fixture
def newsroom(camera: Workshop) -> Workshop:
    """Our signer, which trusts the camera's."""
    found = Workshop()
    found.trust = trusting(found.ca.anchors_pem() + camera.ca.anchors_pem())
    return found


def opened(*more: Mapping[str, Any]) -> dict[str, Any]:
    return {"c2pa.actions.v2": [{"action": "opened"}, *more]}


def roots(*workshops: Workshop) -> str:
    return "".join(one.ca.anchors_pem() for one in workshops)


def manifests(store: bytes) -> list[Box]:
    read = read_store(store).box
    assert read
    return [*read.children]


def assertion(store: bytes, label: str, manifest: int = -1) -> Any:
    for part in manifests(store)[manifest].children:
        for one in part.children:
            if one.label == label:
                return read_cbor(one.content("cbor"))
    raise KeyError(label)


def require_trusted(
    asset: bytes, store: bytes | None, anchors_pem: str, media_type: str = "image/jpeg"
) -> None:
    for judge in JUDGES:
        verdict = judge(asset, media_type, store, anchors_pem)
        assert verdict.trusted, (judge.__name__, verdict.state, verdict.failures)


def recorded(store: bytes, label: str = "c2pa.ingredient.v3") -> dict[str, set[str]]:
    active = assertion(store, label)["validationResults"]["activeManifest"]
    return {kind: {one["code"] for one in listed} for kind, listed in active.items()}


def policy(workshop: Workshop, **changes: Any) -> SigningPolicy:
    changed = workshop.policies[POLICY].model_copy(update=changes)
    workshop.policies[POLICY] = changed
    return changed


def credentials(workshop: Workshop, level: str) -> None:
    ingredients = workshop.policies[POLICY].ingredients
    assert ingredients
    policy(workshop, ingredients=ingredients.model_copy(update={"credentials": level}))


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
            if one["title" if "title" in one else "relationship"] and "thumbnail" in one
        ]
        for uri in thumbnails:
            written = io.BytesIO()
            reader.resource_to_stream(uri, written)
            assert written.getvalue() == drawing
    assert thumbnails
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


def test_too_many_bytes_of_manifests_are_refused(
    newsroom: Workshop, camera: Workshop, photograph: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    stores = [signed_by_c2pa_rs(camera, photograph).store for _ in range(2)]
    monkeypatch.setattr(planner, "MAX_INGREDIENT_BYTES", len(stores[0]) * 3 // 2)
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


def test_opened_without_a_parent_says_what_to_do(newsroom: Workshop, photograph: bytes) -> None:
    with pytest.raises(InvalidAssertionError, match=r"send it in ingredients"):
        newsroom.sign(photograph, opened())


def redactions(*uris: str) -> Sequence[Redaction]:
    return [Redaction(one, "c2pa.PII.present") for one in uris]


def exif(store: bytes, manifest: int = -1) -> str:
    return f"self#jumbf=/c2pa/{manifests(store)[manifest].label}/c2pa.assertions/c2pa.metadata"


METADATA = {
    "c2pa.metadata": {
        "@context": {"exif": "http://ns.adobe.com/exif/1.0/"},
        "exif:GPSLatitude": "39,21.102N",
    }
}


@pytest.mark.parametrize("manifest", [0, 1])
def test_a_redacted_assertion_is_gone_and_the_chain_holds(
    newsroom: Workshop, photograph: bytes, manifest: int
) -> None:
    created = {
        "action": "created",
        "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture",
    }
    first = newsroom.sign(photograph, {"c2pa.actions.v2": [created], **METADATA})
    second = newsroom.sign(
        photograph,
        {**opened(), **METADATA},
        ingredients=[Ingredient("parentOf", manifest_store=first)],
    )
    store = newsroom.sign(
        photograph,
        opened(),
        ingredients=[Ingredient("parentOf", manifest_store=second)],
        redactions=redactions(exif(second, manifest)),
    )
    assert store.count(b"39,21.102N") == 1
    assert read_cbor(_claim(store))["redacted_assertions"] == [exif(second, manifest)]
    assert assertion(store, "c2pa.actions.v2")["actions"][-1] == {
        "action": "c2pa.redacted",
        "reason": "c2pa.PII.present",
        "parameters": {"redacted": exif(second, manifest)},
    }
    # encypher-c2pa does not find what a c2pa.redacted action names, c2pa-rs's own not either.
    assert c2pa_rs(photograph, "image/jpeg", store, roots(newsroom)).trusted
    report = verified(photograph, newsroom.trust, store)
    assert report.trusted
    assert report.manifest.redactions == (exif(second, manifest),)


def test_what_is_not_there_cannot_be_redacted(
    newsroom: Workshop, camera: Workshop, photograph: bytes
) -> None:
    parent = signed_by_c2pa_rs(camera, photograph).store
    with pytest.raises(InvalidIngredientError, match=r"^redactions\[0\].uri"):
        newsroom.sign(
            photograph,
            opened(),
            ingredients=[Ingredient("parentOf", manifest_store=parent)],
            redactions=redactions(exif(parent)),
        )


def test_an_update_manifest_has_no_binding_of_its_own(
    newsroom: Workshop, photograph: bytes
) -> None:
    first = newsroom.sign(photograph)
    store = newsroom.sign(
        photograph,
        opened({"action": "published"}),
        ingredients=[Ingredient("parentOf", manifest_store=first)],
        is_update=True,
    )
    assert manifests(store)[-1].kind == "c2um"
    (assertions,) = (one for one in manifests(store)[-1].children if one.kind == "c2as")
    assert {one.label for one in assertions.children} == {"c2pa.ingredient.v3", "c2pa.actions.v2"}
    require_trusted(photograph, store, roots(newsroom))
    other = photograph[:-2] + b"\xff\xfe\x00\x03!\xff\xd9"
    assert not c2pa_rs(other, "image/jpeg", store, roots(newsroom)).trusted


def test_an_update_of_another_file_is_refused(newsroom: Workshop, photograph: bytes) -> None:
    first = newsroom.sign(photograph)
    kept = len(newsroom.store.kept)
    with pytest.raises(InvalidIngredientError, match=r"dataHash.mismatch"):
        newsroom.sign(
            photograph + b"!",
            opened(),
            ingredients=[Ingredient("parentOf", manifest_store=first)],
            is_update=True,
        )
    assert len(newsroom.store.kept) == kept


def test_an_update_with_an_action_that_changes_pixels_is_refused(
    newsroom: Workshop, photograph: bytes
) -> None:
    first = newsroom.sign(photograph)
    with pytest.raises(InvalidIngredientError, match=r"manifest.update.invalid"):
        newsroom.sign(
            photograph,
            opened(
                {
                    "action": "cropped",
                    "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/"
                    "humanEdits",
                }
            ),
            ingredients=[Ingredient("parentOf", manifest_store=first)],
            is_update=True,
        )


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


def test_expired_credentials_are_recorded_as_such(
    newsroom: Workshop, camera: Workshop, photograph: bytes
) -> None:
    parent = signed_by_c2pa_rs(camera, photograph).store
    later = datetime.now(UTC).replace(year=datetime.now(UTC).year + 5)
    newsroom.planner = IngredientPlanner(
        lambda _tenant, one, _where: one.manifest_store, lambda: newsroom.trust, lambda: later
    )
    store = newsroom.sign(
        photograph, opened(), ingredients=[Ingredient("parentOf", manifest_store=parent)]
    )
    assert "claimSignature.outsideValidity" in recorded(store)["failure"]
    require_trusted(photograph, store, roots(newsroom, camera))


def test_without_trust_lists_a_parents_signer_is_unknown(
    newsroom: Workshop, camera: Workshop, photograph: bytes
) -> None:
    newsroom.trust = TrustLists(())
    parent = signed_by_c2pa_rs(camera, photograph).store
    store = newsroom.sign(
        photograph, opened(), ingredients=[Ingredient("parentOf", manifest_store=parent)]
    )
    assert recorded(store)["failure"] == {"signingCredential.untrusted"}


def _claim(store: bytes) -> bytes:
    (claim,) = (one for one in manifests(store)[-1].children if one.kind == "c2cl")
    return claim.content("cbor")


def test_the_digest_of_the_asset_is_bound(
    newsroom: Workshop, camera: Workshop, photograph: bytes
) -> None:
    parent = signed_by_c2pa_rs(camera, photograph, parents=[Parent(photograph)]).store
    store = newsroom.sign(
        photograph, opened(), ingredients=[Ingredient("parentOf", manifest_store=parent)]
    )
    assert assertion(store, "c2pa.hash.data")["hash"] == hashlib.sha256(photograph).digest()
