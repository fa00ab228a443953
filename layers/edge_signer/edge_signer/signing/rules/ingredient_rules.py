"""Which ingredients a manifest may have, and how its actions name them.

Follows C2PA 2.2 §15.10.3.2.2 and §18.15.3, and the conformance programme. Clients name ingredients
by `id`; in the manifest an action has `ingredients`, here as indexes into the request's
ingredients, which the builder replaces by hashed URIs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from edge_signer.signing.errors import InvalidAssertionError, PolicyViolationError
from edge_signer.signing.manifest.assertion import Assertion
from edge_signer.signing.rules.action_model import OPENED, PLACED
from edge_signer.signing.rules.policy import Relationship, SigningPolicy

# What all the ingredients that an action names must be.
_NAMES_ONLY: Mapping[str, Relationship] = {
    OPENED: "parentOf",
    PLACED: "componentOf",
    "c2pa.repackaged": "parentOf",
    "c2pa.transcoded": "parentOf",
}
#: What update manifests may state (C2PA 2.2 §11.2.3): nothing that changes what is perceived.
UPDATE_ACTIONS = frozenset({OPENED, "c2pa.edited.metadata", "c2pa.published", "c2pa.redacted"})
_COMBINES = {"c2pa.mixed", "c2pa.remixed"}
_MAX_ID_CHARACTERS = 64


class NamedIngredient(NamedTuple):
    """An ingredient of a request, as far as actions are concerned.

    Attributes:
        id: How actions name it; None if none does.
        relationship: parentOf, componentOf or inputTo.
    """

    id: str | None
    relationship: str


def require_allowed(ingredients: Sequence[NamedIngredient], policy: SigningPolicy) -> None:
    """Refuse ingredients that the policy does not allow.

    Raises:
        PolicyViolationError: The policy allows no ingredients, or not with this relationship.
    """
    allowed = policy.ingredients.relationships if policy.ingredients else ()
    for number, one in enumerate(ingredients):
        if one.relationship not in allowed:
            said = ", ".join(allowed) or "no ingredients"
            raise PolicyViolationError(
                f"ingredients[{number}] is {one.relationship}, but policy {policy.policy_id} "
                f"allows {said}"
            )


def with_ingredients(
    actions: Sequence[Mapping[str, Any]], path: str, ingredients: Sequence[NamedIngredient]
) -> list[dict[str, Any]]:
    """Replace the identifiers in actions by indexes, and check what the actions name.

    `c2pa.opened` gets the parent even if it does not name it.

    Args:
        actions: Valid actions, with `parameters.ingredientIds`.
        path: Their place in the request, for messages.
        ingredients: The request's.

    Returns:
        The actions, with `parameters.ingredients`.

    Raises:
        InvalidAssertionError: An action names an ingredient that it may not, or lacks one; or an
            ingredient lacks its action. The message names the remedy.
    """
    parents = [n for n, one in enumerate(ingredients) if one.relationship == "parentOf"]
    if len(parents) > 1:
        raise InvalidAssertionError(
            f"ingredients[{parents[1]}] is the second that is parentOf, and an asset has one "
            "parent; make it componentOf or inputTo"
        )
    _check_beginning(actions[0]["action"], path, parents)
    done = []
    for number, action in enumerate(actions):
        place = f"{path}[{number}]"
        indexes = [*_indexes(action, place, ingredients)]
        if action["action"] == OPENED and not indexes:
            indexes = parents
        _check_named(action["action"], indexes, place, ingredients)
        done.append(_with_indexes(action, indexes))
    _check_placed(done, path, ingredients)
    return done


def _check_beginning(first: str, path: str, parents: Sequence[int]) -> None:
    if parents and first != OPENED:
        raise InvalidAssertionError(
            f"{path} must begin with {OPENED}, because ingredients[{parents[0]}] is parentOf; "
            "if the asset was not made by opening it, make it componentOf or inputTo"
        )
    if first == OPENED and not parents:
        raise InvalidAssertionError(
            f"{path}[0] is {OPENED}, which needs an ingredient that is parentOf: send it in "
            "ingredients, or begin with c2pa.created"
        )


def _indexes(
    action: Mapping[str, Any], place: str, ingredients: Sequence[NamedIngredient]
) -> Iterator[int]:
    known = {one.id: index for index, one in enumerate(ingredients) if one.id is not None}
    seen = set()
    for number, identifier in enumerate(action.get("parameters", {}).get("ingredientIds", ())):
        field = f"{place}.parameters.ingredientIds[{number}]"
        if identifier not in known:
            those = f"the ids are {', '.join(sorted(known))}" if known else "none has an id"
            raise InvalidAssertionError(
                f"{field} is {identifier[:_MAX_ID_CHARACTERS]}, which is the id of no ingredient: "
                f"{those}"
            )
        if identifier in seen:
            raise InvalidAssertionError(f"{field} is {identifier} again; name it once")
        seen.add(identifier)
        yield known[identifier]


def _check_named(
    name: str, indexes: Sequence[int], place: str, ingredients: Sequence[NamedIngredient]
) -> None:
    only = _NAMES_ONLY.get(name)
    for index in indexes:
        relationship = ingredients[index].relationship
        if only and relationship != only:
            raise InvalidAssertionError(
                f"{place} is {name}, which names only ingredients that are {only}, but "
                f"{ingredients[index].id} is {relationship}"
            )
    if name == PLACED and not indexes:
        raise InvalidAssertionError(
            f"{place} is {name}, which needs parameters.ingredientIds: the ids of ingredients that "
            "are componentOf"
        )
    if name in _COMBINES and not ingredients:
        raise InvalidAssertionError(
            f"{place} is {name}, which needs ingredients: send in ingredients what was combined"
        )


def _with_indexes(action: Mapping[str, Any], indexes: Sequence[int]) -> dict[str, Any]:
    if not indexes:
        return dict(action)
    parameters = {**action.get("parameters", {}), "ingredients": [*indexes]}
    parameters.pop("ingredientIds", None)
    return {**action, "parameters": parameters}


def _check_placed(
    actions: Sequence[Mapping[str, Any]], path: str, ingredients: Sequence[NamedIngredient]
) -> None:
    """Check that the history has every component that was placed (C2PA 2.2 §18.15.3)."""
    placed = {
        index
        for action in actions
        if action["action"] == PLACED
        for index in action["parameters"]["ingredients"]
    }
    for index, one in enumerate(ingredients):
        if one.relationship == "componentOf" and index not in placed:
            placing = {
                "action": "placed",
                "parameters": {"ingredientIds": [one.id or "<an id for it>"]},
            }
            raise InvalidAssertionError(
                f"{path} must have a {PLACED} that names ingredients[{index}], because that is "
                f"componentOf: {json.dumps(placing)}"
            )


def require_update_actions(assertions: Sequence[Assertion]) -> None:
    """Refuse what an update manifest may not state (C2PA 2.2 §11.2.3).

    Args:
        assertions: Those of the manifest, in the standard's form.

    Raises:
        InvalidAssertionError: An action changes what is perceived.
    """
    for one in assertions:
        for number, action in enumerate(one.content.get("actions", ())):
            if one.label == "c2pa.actions.v2" and action["action"] not in UPDATE_ACTIONS:
                raise InvalidAssertionError(
                    f"assertions.{one.label}.actions[{number}] is {action['action']}, which is not "
                    "for an update: send it without update, or leave it out"
                )
