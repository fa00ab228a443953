"""From what a client says to the assertions of a manifest."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from edge_signer.signing.actions import ACTIONS_LABEL, actions_assertion
from edge_signer.signing.builder import Assertion
from edge_signer.signing.errors import InvalidAssertionError, PolicyViolationError
from edge_signer.signing.policy import SigningPolicy

TRAINING_MINING_LABEL = "cawg.training-mining"

MAX_DEPTH = 24
MAX_VALUES = 1500
MAX_TEXT_CHARACTERS = 8192
MAX_LABELS = 32
MAX_LABEL_CHARACTERS = 128
_MIN_INTEGER, _MAX_INTEGER = -(2**63), 2**63 - 1

_ACTIONS_ALIASES = {"c2pa.actions", ACTIONS_LABEL}
_TRAINING_ALIASES = {"c2pa.training-minims", "c2pa.training-mining", TRAINING_MINING_LABEL}
_RESERVED = ("c2pa.", "cawg.", "stds.")
_CUSTOM_LABEL = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9_-]+)+")
_TRAINING_USES = {"allowed", "notAllowed", "constrained"}
_TRAINING_ENTRIES = {
    f"cawg.{purpose}"
    for purpose in ("ai_generative_training", "ai_inference", "ai_training", "data_mining")
}
_LIMITATIONS = {"no-generative-ai": {"cawg.ai_generative_training": {"use": "notAllowed"}}}


def manifest_assertions(said: Mapping[str, Any], policy: SigningPolicy) -> list[Assertion]:
    """Give the assertions of the manifest, the actions first.

    Args:
        said: The request's `assertions`: content by label, in the seeds' shape or as valid C2PA.
        policy: Which labels may come, which must, and which the signer vouches for.

    Raises:
        InvalidAssertionError: Naming the path of what is wrong.
        PolicyViolationError: A label is not allowed, or a required one is missing.
    """
    check_bounds(said)
    contents: dict[str, dict[str, Any]] = {}
    for label, content in said.items():
        path = f"assertions.{label}"
        standard_label, standard_content = _standardise(label, content, path, policy)
        if not policy.allows(standard_label):
            raise PolicyViolationError(f"{path} is not allowed by policy {policy.policy_id}")
        if standard_label in contents:
            raise InvalidAssertionError(
                f"{path} stands for {standard_label}, which is there already"
            )
        contents[standard_label] = standard_content
    for label in policy.required_assertions:
        if label not in contents:
            raise PolicyViolationError(
                f"assertions.{label} is required by policy {policy.policy_id}"
            )
    return [
        Assertion(label, contents[label], created=policy.vouches_for(label))
        for label in sorted(contents, key=lambda label: label != ACTIONS_LABEL)
    ]


def _standardise(
    label: str,
    content: Any,
    path: str,
    policy: SigningPolicy,
) -> tuple[str, dict[str, Any]]:
    if label in _ACTIONS_ALIASES:
        return ACTIONS_LABEL, actions_assertion(content, path, policy)
    if label in _TRAINING_ALIASES:
        return TRAINING_MINING_LABEL, _training_mining(content, path)
    if label.startswith(_RESERVED) or label.endswith(".metadata"):
        raise InvalidAssertionError(f"{path} is not an assertion that this signer makes")
    well_formed = _CUSTOM_LABEL.fullmatch(label) and "__" not in label
    if not well_formed or len(label) > MAX_LABEL_CHARACTERS:
        raise InvalidAssertionError(f"{path} is no label: it needs the form com.example.name")
    if not isinstance(content, dict):
        raise InvalidAssertionError(f"{path} must be an object")
    return label, content


def _training_mining(content: Any, path: str) -> dict[str, Any]:
    """Training and mining preferences as CAWG has them (CAWG training and data mining 1.1)."""
    if isinstance(content, dict) and set(content) == {"limitations"}:
        limitation = content["limitations"]
        if not isinstance(limitation, str) or limitation not in _LIMITATIONS:
            known = ", ".join(sorted(_LIMITATIONS))
            raise InvalidAssertionError(f"{path}.limitations must be one of: {known}")
        return {"entries": _LIMITATIONS[limitation]}
    entries = content.get("entries") if isinstance(content, dict) else None
    if not isinstance(entries, dict) or not entries or set(content) != {"entries"}:
        raise InvalidAssertionError(f"{path} must have entries or limitations, and nothing else")
    standard: dict[str, Any] = {}
    for name, entry in entries.items():
        entry_path = f"{path}.entries.{name}"
        standard_name = re.sub(r"^c2pa\.", "cawg.", name)
        if standard_name not in _TRAINING_ENTRIES or standard_name in standard:
            raise InvalidAssertionError(f"{entry_path} is unknown, or there twice")
        if not isinstance(entry, dict) or entry.get("use") not in _TRAINING_USES:
            uses = ", ".join(sorted(_TRAINING_USES))
            raise InvalidAssertionError(f"{entry_path}.use must be one of: {uses}")
        if not set(entry) <= {"use", "constraint_info"}:
            raise InvalidAssertionError(f"{entry_path} has a field that the standard does not")
        if not isinstance(entry.get("constraint_info", ""), str):
            raise InvalidAssertionError(f"{entry_path}.constraint_info must be a text")
        standard[standard_name] = entry
    return {"entries": standard}


def check_bounds(said: Mapping[str, Any]) -> None:
    """Refuse JSON that is deeper, larger or longer than the builder is asked to take.

    Raises:
        InvalidAssertionError: Naming the path at which a bound is passed.
    """
    if len(said) > MAX_LABELS:
        raise InvalidAssertionError(f"assertions hold more than {MAX_LABELS} labels")
    values = 0
    waiting: list[tuple[str, Any, int]] = [("assertions", dict(said), 0)]
    while waiting:
        path, value, depth = waiting.pop()
        values += 1
        if values > MAX_VALUES:
            raise InvalidAssertionError(f"assertions hold more than {MAX_VALUES} values")
        if depth > MAX_DEPTH:
            raise InvalidAssertionError(f"{path} is nested more than {MAX_DEPTH} levels deep")
        if isinstance(value, dict):
            for name, item in value.items():
                _check_text(path, name)
                waiting.append((f"{path}.{name}", item, depth + 1))
        elif isinstance(value, list):
            waiting.extend((f"{path}[{i}]", item, depth + 1) for i, item in enumerate(value))
        elif isinstance(value, str):
            _check_text(path, value)
        elif isinstance(value, int) and not _MIN_INTEGER <= value <= _MAX_INTEGER:
            raise InvalidAssertionError(f"{path} is an integer of more than 64 bits")


def _check_text(path: str, text: str) -> None:
    if len(text) > MAX_TEXT_CHARACTERS:
        raise InvalidAssertionError(f"{path} is longer than {MAX_TEXT_CHARACTERS} characters")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InvalidAssertionError(f"{path} holds half of a surrogate pair") from None
