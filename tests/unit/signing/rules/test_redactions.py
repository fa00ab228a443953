"""Redactions: what may be taken out of ingredients' manifests, and the actions that say so."""

from __future__ import annotations

from typing import Any

import pytest

from edge_signer.signing.errors import InvalidAssertionError, PolicyViolationError
from edge_signer.signing.rules.assertions import manifest_assertions
from edge_signer.signing.rules.ingredient_rules import NamedIngredient
from edge_signer.signing.rules.policy_directory import shipped_policies
from edge_signer.signing.rules.redactions import Redaction

MANIFEST = "self#jumbf=/c2pa/urn:c2pa:00000000-0000-4000-8000-000000000000:example"
PII = "c2pa.PII.present"
PARENT = NamedIngredient(None, "parentOf")
NEWSROOM = shipped_policies()["newsroom-default-v3"]


def uri(label: str) -> str:
    return f"{MANIFEST}/c2pa.assertions/{label}"


def redacting(label: str, reason: str) -> dict[str, Any]:
    return {"action": "c2pa.redacted", "reason": reason, "parameters": {"redacted": uri(label)}}


def signed_actions(*redactions: Redaction, actions: Any = ()) -> list[dict[str, Any]]:
    said = {"c2pa.actions": [{"action": "opened"}, *actions]}
    (made,) = manifest_assertions(said, NEWSROOM, [PARENT], redactions)
    told: list[dict[str, Any]] = made.content["actions"]
    return told


def test_each_redaction_gets_its_action() -> None:
    redactions = [Redaction(uri("stds.exif"), PII), Redaction(uri("c2pa.metadata__1"), "com.a.b")]
    assert signed_actions(*redactions)[1:] == [
        redacting("stds.exif", PII),
        redacting("c2pa.metadata__1", "com.a.b"),
    ]


def test_an_action_that_the_client_sent_is_not_added_again() -> None:
    own = {**redacting("stds.exif", PII), "when": "2026-01-31T12:00:00Z"}
    redactions = [Redaction(uri("c2pa.metadata"), PII), Redaction(uri("stds.exif"), PII)]
    told = signed_actions(*redactions, actions=[own, {"action": "published"}])
    assert told[1:] == [own, {"action": "c2pa.published"}, redacting("c2pa.metadata", PII)]


@pytest.mark.parametrize(
    "label",
    ["c2pa.metadata", "c2pa.thumbnail.claim", "c2pa.thumbnail.ingredient.jpeg__2", "stds.exif"],
)
def test_the_newsroom_may_redact_metadata_and_thumbnails(label: str) -> None:
    assert signed_actions(Redaction(uri(label), PII))[1] == redacting(label, PII)


REFUSED: dict[str, tuple[Redaction, str]] = {
    **{
        f"no URI of an assertion: {text[:40]}": (
            Redaction(text, PII),
            "redactions[0].uri must be the URI of an assertion: self#jumbf=/c2pa/<manifest>/",
        )
        for text in (
            "",
            "stds.exif",
            "self#jumbf=c2pa.assertions/stds.exif",
            "self#jumbf=/c2pa/c2pa.assertions/stds.exif",
            f"{MANIFEST}/c2pa.databoxes/c2pa.data",
            f"{MANIFEST}/c2pa.assertions/stds.exif/x",
            f"{MANIFEST}/c2pa.assertions/stds.exif\n",
        )
    },
    "actions": (
        Redaction(uri("c2pa.actions.v2__1"), PII),
        "redactions[0].uri names c2pa.actions.v2: the standard does not allow actions to be",
    ),
    "a hard binding": (
        Redaction(uri("c2pa.hash.bmff.v3"), PII),
        "names c2pa.hash.bmff.v3: the standard does not allow hard bindings to be redacted",
    ),
    "an ingredient": (
        Redaction(uri("c2pa.ingredient.v3"), PII),
        "names c2pa.ingredient.v3: the manifest that it refers to would have to go too",
    ),
    "a reason in words": (
        Redaction(uri("stds.exif"), "private"),
        "redactions[0].reason must be a reason of the standard, such as c2pa.PII.present",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_the_standard_keeps_is_not_redacted(case: str) -> None:
    redaction, message = REFUSED[case]
    with pytest.raises(InvalidAssertionError) as refused:
        signed_actions(redaction)
    assert message in refused.value.message


def test_a_redaction_is_said_once() -> None:
    with pytest.raises(InvalidAssertionError) as refused:
        signed_actions(Redaction(uri("stds.exif"), PII), Redaction(uri("stds.exif"), "com.a.b"))
    assert refused.value.message.startswith("redactions[1].uri is there twice")


def test_what_the_policy_does_not_list_is_not_redacted() -> None:
    with pytest.raises(PolicyViolationError) as refused:
        signed_actions(Redaction(uri("com.example.note"), PII))
    assert refused.value.message == (
        "redactions[0].uri names com.example.note, which policy newsroom-default-v3 does not allow "
        "to be redacted"
    )


@pytest.mark.parametrize(
    ("actions", "message"),
    [
        (
            [redacting("c2pa.metadata", PII)],
            "c2pa.actions[1].parameters.redacted must be, once, the uri of a redaction that "
            "has a reason",
        ),
        (
            [redacting("stds.exif", PII)] * 2,
            "c2pa.actions[2].parameters.redacted must be, once, the uri of a redaction that "
            "has a reason",
        ),
        (
            [redacting("stds.exif", "c2pa.invalid.data")],
            "c2pa.actions[1].reason must be c2pa.PII.present, as in redactions",
        ),
    ],
)
def test_an_action_tells_of_a_redaction_that_is_made(actions: Any, message: str) -> None:
    with pytest.raises(InvalidAssertionError) as refused:
        signed_actions(Redaction(uri("stds.exif"), PII), actions=actions)
    assert message in refused.value.message
