"""Turns a client's assertions into the assertions of a manifest."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from edge_signer.signing.errors import InvalidAssertionError, PolicyViolationError
from edge_signer.signing.manifest.assertion import Assertion
from edge_signer.signing.rules.actions import (
    ACTIONS_LABEL,
    actions_assertion,
    completed_actions,
    place_of_actions,
)
from edge_signer.signing.rules.ai_assertions import (
    AI_DISCLOSURE_LABEL,
    TRAINING_MINING_LABEL,
    ai_disclosure_assertion,
    training_mining_assertion,
)
from edge_signer.signing.rules.ingredient_rules import NamedIngredient, require_allowed
from edge_signer.signing.rules.metadata import (
    C2PA_METADATA_LABEL,
    CAWG_METADATA_LABEL,
    is_metadata,
    metadata_assertion,
)
from edge_signer.signing.rules.policy import SigningPolicy
from edge_signer.signing.rules.redactions import Redaction, require_redactable
from edge_signer.signing.rules.strict_content import NAMESPACED, check_bounds

MAX_LABELS = 32
MAX_LABEL_CHARACTERS = 128

_ACTIONS_ALIASES = {"c2pa.actions", ACTIONS_LABEL}
TRAINING_ALIASES = {"c2pa.training-minims", "c2pa.training-mining", TRAINING_MINING_LABEL}
_METADATA_LABELS = {C2PA_METADATA_LABEL, CAWG_METADATA_LABEL}
#: Prefixes of the labels of the standard, of CAWG and of other standards.
RESERVED_PREFIXES = ("c2pa.", "cawg.", "stds.")
# c2pa-rs removes what looks like a version from a label, and then does not find the assertion. It
# reads other labels as thumbnails, whose content differs from a custom assertion's.
_MISREAD_LABEL = re.compile(r"\.v[0-9]+\.|\.v(0[0-9]*|1)$|thumbnail")

# The conformance programme's checks recognise actions, ingredients and reviews by these fields,
# whatever the label, and would reject a custom assertion that has one.
_FIELDS_OF_OTHERS = {"actions", "relationship", "reviewRatings"}


def manifest_assertions(
    said: Mapping[str, Any],
    policy: SigningPolicy,
    ingredients: Sequence[NamedIngredient] = (),
    redactions: Sequence[Redaction] = (),
) -> list[Assertion]:
    """Return the assertions of the manifest: the actions, then the others by label.

    Args:
        said: The request's `assertions`: content by label, in the API's short form or as valid
            C2PA.
        policy: Gives the allowed and required labels, the defaults, and the labels that the signer
            vouches for.
        ingredients: The request's. Actions name them by id; in the result, `ingredients` of an
            action's `parameters` are indexes into this list.
        redactions: The request's. Each gets an action, if the client did not send it.

    Raises:
        InvalidAssertionError: It is invalid; the message names the path.
        PolicyViolationError: A label, an ingredient, an action or a redaction is not allowed, or a
            required label is missing.
    """
    require_allowed(ingredients, policy)
    require_redactable(redactions, policy)
    _check_size(said)
    place = f"default_assertions.{ACTIONS_LABEL}.actions of policy {policy.policy_id}"
    contents: dict[str, dict[str, Any]] = {}
    for label, content in said.items():
        path = f"assertions.{label[:MAX_LABEL_CHARACTERS]}"
        standard_label, standard_content = standard_assertion(label, content, path, policy)
        if not policy.allows(standard_label):
            raise PolicyViolationError(f"{path} is not allowed by policy {policy.policy_id}")
        if standard_label in contents:
            raise InvalidAssertionError(
                f"{path} stands for {standard_label}, which is already present"
            )
        contents[standard_label] = standard_content
        if standard_label == ACTIONS_LABEL:
            place = place_of_actions(content, path)
    contents = {**policy.default_assertions, **contents}
    if ACTIONS_LABEL in contents:
        contents[ACTIONS_LABEL] = completed_actions(
            contents[ACTIONS_LABEL], place, policy, ingredients, redactions
        )
    # Again, for what the policy and the standard's form have added.
    _check_size(contents)
    for label in policy.required_assertions:
        if label not in contents:
            raise PolicyViolationError(
                f"assertions.{label} is required by policy {policy.policy_id}"
            )
    # c2pa-rs takes an assertion for a repetition of an earlier label that is a prefix of its own;
    # in this order it finds each by its own label.
    in_order = sorted(contents, key=lambda label: (label != ACTIONS_LABEL, label))
    return [
        Assertion(
            label,
            contents[label],
            created=label in policy.vouched_assertions,
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
    """Return one assertion its standard label and form.

    Args:
        label: The client's label.
        content: The client's content.
        path: Its place, for messages.
        policy: Gives the policy's own terms, such as aliases of source types.

    Raises:
        InvalidAssertionError: It is invalid; the message names the path.
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
        raise InvalidAssertionError(f"{path} is not a valid label: use the form com.example.name")
    if _MISREAD_LABEL.search(label):
        raise InvalidAssertionError(f"{path} is a label that readers confuse with another")
    if is_metadata(label):
        return label, metadata_assertion(label, content, path)
    if not isinstance(content, dict):
        raise InvalidAssertionError(f"{path} must be an object")
    taken = sorted(_FIELDS_OF_OTHERS & content.keys())
    if taken:
        raise InvalidAssertionError(f"{path}.{taken[0]} is a field of another kind of assertion")
    return label, content
