"""Regions of interest and metadata: what actions may say about parts of an asset and themselves."""

from __future__ import annotations

from typing import Any

import pytest

from edge_signer.signing.errors import InvalidAssertionError
from edge_signer.signing.rules.assertions import manifest_assertions
from edge_signer.signing.rules.policy_directory import shipped_policies

IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
CREATED = {"action": "c2pa.created", "digitalSourceType": IPTC + "digitalCapture"}
ORIGIN = {"x": 1.5, "y": 2.0}
RECTANGLE = {"type": "rectangle", "unit": "pixel", "origin": ORIGIN, "width": 3.0, "height": 4.0}


def content(said: dict[str, Any]) -> dict[str, Any]:
    policy = shipped_policies()["newsroom-default-v3"]
    (made,) = manifest_assertions({"c2pa.actions": said}, policy)
    return dict(made.content)


def changed(*ranges: Any, **more: Any) -> dict[str, Any]:
    return {"actions": [{**CREATED, "changes": [{"region": [*ranges], **more}]}]}


def shaped(**shape: Any) -> dict[str, Any]:
    return changed({"type": "spatial", "shape": {**RECTANGLE, **shape}})


def told(**metadata: Any) -> dict[str, Any]:
    return {"actions": [CREATED], "metadata": metadata}


def test_integers_in_a_shape_become_floats() -> None:
    said = shaped(origin={"x": 10, "y": -3}, width=200, height=0)
    shape = content(said)["actions"][0]["changes"][0]["region"][0]["shape"]
    numbers = [*shape["origin"].values(), shape["width"], shape["height"]]
    assert [repr(one) for one in numbers] == ["10.0", "-3.0", "200.0", "0.0"]


def test_a_region_and_metadata_are_signed_as_said() -> None:
    region = {
        "region": [
            {"type": "spatial", "shape": {**RECTANGLE, "inside": False}},
            {"type": "temporal", "time": {"type": "npt", "start": "0", "end": "1:02:03.5"}},
            {"type": "frame", "frame": {"start": 0, "end": 2**31 - 1}},
        ],
        "name": "logo",
    }
    metadata = {
        "dateTime": "2026-01-31T12:00:00.5+01:00",
        "reviewRatings": [{"value": 1, "explanation": "filter", "code": "com.example.filter"}],
        "dataSource": {"type": "humanEntry", "details": "desk"},
        "localizations": [{"actions[0].description": {"de-CH": "Bild", "en": "picture"}}],
        "regionOfInterest": region,
    }
    said = {"actions": [{**CREATED, "changes": [region]}], "metadata": metadata}
    assert content(said) == {**said, "allActionsIncluded": False}


SPATIAL = {"type": "spatial", "shape": RECTANGLE}
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no range": (changed(), "changes[0].region must not be empty"),
    "a range without its field": (
        changed({"type": "spatial"}),
        "changes[0].region[0] must have shape and no other range, because it is spatial",
    ),
    "a range with another's field": (
        changed({"type": "identified", "shape": RECTANGLE}),
        "region[0] must have item and no other range, because it is identified",
    ),
    "two ranges in one": (
        changed({**SPATIAL, "frame": {}}),
        "region[0] must have shape and no other range",
    ),
    "a range of no type": (changed({"type": "time"}), "region[0].type must be 'spatial', "),
    "a shape of no type": (shaped(type="square"), "shape.type must be 'rectangle', "),
    "a rectangle without a height": (shaped(height=None), "shape must have height, because it is"),
    "a polygon without vertices": (shaped(type="polygon"), "shape must have vertices, because"),
    "a length below nothing": (shaped(width=-1), "shape.width must be greater than or equal to 0"),
    "a truth as a number": (shaped(width=True), "shape.width must be a valid number"),
    "an integer that is no float": (shaped(origin={"x": 2**60 + 1, "y": 0}), "shape.origin.x must"),
    "a unit of its own": (shaped(unit="inch"), "shape.unit must be 'pixel' or 'percent'"),
    "a frame before the first": (
        changed({"type": "frame", "frame": {"start": -1}}),
        "frame.start must be greater than or equal to 0",
    ),
    "a frame that c2pa-rs cannot count": (
        changed({"type": "frame", "frame": {"end": 2**31}}),
        "frame.end must be less than 2147483648",
    ),
    "wall-clock time": (
        changed({"type": "temporal", "time": {"type": "wallClock"}}),
        "time.type must be 'npt'",
    ),
    "a time that is none": (
        changed({"type": "temporal", "time": {"start": "1:60"}}),
        "time.start must be a normal play time, such as 12.5 or 1:02:12.5",
    ),
    "a text without selectors": (
        changed({"type": "textual", "text": {"selectors": []}}),
        "text.selectors must not be empty",
    ),
    "an item's number as a number": (
        changed({"type": "identified", "item": {"identifier": "track_id", "value": 2}}),
        "item.value must be a text",
    ),
    "a deprecated role": (
        changed(SPATIAL, role="c2pa.cropped"),
        "changes[0].role is not a supported field",
    ),
    "a date in words": (told(dateTime="today"), "metadata.dateTime must be a date and time"),
    "a rating beyond the best": (
        told(reviewRatings=[{"value": 6, "explanation": "x"}]),
        "metadata.reviewRatings[0].value must be less than or equal to 5",
    ),
    "a rating without an explanation": (
        told(reviewRatings=[{"value": 1}]),
        "metadata.reviewRatings[0].explanation is required",
    ),
    "a deprecated code": (
        told(reviewRatings=[{"value": 1, "explanation": "x", "code": "stds.iptc.x"}]),
        "metadata.reviewRatings[0].code must be a code of the standard",
    ),
    "a deprecated source": (
        told(dataSource={"type": "humanEntry.anonymous"}),
        "metadata.dataSource.type must be a source of the standard",
    ),
    "a translation into no language": (
        told(localizations=[{"actions[0].description": {"!": "x"}}]),
        "must be a language tag, such as en or pt-BR",
    ),
    "a reference": (told(reference={"url": "x"}), "metadata.reference is not a supported field"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_engines_or_people_cannot_read_is_refused_with_its_path(case: str) -> None:
    said, message = REFUSED[case]
    with pytest.raises(InvalidAssertionError) as refused:
        content(said)
    assert message in refused.value.message
