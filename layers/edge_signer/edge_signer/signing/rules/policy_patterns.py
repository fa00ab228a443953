"""Faults of the patterns in a policy: what they would allow that cannot be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from edge_signer.signing.rules.action_model import INCEPTION, REDACTED, STANDARD_ACTIONS
from edge_signer.signing.rules.actions import ACTIONS_LABEL
from edge_signer.signing.rules.policy import SigningPolicy
from edge_signer.signing.rules.redactions import why_kept
from edge_signer.signing.rules.strict_content import NAMESPACED

# A name, or the beginning of one, dot included.
_PATTERN = re.compile(rf"{NAMESPACED.pattern}|[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*\.\*")
# One of each kind that is never redacted, for patterns that cover them.
_KEPT = ("c2pa.actions.v2", "c2pa.hash.data", "c2pa.hash.bmff.v3", "c2pa.ingredient.v3")


def is_pattern(text: str) -> bool:
    """Whether a text is a namespaced name, or a pattern such as com.example.*."""
    return _PATTERN.fullmatch(text) is not None


def faults_of_actions(policy: SigningPolicy) -> Iterator[str]:
    """Yield what is wrong with the allowed actions."""
    for pattern in policy.allowed_actions or ():
        is_known = not pattern.startswith("c2pa.") or any(
            fnmatchcase(name, pattern) for name in STANDARD_ACTIONS
        )
        if not is_pattern(pattern) or not is_known:
            yield (
                f"allowed_actions: {pattern} is neither an action of the standard that the signer "
                "supports nor a custom one such as com.example.name or com.example.*"
            )
    if not any(map(policy.allows_action, INCEPTION)):
        yield (
            "allowed_actions: must include c2pa.created or c2pa.opened, with which every history "
            "begins"
        )
    default = policy.default_assertions.get(ACTIONS_LABEL, {"actions": []})
    for action in default["actions"]:
        if not policy.allows_action(action["action"]):
            yield f"default_assertions: {action['action']} is not among allowed_actions"


def faults_of_redactions(policy: SigningPolicy) -> Iterator[str]:
    """Yield what is wrong with the labels that may be redacted."""
    for pattern in policy.redactable_assertions:
        if not is_pattern(pattern):
            yield (
                f"redactable_assertions: {pattern} is neither a label such as c2pa.metadata nor a "
                "pattern such as c2pa.thumbnail.*"
            )
        covered = next((label for label in _KEPT if fnmatchcase(label, pattern)), pattern)
        if why := why_kept(covered):
            yield f"redactable_assertions: {pattern} covers {covered}, but {why}"
    if policy.redactable_assertions and not policy.allows_action(REDACTED):
        yield f"allowed_actions: must include {REDACTED}, because there are redactable_assertions"
