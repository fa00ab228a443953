"""Translates clients' actions into the standard's form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from edge_signer.signing.errors import InvalidAssertionError
from edge_signer.signing.rules.action_model import Actions
from edge_signer.signing.rules.strict_content import first_fault

if TYPE_CHECKING:
    from edge_signer.signing.rules.policy import SigningPolicy

ACTIONS_LABEL = "c2pa.actions.v2"


def actions_assertion(said: Any, path: str, policy: SigningPolicy) -> dict[str, Any]:
    """Turn a bare list of actions, or an actions assertion, into the content of `c2pa.actions.v2`.

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
