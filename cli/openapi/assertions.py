"""The schemas of assertions in a request: the signer's models, and the short forms of them.

The schemas allow everything that the signer accepts. The signer refuses more than they can express:
the policy decides which labels are allowed, and the standard which fields go together.
"""

from __future__ import annotations

import re
from typing import Any

from edge_signer.signing.rules.action_model import (
    CREATED,
    DIGITAL_SOURCE_TYPES,
    OPENED,
    STANDARD_ACTIONS,
)
from edge_signer.signing.rules.actions import ACTIONS_LABEL
from edge_signer.signing.rules.ai_assertions import AI_DISCLOSURE_LABEL, TRAINING_MINING_LABEL
from edge_signer.signing.rules.assertions import MAX_LABELS, RESERVED_PREFIXES, TRAINING_ALIASES
from edge_signer.signing.rules.metadata import C2PA_METADATA_LABEL, CAWG_METADATA_LABEL
from edge_signer.signing.rules.strict_content import NAMESPACED

Schema = dict[str, Any]

_TEXT = {"type": "string"}
_OWN_NAME = rf"^(?!c2pa\.){NAMESPACED.pattern}$"
_RESERVED = "|".join(re.escape(prefix) for prefix in RESERVED_PREFIXES)
_OWN_LABEL = rf"^(?!{_RESERVED}){NAMESPACED.pattern}$"
_FIRST_ACTIONS = (CREATED.removeprefix("c2pa."), OPENED.removeprefix("c2pa."))
_JSON_LD: Schema = {
    "type": "object",
    "properties": {
        "@context": {"type": "object", "additionalProperties": _TEXT, "minProperties": 1},
    },
    "required": ["@context"],
}


def assertions_schema() -> Schema:
    """The request's `assertions`: content by label."""
    actions, training = _one_of("ActionList", "Actions"), _one_of("Limitations", "TrainingMining")
    return {
        "type": "object",
        "description": "Assertions about the asset, by label. The policy says which labels are "
        "allowed, which are required, and which the signer vouches for.",
        "maxProperties": MAX_LABELS,
        "properties": {
            ACTIONS_LABEL: {**actions, "description": "What was done to the asset."},
            "c2pa.actions": {**actions, "description": f"Becomes {ACTIONS_LABEL}."},
            TRAINING_MINING_LABEL: {
                **training,
                "description": "Whether others may use the asset for training and data mining.",
            },
            **{
                alias: {**training, "description": f"Becomes {TRAINING_MINING_LABEL}."}
                for alias in sorted(TRAINING_ALIASES - {TRAINING_MINING_LABEL})
            },
            AI_DISCLOSURE_LABEL: {
                **_reference("AiDisclosure"),
                "description": "Which AI model made the content, and how people were involved.",
            },
            C2PA_METADATA_LABEL: {
                **_JSON_LD,
                "description": "Metadata as JSON-LD; only properties that the standard lists.",
            },
            CAWG_METADATA_LABEL: {**_JSON_LD, "description": "Metadata as JSON-LD."},
        },
        "patternProperties": {_OWN_LABEL: {"type": "object", "description": "A custom assertion."}},
        "additionalProperties": False,
    }


def with_short_forms(schemas: dict[str, Schema]) -> dict[str, Schema]:
    """Add the short forms that clients may send to the schemas of the signer's models.

    Args:
        schemas: The schemas of the assertions' models and of their parts, by name.
    """
    words = sorted(name.removeprefix("c2pa.") for name in STANDARD_ACTIONS)
    short = [word for word in words if "." not in word]
    names: list[Schema] = [
        {"enum": sorted(STANDARD_ACTIONS), "description": "An action of the standard."},
        {"enum": short, "description": "The same, without the prefix."},
        {"type": "string", "pattern": _OWN_NAME, "description": "A custom action."},
    ]
    agent: list[Schema] = [
        _reference("SoftwareAgent"),
        {"type": "string", "minLength": 1, "description": "Only its name."},
    ]
    shared: dict[str, Schema] = {
        "digitalSourceType": {
            "anyOf": [
                {"enum": sorted(DIGITAL_SOURCE_TYPES), "description": "A term of the vocabulary."},
                {"type": "string", "description": "An alias that the policy defines."},
                {"type": "null"},
            ]
        },
        "softwareAgent": {"anyOf": [*agent, {"type": "null"}]},
    }
    every = {"const": "*", "description": "All actions."}
    template = _amended(schemas["Template"], action={"anyOf": [*names, every]}, **shared)
    action = _amended(
        schemas["Action"],
        action={"anyOf": names},
        **shared,
        when={"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]},
        reason={
            "anyOf": [{"type": "string", "pattern": f"^{NAMESPACED.pattern}$"}, {"type": "null"}]
        },
    )
    own = {"patternProperties": {f"^{NAMESPACED.pattern}$": {}}, "additionalProperties": False}
    agents = {"type": "array", "items": {"anyOf": agent}, "minItems": 1}
    actions = _amended(
        schemas["Actions"],
        actions=_reference("ActionList"),
        softwareAgents={"anyOf": [agents, {"type": "null"}]},
    )
    training = _amended(schemas["TrainingMining"], entries=_entries(schemas["TrainingMining"]))
    return {
        **schemas,
        "Action": action,
        "ActionParameters": {**schemas["ActionParameters"], **own},
        "ActionList": {
            "type": "array",
            "description": f"Actions in order; the first is {' or '.join(_FIRST_ACTIONS)}.",
            "minItems": 1,
            "prefixItems": [_reference("FirstAction")],
            "items": _reference("Action"),
        },
        "Actions": {**actions, "required": ["actions"]},
        "FirstAction": _first_action(action),
        "Limitations": {
            "type": "object",
            "description": "Preferences by name.",
            "properties": {"limitations": {"const": "no-generative-ai"}},
            "required": ["limitations"],
            "additionalProperties": False,
        },
        "Parameters": {**schemas["Parameters"], **own},
        "Template": template,
        "TrainingMining": training,
    }


def _first_action(action: Schema) -> Schema:
    created, opened = _FIRST_ACTIONS
    sources: list[Schema] = action["properties"]["digitalSourceType"]["anyOf"]
    asset_was = [
        {
            **_amended(action, action={"enum": [f"c2pa.{created}", created]}),
            "required": ["action", "digitalSourceType"],
        },
        _amended(action, action={"enum": [f"c2pa.{opened}", opened]}),
    ]
    asset_was[0]["properties"]["digitalSourceType"] = {"anyOf": sources[:2]}
    asset_was[1]["properties"]["digitalSourceType"] = {"type": "null"}
    return {"description": "How the asset came to be.", "anyOf": asset_was}


def _entries(training: Schema) -> Schema:
    """Allow the prefix that purposes had before CAWG took them over, too."""
    entries: Schema = dict(training["properties"]["entries"])
    purposes: list[str] = entries["propertyNames"]["enum"]
    older = [purpose.replace("cawg.", "c2pa.") for purpose in purposes]
    return {**entries, "propertyNames": {"enum": sorted(purposes + older)}}


def _amended(schema: Schema, **properties: Schema) -> Schema:
    return {**schema, "properties": {**schema["properties"], **properties}}


def _one_of(*names: str) -> Schema:
    return {"anyOf": [_reference(name) for name in names]}


def _reference(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}
