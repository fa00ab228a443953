"""The asset rubric's seven checks of ingredients, reviews and what is kept elsewhere.

`test_asset_rubric.py` says where they are from. Of such assertions, this signer makes those about
ingredients. The rubric knows them by their fields, whatever the label; c2pa-rs reads no store whose
ingredient has a foreign relationship, or a manifest that is not there. Those are spoilt under a
client's own label.
"""

from __future__ import annotations

from typing import Any

from tests.conformance.rubrics.conftest import Spoiler
from tests.conformance.rubrics.signed_requests import WITH_INGREDIENTS
from tests.judges.crjson import Credentials, read_credentials
from tests.signers.software_signer import Workshop

PARENT = {"dc:title": "the original", "relationship": "parentOf"}
WITH_MANIFEST = {**PARENT, "activeManifest": {"url": "self#jumbf=/c2pa/x", "hash": bytes(32)}}
RESULTS: dict[str, Any] = {"activeManifest": {"success": [], "informational": [], "failure": []}}
PRESERVED = {"type": "exif.originalPreservationImage"}


def ingredients(one: Credentials) -> list[dict[str, Any]]:
    return [content for content in one.assertions.values() if "relationship" in content]


def test_the_checks_see_every_kind_of_ingredient(drawing: bytes, workshop: Workshop) -> None:
    """None of the programme's. Red when: the checks hold because there is nothing to check."""
    stores = [workshop.sign(drawing, **one(workshop, drawing)) for one in WITH_INGREDIENTS.values()]
    anchors_pem = workshop.ca.anchors_pem()
    read = [read_credentials(drawing, "image/png", one, anchors_pem) for one in stores]
    seen = [content for one in read for content in ingredients(one)]
    assert {one["relationship"] for one in seen} == {"parentOf", "componentOf", "inputTo"}
    assert {"activeManifest" in one for one in seen} == {True, False}
    assert {"thumbnail" in one for one in seen} == {True, False}
    results = [
        one["validationResults"]["activeManifest"] for one in seen if "activeManifest" in one
    ]
    assert {bool(one["failure"]) for one in results} == {True, False}
    assert {bool(one.claim["redacted_assertions"]) for one in read} == {True, False}
    assert {one.is_update for one in read} == {True, False}
    assert any("c2pa.thumbnail.claim" in one.assertions for one in read)


def test_an_ingredient_is_a_parent_an_input_or_a_component(
    signed: Credentials, spoilt: Spoiler
) -> None:
    """ingredient_relationship_values. Red when: the relationship is `friendOf`."""

    def foreign(one: Credentials) -> list[str]:
        said = [str(content["relationship"]) for content in ingredients(one)]
        return [name for name in said if name not in {"parentOf", "inputTo", "componentOf"}]

    assert foreign(signed) == []
    friend = {**PARENT, "relationship": "friendOf"}
    assert foreign(spoilt(assertions={"com.example.ingredient": friend})) == ["friendOf"]


def test_an_ingredient_without_a_manifest_was_not_validated(
    signed: Credentials, spoilt: Spoiler
) -> None:
    """ingredient_v3_no_active_manifest. Red when: there are results and no manifest."""

    def baseless(one: Credentials) -> int:
        return sum(
            "validationResults" in content and "activeManifest" not in content
            for content in ingredients(one)
        )

    assert baseless(signed) == 0
    validated = {**PARENT, "validationResults": RESULTS}
    assert baseless(spoilt(assertions={"com.example.ingredient": validated})) == 1


def test_an_ingredient_with_a_manifest_was_validated(signed: Credentials, spoilt: Spoiler) -> None:
    """ingredient_v3_mandatory_validation_results. Red when: there is a manifest and no results."""

    def unchecked(one: Credentials) -> int:
        return sum(
            "activeManifest" in content and "validationResults" not in content
            for content in ingredients(one)
        )

    assert unchecked(signed) == 0
    assert unchecked(spoilt(assertions={"com.example.ingredient": WITH_MANIFEST})) == 1


def test_an_ingredient_has_a_manifest_or_a_source_type(
    signed: Credentials, spoilt: Spoiler
) -> None:
    """ingredient_v3_choice. Red when: one has both."""

    def undecided(one: Credentials) -> int:
        return sum(
            {"activeManifest", "digitalSourceType"} <= set(content) for content in ingredients(one)
        )

    assert undecided(signed) == 0
    both = {**WITH_MANIFEST, "validationResults": RESULTS, "digitalSourceType": "x"}
    assert undecided(spoilt(assertions={"com.example.ingredient": both})) == 1


def test_what_a_human_entered_has_no_review_ratings(signed: Credentials, spoilt: Spoiler) -> None:
    """review_ratings_datasource. Red when: the source of rated metadata is an anonymous human."""

    def rated(one: Credentials) -> list[str]:
        return [
            label
            for label, content in one.assertions.items()
            if "reviewRatings" in content
            and content.get("dataSource", {}).get("type")
            in {"humanEntry.anonymous", "humanEntry.credentialed"}
        ]

    assert rated(signed) == []
    rating = {
        "reviewRatings": [{"value": 1, "explanation": "doubtful"}],
        "dataSource": {"type": "humanEntry.anonymous"},
    }
    label = "c2pa.assertion.metadata"
    assert rated(spoilt(assertions={label: rating})) == [label]


def test_a_preserved_original_is_a_part_or_embedded(signed: Credentials, spoilt: Spoiler) -> None:
    """alternative_content_representation_choice. Red when: it is neither, or both."""

    def undecided(one: Credentials) -> list[str]:
        places = {"multiAssetPartIndex", "embeddedOriginalPreservationImage"}
        found = [
            (label, content.get("parameters", {}))
            for label, content in one.assertions.items()
            if PRESERVED["type"] in (content.get("type"), content.get("parameters", {}).get("type"))
        ]
        return [label for label, parameters in found if len(places & set(parameters)) != 1]

    assert undecided(signed) == []
    label = "c2pa.alternative-content-representation"
    both = {"multiAssetPartIndex": 1, "embeddedOriginalPreservationImage": "x"}
    for parameters in ({}, both):
        content = {**PRESERVED, "parameters": parameters}
        assert undecided(spoilt(assertions={label: content})) == [label]


def test_nothing_that_must_be_at_hand_is_kept_elsewhere(
    signed: Credentials, spoilt: Spoiler
) -> None:
    """forbidden_labels_in_external_references. Red when: one stands for a hash or the actions."""

    def elsewhere(one: Credentials) -> list[str]:
        references = [
            str(content["label"])
            for content in one.assertions.values()
            if {"label", "url"} <= set(content) and "relationship" not in content
        ]
        at_hand = {"c2pa.actions", "c2pa.actions.v2", "c2pa.cloud-data", "c2pa.external-reference"}
        return [
            label
            for label in references
            if label in at_hand or label.startswith(("c2pa.hash", "c2pa.ingredient"))
        ]

    assert elsewhere(signed) == []
    for label in ("c2pa.hash.data", "c2pa.actions.v2"):
        reference = {"label": label, "url": "https://example.com", "hash": b"1"}
        assert elsewhere(spoilt(assertions={"c2pa.external-reference": reference})) == [label]
