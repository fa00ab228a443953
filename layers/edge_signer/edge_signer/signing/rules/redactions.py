"""Redaction: assertions of ingredients' manifests that are taken away (C2PA 2.2 §6.8)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from edge_signer.signing.errors import InvalidAssertionError, PolicyViolationError
from edge_signer.signing.rules.action_model import REDACTED, is_reason
from edge_signer.signing.rules.policy import SigningPolicy
from edge_signer.signing.rules.strict_content import MAX_PATH_CHARACTERS

_URI = re.compile(r"self#jumbf=/c2pa/(?P<manifest>[!-.0-~]+)/c2pa\.assertions/(?P<label>[!-.0-~]+)")
_INSTANCE = re.compile(r"__[0-9]+$")
# Parts of the labels whose assertions stay, and why.
_KEPT = {
    "c2pa.actions": "the standard does not allow actions to be redacted",
    "c2pa.hash.": "the standard does not allow hard bindings to be redacted",
    "c2pa.ingredient": "the manifest that it refers to would have to go too; that is not supported",
}


class Redaction(NamedTuple):
    """An assertion that is to be redacted.

    Attributes:
        uri: `self#jumbf=/c2pa/<manifest>/c2pa.assertions/<label>`.
        reason: A reason of the standard, such as c2pa.PII.present, or a namespaced one; None to
            state no `c2pa.redacted` action.
    """

    uri: str
    reason: str | None = None


def why_kept(uri: str) -> str | None:
    """Say why assertions with a label, or a URI, are never redacted; None if they may be."""
    # c2pa-rs looks for the names of actions and bindings anywhere in the URI.
    return next((reason for part, reason in _KEPT.items() if part in uri), None)


def require_redactable(redactions: Sequence[Redaction], policy: SigningPolicy) -> None:
    """Refuse redactions that the standard or the policy does not allow.

    Whether the manifests are there and have these assertions is not checked here.

    Args:
        redactions: The request's.
        policy: Names the labels that may be redacted.

    Raises:
        InvalidAssertionError: The standard does not allow one; the message names it.
        PolicyViolationError: The policy does not allow one.
    """
    seen = set()
    for number, (uri, reason) in enumerate(redactions):
        place = f"redactions[{number}]"
        parts = _URI.fullmatch(uri)
        if not parts:
            raise InvalidAssertionError(
                f"{place}.uri must be the URI of an assertion: "
                "self#jumbf=/c2pa/<manifest>/c2pa.assertions/<label>"
            )
        if uri in seen:
            raise InvalidAssertionError(f"{place}.uri is there twice; name each assertion once")
        seen.add(uri)
        if reason is not None and not is_reason(reason):
            raise InvalidAssertionError(
                f"{place}.reason must be a reason of the standard, such as c2pa.PII.present, or "
                "one such as com.example.reason"
            )
        label = _INSTANCE.sub("", parts["label"])
        if why := why_kept(uri):
            raise InvalidAssertionError(f"{place}.uri names {label[:MAX_PATH_CHARACTERS]}: {why}")
        if not any(fnmatchcase(label, pattern) for pattern in policy.redactable_assertions):
            raise PolicyViolationError(
                f"{place}.uri names {label[:MAX_PATH_CHARACTERS]}, which policy "
                f"{policy.policy_id} does not allow to be redacted"
            )


def with_redactions(
    actions: Sequence[Mapping[str, Any]], path: str, redactions: Sequence[Redaction]
) -> list[Mapping[str, Any]]:
    """Add the `c2pa.redacted` actions that belong to redactions and that the client left out.

    The standard recommends the action. encypher-c2pa does not accept it, so it is stated only for
    redactions with a reason.

    Args:
        actions: Valid actions.
        path: Their place in the request, for messages.
        redactions: The request's.

    Returns:
        The actions, of which one tells of each redaction.

    Raises:
        InvalidAssertionError: An action tells of another redaction, or gives another reason.
    """
    reasons = {one.uri: one.reason for one in redactions if one.reason is not None}
    told = set()
    for number, action in enumerate(actions):
        if action["action"] != REDACTED:
            continue
        uri = action["parameters"]["redacted"]
        if uri not in reasons or uri in told:
            raise InvalidAssertionError(
                f"{path}[{number}].parameters.redacted must be, once, the uri of a redaction that "
                "has a reason"
            )
        if action["reason"] != reasons[uri]:
            raise InvalidAssertionError(
                f"{path}[{number}].reason must be {reasons[uri]}, as in redactions"
            )
        told.add(uri)
    left_out = [(uri, reason) for uri, reason in reasons.items() if uri not in told]
    return [
        *actions,
        *(
            {"action": REDACTED, "reason": reason, "parameters": {"redacted": uri}}
            for uri, reason in left_out
        ),
    ]
