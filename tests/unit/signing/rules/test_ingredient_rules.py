"""Actions and the ingredients that they name, by the identifiers of a request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from edge_signer.signing.errors import InvalidAssertionError, PolicyViolationError
from edge_signer.signing.rules.assertions import manifest_assertions
from edge_signer.signing.rules.ingredient_rules import NamedIngredient
from edge_signer.signing.rules.policy import AllowedIngredients, SigningPolicy
from edge_signer.signing.rules.policy_directory import shipped_policies

IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
CREATED = {"action": "created", "digitalSourceType": IPTC + "compositeCapture"}
OPENED = {"action": "opened"}
CROPPED = {"action": "cropped", "digitalSourceType": IPTC + "humanEdits"}
PARENT = NamedIngredient("original", "parentOf")
LOGO = NamedIngredient("logo", "componentOf")
MUSIC = NamedIngredient("music", "componentOf")
PROMPT = NamedIngredient("prompt", "inputTo")
NEWSROOM = shipped_policies()["newsroom-default-v3"]


def naming(name: str, *ids: str, **more: Any) -> dict[str, Any]:
    return {"action": name, **more, "parameters": {"ingredientIds": [*ids]}}


def signed_actions(
    said: Any, ingredients: Sequence[NamedIngredient], policy: SigningPolicy = NEWSROOM
) -> list[dict[str, Any]]:
    (made,) = manifest_assertions({"c2pa.actions": said}, policy, ingredients)
    actions: list[dict[str, Any]] = made.content["actions"]
    return actions


def indexes(action: dict[str, Any]) -> Any:
    return action.get("parameters", {}).get("ingredients")


def test_an_opened_asset_names_its_parent_even_if_the_client_does_not() -> None:
    nameless = NamedIngredient(None, "parentOf")
    opened, cropped = signed_actions([OPENED, CROPPED], [PROMPT, nameless])
    assert opened == {"action": "c2pa.opened", "parameters": {"ingredients": [1]}}
    assert indexes(cropped) is None


def test_identifiers_become_indexes_in_the_order_of_the_action() -> None:
    opened, placed, mixed, own = signed_actions(
        [
            naming("opened", "original"),
            naming("placed", "logo", "music"),
            naming("mixed", "music", "original", digitalSourceType=IPTC + "composite"),
            {
                "action": "com.example.stacked",
                "parameters": {"com.example.n": None, "ingredientIds": ["prompt"]},
            },
        ],
        [MUSIC, PARENT, LOGO, PROMPT],
    )
    assert [indexes(one) for one in (opened, placed, mixed, own)] == [[1], [2, 0], [0, 1], [3]]
    assert own["parameters"] == {"com.example.n": None, "ingredients": [3]}


def test_an_input_may_be_named_by_a_creation_or_by_nothing() -> None:
    (created,) = signed_actions([{"action": "created", **_source()}], [PROMPT])
    assert indexes(created) is None
    (created,) = signed_actions([naming("created", "prompt", **_source())], [PROMPT])
    assert indexes(created) == [0]


def _source() -> dict[str, str]:
    return {"digitalSourceType": IPTC + "trainedAlgorithmicMedia"}


def test_a_transcoded_asset_may_name_its_parent() -> None:
    _, transcoded, repackaged = signed_actions(
        [OPENED, naming("transcoded", "original"), {"action": "repackaged"}], [PARENT]
    )
    assert (indexes(transcoded), indexes(repackaged)) == ([0], None)


def test_an_asset_that_was_only_opened_says_that_this_is_all() -> None:
    said = {"actions": [OPENED], "allActionsIncluded": True}
    assert [indexes(one) for one in signed_actions(said, [PARENT])] == [[0]]


REFUSED: dict[str, tuple[Any, list[NamedIngredient], str]] = {
    "a parent of a created asset": (
        [CREATED],
        [PROMPT, PARENT],
        "assertions.c2pa.actions must begin with c2pa.opened, because ingredients[1] is parentOf",
    ),
    "an opened asset without a parent": (
        {"actions": [OPENED, CROPPED]},
        [PROMPT],
        "assertions.c2pa.actions.actions[0] is c2pa.opened, which needs an ingredient that is "
        "parentOf: send it in ingredients, or begin with c2pa.created",
    ),
    "two parents": (
        [OPENED, CROPPED],
        [PARENT, NamedIngredient("other", "parentOf")],
        "ingredients[1] is the second that is parentOf",
    ),
    "an opened component": (
        [naming("opened", "logo"), naming("placed", "logo")],
        [PARENT, LOGO],
        "c2pa.actions[0] is c2pa.opened, which names only ingredients that are parentOf, but logo "
        "is componentOf",
    ),
    "a placed input": (
        [CREATED, naming("placed", "prompt")],
        [PROMPT],
        "[1] is c2pa.placed, which names only ingredients that are componentOf, but prompt is",
    ),
    "a transcoded component": (
        [OPENED, naming("placed", "logo"), naming("transcoded", "logo")],
        [PARENT, LOGO],
        "[2] is c2pa.transcoded, which names only ingredients that are parentOf",
    ),
    "something placed": (
        [CREATED, {"action": "placed"}],
        [],
        "[1] is c2pa.placed, which needs parameters.ingredientIds",
    ),
    "a mix of nothing": (
        [CREATED, {"action": "mixed", "digitalSourceType": IPTC + "composite"}],
        [],
        "[1] is c2pa.mixed, which needs ingredients",
    ),
    "a component that was not placed": (
        [CREATED, naming("edited", "logo", digitalSourceType=IPTC + "humanEdits")],
        [LOGO],
        "c2pa.actions must have a c2pa.placed that names ingredients[0], because that is "
        'componentOf: {"action": "placed", "parameters": {"ingredientIds": ["logo"]}}',
    ),
    "a component without an id": (
        [CREATED],
        [NamedIngredient(None, "componentOf")],
        '{"ingredientIds": ["<an id for it>"]}',
    ),
    "an unknown id": (
        [CREATED, naming("placed", "logoo", "music")],
        [MUSIC, LOGO],
        "[1].parameters.ingredientIds[0] is logoo, which is the id of no ingredient: the ids are "
        "logo, music",
    ),
    "an id where there is none": (
        [naming("opened", "original"), CROPPED],
        [NamedIngredient(None, "parentOf")],
        "ingredientIds[0] is original, which is the id of no ingredient: none has an id",
    ),
    "an id twice": (
        [CREATED, naming("placed", "logo", "logo")],
        [LOGO],
        "[1].parameters.ingredientIds[1] is logo again; name it once",
    ),
    "no ids": ([naming("opened"), CROPPED], [PARENT], "ingredientIds must not be empty"),
    "an id that is no text": (
        [{**OPENED, "parameters": {"ingredientIds": [0]}}, CROPPED],
        [PARENT],
        "ingredientIds[0] must be a text",
    ),
    "ids in a template": (
        {
            "actions": [OPENED, CROPPED],
            "templates": [{"action": "*", "templateParameters": {"ingredientIds": ["original"]}}],
        },
        [PARENT],
        "templates[0].templateParameters must have names of the standard",
    ),
    "an asset that was only opened, and perhaps more": (
        [OPENED],
        [PARENT],
        "assertions.c2pa.actions are c2pa.opened alone: add what was done then, or say that "
        'nothing was, with {"actions": […], "allActionsIncluded": true}',
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_actions_that_do_not_fit_the_ingredients_are_refused_with_a_remedy(case: str) -> None:
    said, ingredients, message = REFUSED[case]
    with pytest.raises(InvalidAssertionError) as refused:
        signed_actions(said, ingredients)
    assert message in refused.value.message


def test_the_policys_own_actions_must_fit_the_ingredients_too() -> None:
    default = {"c2pa.actions.v2": {"actions": [{**CREATED, "action": "c2pa.created"}]}}
    content = {**default["c2pa.actions.v2"], "allActionsIncluded": False}
    policy = NEWSROOM.model_copy(update={"default_assertions": {"c2pa.actions.v2": content}})
    with pytest.raises(InvalidAssertionError) as refused:
        manifest_assertions({}, policy, [PARENT])
    place = "default_assertions.c2pa.actions.v2.actions of policy newsroom-default-v3"
    assert refused.value.message.startswith(f"{place} must begin with c2pa.opened")


def test_only_ingredients_that_the_policy_allows_are_taken() -> None:
    inputs = AllowedIngredients(relationships=("inputTo", "componentOf"), credentials="any")
    policy = NEWSROOM.model_copy(update={"ingredients": inputs})
    assert signed_actions([CREATED], [PROMPT], policy)
    with pytest.raises(PolicyViolationError) as refused:
        signed_actions([OPENED, CROPPED], [PROMPT, PARENT], policy)
    assert refused.value.message == (
        "ingredients[1] is parentOf, but policy newsroom-default-v3 allows inputTo, componentOf"
    )
    with pytest.raises(PolicyViolationError) as refused:
        signed_actions([CREATED], [PROMPT], NEWSROOM.model_copy(update={"ingredients": None}))
    assert refused.value.message.endswith("newsroom-default-v3 allows no ingredients")


def test_only_actions_that_the_policy_allows_are_taken() -> None:
    policy = NEWSROOM.model_copy(update={"allowed_actions": ("c2pa.created", "com.example.*")})
    assert signed_actions([CREATED, {"action": "com.example.stacked"}], [], policy)
    with pytest.raises(PolicyViolationError) as refused:
        signed_actions([CREATED, CROPPED], [], policy)
    cropped = "assertions.c2pa.actions[1] is c2pa.cropped, which policy newsroom-default-v3"
    assert refused.value.message == f"{cropped} does not allow"
    templates = [{"action": "cropped"}, {"action": "*"}, {"action": "com.example.stacked"}]
    said = {"c2pa.actions": {"actions": [CREATED], "templates": templates[1:]}}
    assert manifest_assertions(said, policy)
    said["c2pa.actions"]["templates"] = templates
    with pytest.raises(
        PolicyViolationError, match=r"c2pa\.actions\.templates\[0\] is for c2pa\.crop"
    ):
        manifest_assertions(said, policy)
