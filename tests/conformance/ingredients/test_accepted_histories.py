"""Both engines trust the histories of ingredients that the rules accept, as c2pa-rs writes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from edge_signer.signing.rules.assertions import manifest_assertions
from edge_signer.signing.rules.digital_source_types import IPTC
from edge_signer.signing.rules.ingredient_rules import NamedIngredient
from edge_signer.signing.rules.redactions import Redaction
from tests.judges.engines import JUDGES, c2pa_rs
from tests.signers.foreign_credentials import Parent, signed_by_c2pa_rs
from tests.signers.software_signer import Workshop

COMPOSITE = {"digitalSourceType": IPTC + "composite"}
CREATED = {"action": "created", **COMPOSITE}
OPENED = {"action": "opened"}


def naming(name: str, *ids: str, **more: Any) -> dict[str, Any]:
    return {"action": name, **more, "parameters": {"ingredientIds": [*ids]}}


HISTORIES: dict[str, tuple[list[str], Any]] = {
    "opened alone": (["parentOf"], {"actions": [OPENED], "allActionsIncluded": True}),
    "opened and changed": (
        ["parentOf"],
        [
            OPENED,
            naming("cropped", "0", **COMPOSITE),
            naming("transcoded", "0"),
            {"action": "repackaged"},
            {"action": "published"},
        ],
    ),
    "placed and mixed": (
        ["componentOf", "inputTo", "componentOf"],
        [
            CREATED,
            naming("placed", "2", "0"),
            naming("mixed", "0", "2", **COMPOSITE),
            {"action": "remixed", **COMPOSITE},
        ],
    ),
    "generated from inputs": (["inputTo", "inputTo"], [naming("created", "1", **COMPOSITE)]),
    "opened, with components and a custom action": (
        ["parentOf", "componentOf", "inputTo"],
        [OPENED, naming("placed", "1"), naming("com.example.stacked", "0", "1", "2")],
    ),
}


def as_c2pa_rs_wants_it(action: dict[str, Any]) -> dict[str, Any]:
    """Name the ingredients as c2pa-rs's builder does, which finds their hashed URIs."""
    parameters = dict(action.get("parameters", {}))
    if named := parameters.pop("ingredients", None):
        parameters["ingredientIds"] = [str(index) for index in named]
    return {**action, "parameters": parameters} if parameters else action


def judged(
    workshop: Workshop,
    asset: bytes,
    parents: list[Parent],
    said: Any,
    *,
    told: Sequence[Redaction] = (),
    untold: Sequence[Redaction] = (),
) -> list[list[str]]:
    """Sign what the rules make of a history, and return what each engine has against it.

    Args:
        workshop: Whose key signs.
        asset: The file.
        parents: Its ingredients; actions name them by their numbers.
        said: The client's actions.
        told: Redactions, with their actions.
        untold: Redactions without.
    """
    ingredients = [
        NamedIngredient(str(number), one.relationship or "") for number, one in enumerate(parents)
    ]
    policy = workshop.policies["newsroom-default-v3"]
    (made,) = manifest_assertions({"c2pa.actions": said}, policy, ingredients, told)
    actions = [as_c2pa_rs_wants_it(action) for action in made.content["actions"]]
    signed = signed_by_c2pa_rs(
        workshop,
        asset,
        parents=parents,
        assertions={"c2pa.actions.v2": {**made.content, "actions": actions}},
        redactions=[one.uri for one in (*told, *untold)],
    )
    anchors = workshop.ca.anchors_pem()
    verdicts = [judge(signed.asset, "image/jpeg", None, anchors) for judge in JUDGES]
    return [one.failures if one.failures else [one.state] for one in verdicts]


TRUSTED = [["Trusted"], ["Trusted"]]


@pytest.mark.parametrize("case", HISTORIES)
def test_what_is_accepted_with_ingredients_is_trusted(
    case: str, photograph: bytes, workshop: Workshop
) -> None:
    relationships, said = HISTORIES[case]
    parents = [Parent(photograph, relationship=one) for one in relationships]
    assert judged(workshop, photograph, parents, said) == TRUSTED


@pytest.mark.parametrize(
    "label", ["c2pa.metadata", "cawg.metadata", "stds.exif", "stds.schema-org.CreativeWork"]
)
def test_what_the_newsroom_may_redact_is_missed_by_no_engine(
    label: str, photograph: bytes, workshop: Workshop
) -> None:
    content = {"@context": {"dc": "http://purl.org/dc/elements/1.1/"}, "dc:format": "secret"}
    parent = signed_by_c2pa_rs(workshop, photograph, assertions={label: content})
    report = c2pa_rs(parent.asset, "image/jpeg", None, workshop.ca.anchors_pem()).report
    uri = f"self#jumbf=/c2pa/{report['active_manifest']}/c2pa.assertions/{label}"
    parents = [Parent(parent.asset, relationship="parentOf")]
    said = [OPENED, {"action": "published"}]
    redactions = [Redaction(uri, "c2pa.PII.present")]
    assert judged(workshop, photograph, parents, said, untold=redactions) == TRUSTED
    # encypher-c2pa looks for the redacted assertion in the manifest of the action; see findings.
    with_action = judged(workshop, photograph, parents, said, told=redactions)
    assert with_action == [["Trusted"], ["assertion.action.redactionMismatch"]]
