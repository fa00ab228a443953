"""Histories that the standard allows, and what is said of those that it does not."""

from __future__ import annotations

from typing import Any

import pytest

from edge_signer.signing.errors import InvalidAssertionError
from edge_signer.signing.rules.assertions import manifest_assertions
from edge_signer.signing.rules.policy_directory import shipped_policies

IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
CREATED = {"action": "c2pa.created", "digitalSourceType": IPTC + "digitalCapture"}

AGENTS = {"softwareAgents": ["Brush"]}


def with_action(**changes: Any) -> dict[str, Any]:
    return {"c2pa.actions": [{**CREATED, **changes}]}


def with_second(action: dict[str, Any]) -> dict[str, Any]:
    return {"c2pa.actions": [CREATED, action]}


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "an empty history": (
        {"c2pa.actions": []},
        "assertions.c2pa.actions must not be empty",
    ),
    "a history that does not begin": (
        {"c2pa.actions": [{"action": "c2pa.published"}]},
        "c2pa.actions must begin with c2pa.created",
    ),
    "a second creation": (
        with_second(CREATED),
        "c2pa.actions must have one of c2pa.created and c2pa.opened only, as the first action",
    ),
    "an asset that was opened after it was created": (
        with_second({"action": "opened"}),
        "c2pa.actions must have one of c2pa.created and c2pa.opened only, as the first action",
    ),
    "an opened asset with a source": (
        {"c2pa.actions": [{"action": "opened", "digitalSourceType": IPTC + "print"}]},
        "c2pa.actions[0] must not have a digitalSourceType, because it is c2pa.opened",
    ),
    "a creation from nowhere": (
        {"c2pa.actions": [{"action": "created"}]},
        "c2pa.actions[0] must have a digitalSourceType",
    ),
    "an edit from nowhere": (
        with_second({"action": "c2pa.edited"}),
        "c2pa.actions[1] must have a digitalSourceType",
    ),
    "a source type of its own": (
        with_action(digitalSourceType="https://example.com/x"),
        "c2pa.actions[0].digitalSourceType must be a term",
    ),
    "a source type with https": (
        with_action(digitalSourceType=IPTC.replace("http:", "https:") + "digitalCapture"),
        f"did you mean {IPTC}digitalCapture?",
    ),
    "a source type with a slash at its end": (
        with_action(digitalSourceType=IPTC + "digitalCapture/"),
        f"did you mean {IPTC}digitalCapture?",
    ),
    "a bare source type": (
        with_action(digitalSourceType="digitalcapture"),
        f"did you mean {IPTC}digitalCapture?",
    ),
    "a leap second in the middle of an hour": (
        with_action(when="2026-06-30T23:58:60Z"),
        "[0].when must be a date",
    ),
    "a source type that is no text": (
        with_action(digitalSourceType=["x"]),
        "c2pa.actions[0].digitalSourceType must be a text",
    ),
    "a deprecated action": (
        with_second({"action": "c2pa.copied"}),
        "c2pa.copied, which is deprecated or not an action",
    ),
    "an action that engines read in different ways": (
        with_second({"action": "c2pa.removed"}),
        "is c2pa.removed, for which c2pa-rs and encypher-c2pa demand different ingredients",
    ),
    "an action without a name": (with_second({}), "c2pa.actions[1].action is required"),
    "an action that is a text": (
        {"c2pa.actions": ["created"]},
        "actions[0] must be an object",
    ),
    "a date in words": (with_action(when="yesterday"), "c2pa.actions[0].when must be a date"),
    "a thirteenth month": (with_action(when="2026-13-01T00:00:00Z"), "[0].when must be a date"),
    "an agent without a name": (
        with_action(softwareAgent={"v": 1}),
        "[0].softwareAgent.name is required",
    ),
    "a field of its own": (
        with_action(mood="good"),
        "[0].mood is not a supported field",
    ),
    "reason as number": (with_action(reason=1), "c2pa.actions[0].reason must be"),
    "a thirtieth of February": (
        with_action(when="2026-02-30T00:00:00Z"),
        "[0].when must be a date",
    ),
    "an icon": (
        with_action(softwareAgent={"name": "x", "icon": {"url": "x"}}),
        "[0].softwareAgent.icon is not a supported field",
    ),
    "an agent's version as number": (
        with_action(softwareAgent={"name": "x", "version": 1}),
        "[0].softwareAgent.version must be a text",
    ),
    "changes in words": (with_action(changes=["x"]), "[0].changes[0] must be an object"),
    "no changes": (with_action(changes=[]), "[0].changes must not be empty"),
    **{
        f"a parameter that points: {name}": (
            with_action(parameters={name: []}),
            f"[0].parameters must not have {name}: an action names ingredients in ingredientIds",
        )
        for name in ("ingredient", "ingredients", "org.cai.ingredientIds")
    },
    "a redaction of a creation": (
        with_action(parameters={"redacted": "self#jumbf=/c2pa/x"}),
        "[0] must not have parameters.redacted, which belongs to c2pa.redacted",
    ),
    "a redaction without a reason": (
        with_second({"action": "c2pa.redacted", "parameters": {"redacted": "self#jumbf=/c2pa/x"}}),
        "[1] must have a reason and parameters.redacted",
    ),
    "a redaction of nothing": (
        with_second({"action": "c2pa.redacted", "reason": "c2pa.PII.present"}),
        "[1] must have a reason and parameters.redacted",
    ),
    "a description among the parameters": (
        with_action(parameters={"description": "what"}),
        "[0].parameters must not have description: the action itself has one",
    ),
    "a translation from nowhere": (
        with_second({"action": "c2pa.translated", "digitalSourceType": IPTC + "humanEdits"}),
        "c2pa.actions[1] must have parameters.sourceLanguage",
    ),
    "a date in other digits": (
        with_action(when=f"2026-01-31T12:00:00.{chr(0xFF11)}Z"),
        "[0].when must be a date",
    ),
    "a reason in words": (with_action(reason="because"), "[0].reason must be a reason"),
    "a reason that the standard has not": (with_action(reason="c2pa.x"), "[0].reason must be a"),
    "an empty description": (with_action(description=""), "[0].description must not be empty"),
    "a parameter without a namespace": (
        with_action(parameters={"foo": 1}),
        "[0].parameters must have names of the standard",
    ),
    "a language that is none": (
        with_action(parameters={"sourceLanguage": "!!"}),
        "[0].parameters.sourceLanguage must be a language tag",
    ),
    "a soft binding": (with_second({"action": "c2pa.watermarked.bound"}), "needs a soft binding"),
    "an action of one word and a dot": (with_second({"action": "."}), "must be the name of an"),
    "trained data as media": (
        with_action(digitalSourceType="http://c2pa.org/digitalsourcetype/trainedAlgorithmicData"),
        "[0].digitalSourceType must be a term",
    ),
    "an agent that is not listed": (
        {"c2pa.actions": {"actions": [{**CREATED, "softwareAgentIndex": 1}], **AGENTS}},
        "c2pa.actions has 1 softwareAgents, counted from 0; actions[0] has 1",
    ),
    "an agent's number without a list": (
        with_action(softwareAgentIndex=0),
        "c2pa.actions has 0 softwareAgents, counted from 0; actions[0] has 0",
    ),
    "two agents of one action": (
        {
            "c2pa.actions": {
                "actions": [{**CREATED, "softwareAgent": "x", "softwareAgentIndex": 0}],
                **AGENTS,
            }
        },
        "must have softwareAgent or softwareAgentIndex in actions[0]",
    ),
    "a template of an unknown action": (
        {"c2pa.actions": {"actions": [CREATED], "templates": [{"action": "c2pa.x"}]}},
        "c2pa.actions.templates[0].action is c2pa.x, which is deprecated or not an action",
    ),
    "a template's parameter that points": (
        {
            "c2pa.actions": {
                "actions": [CREATED],
                "templates": [{"action": "*", "templateParameters": {"ingredients": []}}],
            }
        },
        "templates[0].templateParameters must not have ingredients",
    ),
    "a template's agent that is not listed": (
        {
            "c2pa.actions": {
                "actions": [CREATED],
                "templates": [{"action": "*", "softwareAgentIndex": 2}],
                **AGENTS,
            }
        },
        "c2pa.actions has 1 softwareAgents, counted from 0; templates[0] has 2",
    ),
    "no templates": (
        {"c2pa.actions": {"actions": [CREATED], "templates": []}},
        "c2pa.actions.templates must not be empty",
    ),
    "completeness in words": (
        {"c2pa.actions.v2": {"actions": [CREATED], "allActionsIncluded": "yes"}},
        "allActionsIncluded must be true or false",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_wrong_action_is_refused_with_its_path(case: str) -> None:
    said, message = REFUSED[case]
    with pytest.raises(InvalidAssertionError) as refused:
        manifest_assertions(said, shipped_policies()["newsroom-default-v3"])
    assert message in refused.value.message


def test_names_alone_stand_for_agents_and_actions_in_templates_too() -> None:
    said = {
        "actions": [CREATED],
        "softwareAgents": ["Brush", {"name": "Resizer", "version": "2"}],
        "templates": [{"action": "resized", "softwareAgent": "Resizer"}, {"action": "*"}],
    }
    policy = shipped_policies()["newsroom-default-v3"]
    (made,) = manifest_assertions({"c2pa.actions": said}, policy)
    assert made.content["softwareAgents"][0] == {"name": "Brush"}
    assert made.content["templates"] == [
        {"action": "c2pa.resized", "softwareAgent": {"name": "Resizer"}},
        {"action": "*"},
    ]
