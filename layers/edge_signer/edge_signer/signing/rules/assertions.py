"""From what a client says to the assertions of a manifest."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from edge_signer.signing.errors import InvalidAssertionError, PolicyViolationError
from edge_signer.signing.manifest.assertion import Assertion
from edge_signer.signing.rules.actions import ACTIONS_LABEL, actions_assertion
from edge_signer.signing.rules.ai_assertions import (
    AI_DISCLOSURE_LABEL,
    TRAINING_MINING_LABEL,
    ai_disclosure_assertion,
    training_mining_assertion,
)
from edge_signer.signing.rules.metadata import (
    C2PA_METADATA_LABEL,
    CAWG_METADATA_LABEL,
    is_metadata,
    metadata_assertion,
)
from edge_signer.signing.rules.policy import SigningPolicy
from edge_signer.signing.rules.strict_content import NAMESPACED, check_bounds

MAX_LABELS = 32
MAX_LABEL_CHARACTERS = 128

_ACTIONS_ALIASES = {"c2pa.actions", ACTIONS_LABEL}
TRAINING_ALIASES = {"c2pa.training-minims", "c2pa.training-mining", TRAINING_MINING_LABEL}
_METADATA_LABELS = {C2PA_METADATA_LABEL, CAWG_METADATA_LABEL}
#: What labels of the standard, of CAWG and of other standards begin with.
RESERVED_PREFIXES = ("c2pa.", "cawg.", "stds.")
# c2pa-rs drops what it takes for a version from a label, and then does not find the assertion; it
# reads others as thumbnails, whose content is not what a custom assertion has.
_MISREAD_LABEL = re.compile(r"\.v[0-9]+\.|\.v(0[0-9]*|1)$|thumbnail")

# The conformance programme's checks know actions, ingredients and reviews by these fields, whatever
# the label, and would find a custom assertion that has one wanting.
_FIELDS_OF_OTHERS = {"actions", "relationship", "reviewRatings"}


def manifest_assertions(said: Mapping[str, Any], policy: SigningPolicy) -> list[Assertion]:
    """Give the assertions of the manifest: the actions, then the others by label.

    Args:
        said: The request's `assertions`: content by label, in the API document's short form or as
            valid C2PA.
        policy: Which labels may come, which must, what is said where the client says nothing, and
            which the signer vouches for.

    Raises:
        InvalidAssertionError: Naming the path of what is wrong.
        PolicyViolationError: A label is not allowed, or a required one is missing.
    """
    _check_size(said)
    contents: dict[str, dict[str, Any]] = {}
    for label, content in said.items():
        path = f"assertions.{label[:MAX_LABEL_CHARACTERS]}"
        standard_label, standard_content = standard_assertion(label, content, path, policy)
        if not policy.allows(standard_label):
            raise PolicyViolationError(f"{path} is not allowed by policy {policy.policy_id}")
        if standard_label in contents:
            raise InvalidAssertionError(
                f"{path} stands for {standard_label}, which is there already"
            )
        contents[standard_label] = standard_content
    contents = {**policy.default_assertions, **contents}
    # Once more, for what the policy and the standard's words have added.
    _check_size(contents)
    for label in policy.required_assertions:
        if label not in contents:
            raise PolicyViolationError(
                f"assertions.{label} is required by policy {policy.policy_id}"
            )
    # c2pa-rs takes an assertion for one more of an earlier label that begins its own; in this order
    # it finds each by its own label.
    in_order = sorted(contents, key=lambda label: (label != ACTIONS_LABEL, label))
    return [
        Assertion(
            label,
            contents[label],
            created=policy.vouches_for(label),
            encoding="json" if is_metadata(label) else "cbor",
        )
        for label in in_order
    ]


def _check_size(contents: Mapping[str, Any]) -> None:
    if len(contents) > MAX_LABELS:
        raise InvalidAssertionError(f"assertions hold more than {MAX_LABELS} labels")
    check_bounds("assertions", dict(contents))


def standard_assertion(
    label: str, content: Any, path: str, policy: SigningPolicy
) -> tuple[str, dict[str, Any]]:
    """Give one assertion the label and the form that the standard has for it.

    Args:
        label: As the client calls it.
        content: What the client says.
        path: Where it stood, for messages.
        policy: Knows the policy's own words, such as aliases of source types.

    Raises:
        InvalidAssertionError: Naming the path of what is wrong.
    """
    if label in _ACTIONS_ALIASES:
        return ACTIONS_LABEL, actions_assertion(content, path, policy)
    if label in TRAINING_ALIASES:
        return TRAINING_MINING_LABEL, training_mining_assertion(content, path)
    if label == AI_DISCLOSURE_LABEL:
        return label, ai_disclosure_assertion(content, path)
    if label.startswith(RESERVED_PREFIXES) and label not in _METADATA_LABELS:
        raise InvalidAssertionError(f"{path} is not an assertion that this signer makes")
    well_formed = NAMESPACED.fullmatch(label) and "__" not in label
    if not well_formed or len(label) > MAX_LABEL_CHARACTERS:
        raise InvalidAssertionError(f"{path} is no label: it needs the form com.example.name")
    if _MISREAD_LABEL.search(label):
        raise InvalidAssertionError(f"{path} is a label that readers take for another")
    if is_metadata(label):
        return label, metadata_assertion(label, content, path)
    if not isinstance(content, dict):
        raise InvalidAssertionError(f"{path} must be an object")
    taken = sorted(_FIELDS_OF_OTHERS & content.keys())
    if taken:
        raise InvalidAssertionError(f"{path}.{taken[0]} is a field of another assertion")
    return label, content
