"""Whatever this signer agrees to say, both engines trust."""

from __future__ import annotations

from typing import Any

import pytest

from edge_signer.signing.action_model import DIGITAL_SOURCE_TYPES, IPTC, STANDARD_ACTIONS
from tests.judges import JUDGES, Judge
from tests.software_signer import ACTIONS, Workshop

CREATED = {"action": "c2pa.created", "digitalSourceType": IPTC + "digitalCapture"}
LANGUAGES = {"sourceLanguage": "de-CH", "targetLanguage": "en"}


def history(*later: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"c2pa.actions.v2": {"actions": [{**CREATED, **fields}, *later]}}


CLAIMS: dict[str, dict[str, Any]] = {
    "every action of the standard": history(
        *(
            {"action": name, "digitalSourceType": IPTC + "humanEdits", "parameters": LANGUAGES}
            for name in sorted(STANDARD_ACTIONS - {"c2pa.created"})
        )
    ),
    "custom actions and parameters": history(
        {"action": "com.example.stacked", "parameters": {"com.example.n": {"a": [None, 1.5]}}}
    ),
    "all that an action can have": history(
        when="2026-01-31T12:00:00.123456789+01:00",
        softwareAgent={"name": "Brush", "version": "7", "operating_system": "none"},
        description="Zoë 😀",
        reason="com.example.reason",
        parameters={"description": "", "multipleInstances": True},
    ),
    "explicit nothings": history(when=None, softwareAgent=None, parameters=None),
    "custom assertions": {
        **ACTIONS,
        "com.example.a": {},
        "org.example.b.v2": {"": [1, -1, 2**63 - 1, -(2**63), 0.1, 1e300, True, None, "\u0000"]},
        "org.c2pa.ingredient": {"hash": "x", "url": "self#jumbf=x"},
    },
    "every preference": {
        **ACTIONS,
        "cawg.training-mining": {
            "entries": {
                "cawg.ai_generative_training": {"use": "notAllowed"},
                "cawg.ai_inference": {"use": "allowed"},
                "cawg.ai_training": {"use": "constrained", "constraint_info": "ask"},
                "c2pa.data_mining": {"use": "constrained"},
            }
        },
    },
}


@pytest.mark.parametrize("judge", JUDGES)
@pytest.mark.parametrize("case", CLAIMS)
def test_what_is_accepted_is_trusted(
    judge: Judge, case: str, photograph: bytes, workshop: Workshop
) -> None:
    store = workshop.sign(photograph, CLAIMS[case])
    verdict = judge(photograph, "image/jpeg", store, workshop.ca.anchors_pem())
    assert verdict.trusted, verdict.failures


@pytest.mark.parametrize("judge", JUDGES)
@pytest.mark.parametrize("source_type", sorted(DIGITAL_SOURCE_TYPES))
def test_every_source_type_is_trusted(
    judge: Judge, source_type: str, photograph: bytes, workshop: Workshop
) -> None:
    store = workshop.sign(photograph, history(digitalSourceType=source_type))
    verdict = judge(photograph, "image/jpeg", store, workshop.ca.anchors_pem())
    assert verdict.trusted, verdict.failures


def test_nothing_that_was_said_is_lost(photograph: bytes, workshop: Workshop) -> None:
    said = CLAIMS["custom actions and parameters"]
    store = workshop.sign(photograph, said)
    verdict = JUDGES[0](photograph, "image/jpeg", store, workshop.ca.anchors_pem())
    manifest = verdict.report["manifests"][verdict.report["active_manifest"]]
    (actions,) = (one["data"] for one in manifest["assertions"])
    assert actions["actions"] == said["c2pa.actions.v2"]["actions"]
