"""The asset rubric's twelve checks of actions; `test_asset_rubric.py` says where they are from."""

from __future__ import annotations

from typing import Any

from edge_signer.signing.rules.action_model import STANDARD_ACTIONS
from tests.conformance.rubrics.conftest import Spoiler
from tests.judges.crjson import Credentials

IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
CREATED = {"action": "c2pa.created", "digitalSourceType": IPTC + "digitalCapture"}
OPENED = {"action": "c2pa.opened"}
INCEPTION = {"c2pa.created", "c2pa.opened"}


def standard(names: str) -> set[str]:
    return {f"c2pa.{name}" for name in names.split()}


IMPERCEPTIBLE = standard(
    "converted edited.metadata enhanced published redacted repackaged resized.proportional "
    "transcoded watermarked watermarked.bound watermarked.unbound"
)
#: Perceptible, but they may do without a source type: that is the ingredient's affair.
EXEMPT = standard("placed")
KNOWN = (
    standard(
        "addedText adjustedColor changedSpeed color_adjustments cropped deleted drawing dubbed "
        "edited filtered mastered mixed orientation remixed removed resized translated trimmed "
        "unknown"
    )
    | INCEPTION
    | IMPERCEPTIBLE
    | EXEMPT
)
DEPRECATED = standard(
    "color_adjustments copied formatted managed printed produced saved version_updated watermarked"
)
_PARAMETERS = (
    "description ingredient ingredients italic multipleInstances optical-size ranges redacted "
    "relatedAssertions slant sourceLanguage targetLanguage weight width"
)
PARAMETERS = set(_PARAMETERS.split())


def history(*actions: dict[str, Any], **fields: Any) -> dict[str, Any]:
    content = {"actions": list(actions), "allActionsIncluded": False, **fields}
    return {"c2pa.actions.v2": content}


def test_the_history_begins_with_how_the_asset_came_to_be(
    signed: Credentials, spoilt: Spoiler
) -> None:
    """inception_action_position. Red when: the asset is published before it is created."""

    def begins_well(one: Credentials) -> bool:
        created = (reference["url"] for reference in one.claim["created_assertions"])
        first = next((url for url in created if "c2pa.actions" in url), "")
        return first.endswith("/c2pa.actions.v2") and one.action_names[0] in INCEPTION

    assert begins_well(signed)
    assert not begins_well(spoilt(assertions=history({"action": "c2pa.published"}, CREATED)))


def test_creation_says_what_the_source_was(signed: Credentials, spoilt: Spoiler) -> None:
    """mandatory_dst_for_created_action. Red when: `c2pa.created` has lost its source type."""

    def sourceless(one: Credentials) -> list[dict[str, Any]]:
        created = [action for action in one.actions if action["action"] == "c2pa.created"]
        return [action for action in created if "digitalSourceType" not in action]

    assert sourceless(signed) == []
    bare = {"action": "c2pa.created"}
    assert sourceless(spoilt(assertions=history(bare))) == [bare]


def test_a_change_that_can_be_perceived_says_what_its_source_was(
    signed: Credentials, spoilt: Spoiler
) -> None:
    """mandatory_dst_for_perceptible_transformations. Red when: `c2pa.cropped` has none."""

    def sourceless(one: Credentials) -> list[str]:
        names = [action["action"] for action in one.actions if "digitalSourceType" not in action]
        may_lack_it = INCEPTION | IMPERCEPTIBLE | EXEMPT
        return [name for name in names if name.startswith("c2pa.") and name not in may_lack_it]

    assert sourceless(signed) == []
    assert sourceless(spoilt(assertions=history(CREATED, {"action": "c2pa.cropped"}))) == [
        "c2pa.cropped"
    ]


def test_opening_leaves_the_source_to_the_ingredient(signed: Credentials, spoilt: Spoiler) -> None:
    """no_dst_for_opened_action. Red when: `c2pa.opened` has a digitalSourceType."""

    def sources(one: Credentials) -> list[str]:
        opened = [action for action in one.actions if action["action"] == "c2pa.opened"]
        return [action["digitalSourceType"] for action in opened if "digitalSourceType" in action]

    assert sources(signed) == []
    source = {"digitalSourceType": IPTC + "print"}
    assert sources(spoilt(assertions=history({**OPENED, **source}))) == [IPTC + "print"]


def test_opening_names_the_one_ingredient_that_was_opened(
    signed: Credentials, spoilt: Spoiler
) -> None:
    """opened_action_ingredient_reference. Red when: `c2pa.opened` names no ingredient, or two."""

    def unclear(one: Credentials) -> list[list[Any]]:
        opened = [action for action in one.actions if action["action"] == "c2pa.opened"]
        named = [action.get("parameters", {}).get("ingredients", []) for action in opened]
        return [ingredients for ingredients in named if len(ingredients) != 1]

    assert unclear(signed) == []
    assert unclear(spoilt(assertions=history(OPENED))) == [[]]
    reference = {"url": "self#jumbf=c2pa.assertions/c2pa.ingredient.v3", "hash": bytes(32)}
    two = {**OPENED, "parameters": {"ingredients": [reference, reference]}}
    ((first, second),) = unclear(spoilt(assertions=history(two)))
    assert first == second


def test_opening_and_nothing_else_is_all_that_happened(
    signed: Credentials, spoilt: Spoiler
) -> None:
    """all_actions_included_opened. Red when: a lone `c2pa.opened` is not said to be all."""

    def doubtful(one: Credentials) -> bool:
        included = one.assertions["c2pa.actions.v2"].get("allActionsIncluded")
        return one.action_names == ["c2pa.opened"] and included is not True

    assert not doubtful(signed)
    assert doubtful(spoilt(assertions=history(OPENED)))


def test_it_is_said_whether_these_are_all_the_actions(signed: Credentials, spoilt: Spoiler) -> None:
    """mandatory_all_actions_included. Red when: the assertion has no allActionsIncluded."""

    def silent(one: Credentials) -> list[str]:
        return [
            label
            for label, content in one.assertions.items()
            if "actions" in content and content.get("allActionsIncluded") is None
        ]

    assert "allActionsIncluded" in signed.assertions["c2pa.actions.v2"]
    assert silent(signed) == []
    unsaid = {"c2pa.actions.v2": {"actions": [CREATED]}}
    assert silent(spoilt(assertions=unsaid)) == ["c2pa.actions.v2"]


def test_no_action_is_deprecated(signed: Credentials, spoilt: Spoiler) -> None:
    """no_deprecated_actions. Red when: the history has `c2pa.saved`, or `c2pa.watermarked`."""

    def deprecated(one: Credentials) -> list[str]:
        return [name for name in one.action_names if name in DEPRECATED]

    assert deprecated(signed) == []
    for name in ("c2pa.saved", "c2pa.watermarked"):
        assert deprecated(spoilt(assertions=history(CREATED, {"action": name}))) == [name]


def test_every_action_of_the_standard_is_one_of_its_actions(
    signed: Credentials, spoilt: Spoiler
) -> None:
    """no_unsupported_actions. Red when: the history has `c2pa.color_graded`."""

    def unknown(one: Credentials) -> list[str]:
        standards = [name for name in one.action_names if name.startswith("c2pa.")]
        return [name for name in standards if name not in KNOWN]

    assert unknown(signed) == []
    invented = {"action": "c2pa.color_graded"}
    assert unknown(spoilt(assertions=history(CREATED, invented))) == ["c2pa.color_graded"]


def test_every_other_action_says_whose_it_is(signed: Credentials, spoilt: Spoiler) -> None:
    """no_unrecognized_custom_actions. Red when: an action has no dot, `stacked`."""

    def nobodys(one: Credentials) -> list[str]:
        return [name for name in one.action_names if "." not in name]

    assert nobodys(signed) == []
    assert nobodys(spoilt(assertions=history(CREATED, {"action": "stacked"}))) == ["stacked"]


def test_every_parameter_is_the_standards_or_says_whose_it_is(
    signed: Credentials, spoilt: Spoiler
) -> None:
    """no_unrecognized_custom_action_parameters. Red when: a parameter has no dot, `frames`."""

    def nobodys(one: Credentials) -> list[str]:
        names = [name for action in one.actions for name in action.get("parameters", {})]
        return [name for name in names if "." not in name and name not in PARAMETERS]

    assert nobodys(signed) == []
    action = {**CREATED, "parameters": {"frames": 3}}
    assert nobodys(spoilt(assertions=history(action))) == ["frames"]


def test_no_parameter_stands_where_version_one_had_it(signed: Credentials, spoilt: Spoiler) -> None:
    """discouraged_legacy_action_parameters. Red when: a description is among the parameters.

    The programme warns of these and does not fail them.
    """

    def old_places(one: Credentials) -> list[str]:
        names = [name for action in one.actions for name in action.get("parameters", {})]
        return [name for name in names if name in {"description", "ingredient"}]

    assert old_places(signed) == []
    action = {**CREATED, "parameters": {"description": "at dawn"}}
    assert old_places(spoilt(assertions=history(action))) == ["description"]


def test_of_the_standards_actions_all_but_two_are_made() -> None:
    """The rubric's list beside the signer's. Red when: the signer forgets `c2pa.mastered`."""
    not_made = standard("removed watermarked.bound")
    assert KNOWN - DEPRECATED - not_made == STANDARD_ACTIONS
