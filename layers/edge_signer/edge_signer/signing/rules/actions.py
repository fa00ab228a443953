"""Translates clients' actions into the standard's form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from edge_signer.signing.errors import InvalidAssertionError, PolicyViolationError
from edge_signer.signing.rules.action_model import OPENED, Actions
from edge_signer.signing.rules.ingredient_rules import NamedIngredient, with_ingredients
from edge_signer.signing.rules.redactions import Redaction, with_redactions
from edge_signer.signing.rules.strict_content import MAX_PATH_CHARACTERS, first_fault

if TYPE_CHECKING:
    from edge_signer.signing.rules.policy import SigningPolicy

ACTIONS_LABEL = "c2pa.actions.v2"


def actions_assertion(said: Any, path: str, policy: SigningPolicy) -> dict[str, Any]:
    """Turn a bare list of actions, or an actions assertion, into an actions assertion.

    What actions name is left to `completed_actions`, which needs the request's ingredients.

    Args:
        said: What the client sent.
        path: Its place in the request, for messages.
        policy: Gives the default of `allActionsIncluded`, and aliases of source types.

    Raises:
        InvalidAssertionError: It is invalid; the message names the path.
    """
    assertion = {"actions": said} if isinstance(said, list) else said
    if not isinstance(assertion, dict):
        raise InvalidAssertionError(f"{path} must be a list of actions or an actions assertion")
    standard = {"allActionsIncluded": policy.all_actions_included, **assertion}
    for name, translated in (
        ("actions", _in_standard_form),
        ("templates", _in_standard_form),
        ("softwareAgents", _agent_by_name),
    ):
        if isinstance(listed := assertion.get(name), list):
            standard[name] = [translated(one, policy) for one in listed]
    try:
        return Actions.model_validate(standard).content()
    except ValidationError as invalid:
        unwritten = "actions" if isinstance(said, list) else ""
        raise InvalidAssertionError(first_fault(invalid, path, unwritten=unwritten)) from None


def place_of_actions(said: Any, path: str) -> str:
    """Return the place of the list of actions, for messages, given the place of what was said."""
    return path if isinstance(said, list) else f"{path}.actions"


def completed_actions(
    content: Mapping[str, Any],
    place: str,
    policy: SigningPolicy,
    ingredients: Sequence[NamedIngredient],
    redactions: Sequence[Redaction],
) -> dict[str, Any]:
    """Complete an actions assertion with what the request has besides assertions.

    Args:
        content: From `actions_assertion`.
        place: Of its list of actions, for messages.
        policy: Gives the allowed actions.
        ingredients: What the actions name.
        redactions: Each gets its action.

    Returns:
        The content of `c2pa.actions.v2`, with indexes of ingredients in place of hashed URIs.

    Raises:
        InvalidAssertionError: The actions do not fit the ingredients or redactions.
        PolicyViolationError: The policy does not allow an action.
    """
    told = with_redactions(content["actions"], place, redactions)
    for number, action in enumerate(told):
        if not policy.allows_action(action["action"]):
            raise PolicyViolationError(
                f"{place}[{number}] is {action['action'][:MAX_PATH_CHARACTERS]}, which policy "
                f"{policy.policy_id} does not allow"
            )
    for number, template in enumerate(content.get("templates", ())):
        if template["action"] != "*" and not policy.allows_action(template["action"]):
            raise PolicyViolationError(
                f"{place.removesuffix('.actions')}.templates[{number}] is for "
                f"{template['action'][:MAX_PATH_CHARACTERS]}, which policy {policy.policy_id} does "
                "not allow"
            )
    actions = with_ingredients(told, place, ingredients)
    if [action["action"] for action in actions] == [OPENED] and not content["allActionsIncluded"]:
        # The standard knows this form only for an asset that was opened and saved again.
        raise InvalidAssertionError(
            f"{place} are {OPENED} alone: add what was done then, or say that nothing was, with "
            '{"actions": […], "allActionsIncluded": true}'
        )
    return {**content, "actions": actions}


def _in_standard_form(said: Any, policy: SigningPolicy) -> Any:
    if not isinstance(said, dict):
        return said
    action = dict(said)
    name = action.get("action")
    if isinstance(name, str) and name not in {"", "*"} and "." not in name:
        action["action"] = f"c2pa.{name}"
    source_type = action.get("digitalSourceType")
    alias = policy.source_type_aliases.get(source_type) if isinstance(source_type, str) else None
    if alias:
        action["digitalSourceType"] = alias.digital_source_type
        if alias.software_agent and "softwareAgentIndex" not in action:
            action.setdefault("softwareAgent", alias.software_agent)
    if "softwareAgent" in action:
        action["softwareAgent"] = _agent_by_name(action["softwareAgent"], policy)
    return action


def _agent_by_name(said: Any, _policy: SigningPolicy) -> Any:
    return {"name": said} if isinstance(said, str) else said
