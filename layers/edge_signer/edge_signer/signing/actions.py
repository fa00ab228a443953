"""The actions assertion, from what clients send to `c2pa.actions.v2` (C2PA 2.2 §18.15)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from edge_signer.signing.errors import InvalidAssertionError

if TYPE_CHECKING:
    from edge_signer.signing.policy import SigningPolicy

ACTIONS_LABEL = "c2pa.actions.v2"

_IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
_IPTC_TERMS = (
    "algorithmicMedia algorithmicallyEnhanced composite compositeCapture compositeSynthetic "
    "compositeWithTrainedAlgorithmicMedia computationalCapture dataDrivenMedia digitalCapture "
    "digitalCreation humanEdits multiFrameComputationalCapture negativeFilm positiveFilm print "
    "screenCapture trainedAlgorithmicMedia virtualRecording"
)
_C2PA_SOURCE_TYPES = {
    "http://c2pa.org/digitalsourcetype/empty",
    "http://c2pa.org/digitalsourcetype/trainedAlgorithmicData",
}
#: The vocabulary of IPTC and the standard's two own terms (C2PA 2.2 §18.15.4.3).
DIGITAL_SOURCE_TYPES = _C2PA_SOURCE_TYPES | {_IPTC + term for term in _IPTC_TERMS.split()}

_PERCEPTIBLE = (
    "addedText adjustedColor changedSpeed cropped deleted drawing dubbed edited filtered "
    "orientation resized translated trimmed unknown"
)
_IMPERCEPTIBLE = (
    "converted edited.metadata enhanced published repackaged resized.proportional transcoded "
    "watermarked.bound watermarked.unbound"
)
_NEEDS_INGREDIENT = {f"c2pa.{name}" for name in ("opened", "placed", "removed", "redacted")}
_NEEDS_SOURCE_TYPE = {f"c2pa.{name}" for name in ("created", *_PERCEPTIBLE.split())}
_STANDARD_ACTIONS = _NEEDS_SOURCE_TYPE | {f"c2pa.{name}" for name in _IMPERCEPTIBLE.split()}
_ACTION_FIELDS = {
    "action", "changes", "description", "digitalSourceType", "parameters", "reason",
    "softwareAgent", "when",
}  # fmt: skip
_ASSERTION_FIELDS = {"actions", "allActionsIncluded", "metadata"}
_RFC3339 = re.compile(
    r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?"
    r"(Z|[+-]([01]\d|2[0-3]):[0-5]\d)"
)


def actions_assertion(content: Any, path: str, policy: SigningPolicy) -> dict[str, Any]:
    """Turn a bare list of actions, or an actions assertion, into the content of `c2pa.actions.v2`.

    Args:
        content: What the client sent.
        path: Where it stood in the request, for messages.
        policy: Says `allActionsIncluded` where the client does not, and knows source-type aliases.

    Raises:
        InvalidAssertionError: Naming the path of what is wrong.
    """
    assertion = {"actions": content} if isinstance(content, list) else content
    _require(isinstance(assertion, dict), path, "must be a list of actions or an actions assertion")
    _refuse_unknown(assertion, _ASSERTION_FIELDS, path)
    actions_path = path if isinstance(content, list) else f"{path}.actions"
    actions = assertion.get("actions")
    if not isinstance(actions, list) or not actions:
        raise InvalidAssertionError(f"{actions_path} must be a list with at least one action")
    included = assertion.get("allActionsIncluded", policy.all_actions_included)
    _require(isinstance(included, bool), f"{path}.allActionsIncluded", "must be true or false")
    translated = [
        _action(action, f"{actions_path}[{position}]", policy)
        for position, action in enumerate(actions)
    ]
    _require(
        translated[0]["action"] == "c2pa.created",
        f"{actions_path}[0].action",
        "must be c2pa.created: a history begins with how the asset came to be",
    )
    for position, action in enumerate(translated[1:], start=1):
        _require(
            action["action"] != "c2pa.created",
            f"{actions_path}[{position}].action",
            "must not be c2pa.created again",
        )
    return {**assertion, "actions": translated, "allActionsIncluded": included}


def _action(action: Any, path: str, policy: SigningPolicy) -> dict[str, Any]:
    _require(isinstance(action, dict), path, "must be an object")
    _refuse_unknown(action, _ACTION_FIELDS, path)
    translated = dict(action)
    name = translated["action"] = _action_name(action.get("action"), f"{path}.action")
    if "digitalSourceType" in action:
        _translate_source_type(translated, f"{path}.digitalSourceType", policy)
    _require(
        "digitalSourceType" in action or name not in _NEEDS_SOURCE_TYPE,
        f"{path}.digitalSourceType",
        f"is required for {name}",
    )
    agent = translated.get("softwareAgent")
    if isinstance(agent, str):
        translated["softwareAgent"] = agent = {"name": agent}
    named = isinstance(agent, dict) and isinstance(agent.get("name"), str)
    _require(
        agent is None or named, f"{path}.softwareAgent", "must be a name or an object with one"
    )
    when = translated.get("when", "2000-01-01T00:00:00Z")
    _require(
        isinstance(when, str) and _RFC3339.fullmatch(when) is not None,
        f"{path}.when",
        "must be a date and time such as 2026-01-31T12:00:00Z",
    )
    for field, kind in (
        ("description", str),
        ("reason", str),
        ("parameters", dict),
        ("changes", list),
    ):
        present = translated.get(field)
        _require(
            present is None or isinstance(present, kind),
            f"{path}.{field}",
            f"must be a {kind.__name__}",
        )
    return {field: value for field, value in translated.items() if value is not None}


def _action_name(name: Any, path: str) -> str:
    _require(isinstance(name, str) and name != "", path, "must be the name of an action")
    full = name if "." in name else f"c2pa.{name}"
    _require(
        full not in _NEEDS_INGREDIENT, path, f"{full} needs an ingredient, which is not supported"
    )
    known = full in _STANDARD_ACTIONS or not full.startswith("c2pa.")
    _require(known, path, f"{full} is not an action of the standard, or a deprecated one")
    return str(full)


def _translate_source_type(action: dict[str, Any], path: str, policy: SigningPolicy) -> None:
    given = action["digitalSourceType"]
    alias = policy.source_type_aliases.get(given) if isinstance(given, str) else None
    if alias:
        action["digitalSourceType"] = alias.digital_source_type
        if alias.software_agent:
            action.setdefault("softwareAgent", {"name": alias.software_agent})
        return
    _require(
        isinstance(given, str) and given in DIGITAL_SOURCE_TYPES,
        path,
        f"must be a term of the IPTC digital source types, such as {_IPTC}digitalCapture",
    )


def _refuse_unknown(content: dict[str, Any], known: set[str], path: str) -> None:
    for name in content:
        _require(name in known, f"{path}.{name}", "is not a field of the standard")


def _require(holds: bool, path: str, demand: str) -> None:
    if not holds:
        raise InvalidAssertionError(f"{path} {demand}")
