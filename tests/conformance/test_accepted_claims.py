"""Whatever this signer agrees to say, both engines trust."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_signer.signing.errors import InvalidAssertionError
from edge_signer.signing.rules.action_model import DIGITAL_SOURCE_TYPES, STANDARD_ACTIONS
from edge_signer.signing.rules.digital_source_types import IPTC
from tests.conftest import ROOT
from tests.judges.engines import JUDGES, Judge, require_all_trust
from tests.media.sample_metadata import METADATA
from tests.media.sample_regions import ASSERTION_METADATA, RANGES
from tests.signers.software_signer import ACTIONS, Workshop

ASSET = (ROOT / "examples/rocket-small.jpg").read_bytes()
_workshop = lru_cache(maxsize=1)(Workshop)
CREATED = {"action": "c2pa.created", "digitalSourceType": IPTC + "digitalCapture"}
#: `ingredients/test_accepted_histories.py` has them.
OF_INGREDIENTS = {f"c2pa.{name}" for name in ("mixed", "opened", "placed", "redacted", "remixed")}
LANGUAGES = {"sourceLanguage": "de-CH", "targetLanguage": "en"}


def history(*later: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"c2pa.actions.v2": {"actions": [{**CREATED, **fields}, *later]}}


CLAIMS: dict[str, dict[str, Any]] = {
    "every action of the standard": history(
        *(
            {"action": name, "digitalSourceType": IPTC + "humanEdits", "parameters": LANGUAGES}
            for name in sorted(STANDARD_ACTIONS - OF_INGREDIENTS - {"c2pa.created"})
        )
    ),
    "custom actions and parameters": history(
        {
            "action": "com.example.stacked",
            "parameters": {"com.example.n": {"a": [None, 1.5]}, "com.example.m": None},
        }
    ),
    "all that an action can have": history(
        when="2026-01-31T12:00:00.123456789+01:00",
        softwareAgent={"name": "Brush", "version": "7", "operating_system": "none"},
        description="Zoë 😀",
        reason="com.example.reason",
        parameters={"multipleInstances": True},
    ),
    "changes in regions of every kind": history(
        changes=[{"region": [one], "name": "x", "type": "com.example.x"} for one in RANGES]
    ),
    "metadata about the actions": {
        "c2pa.actions.v2": {
            "actions": [CREATED],
            "metadata": ASSERTION_METADATA,
        }
    },
    "explicit nothings": history(when=None, softwareAgent=None, parameters=None),
    "custom assertions": {
        **ACTIONS,
        "com.example.a": {},
        "org.example.b.v2": {"": [1, -1, 2**63 - 1, -(2**63), 0.1, 1e300, True, None, "\u0000"]},
        "org.c2pa.ingredient": {"hash": "x", "url": "self#jumbf=x"},
    },
    "metadata": {**ACTIONS, **METADATA},
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


WORDS = st.sampled_from(
    [
        *("a", "actions", "assertion", "c2pa", "cai", "claim", "data", "example", "hash"),
        *("ingredient", "jpeg", "json", "metadata", "soft-binding", "stds", "thumbnail"),
        *("v", "v0", "v1", "v2", "v02", "v10", "X", "0", "a_b"),
    ]
)


@given(st.lists(WORDS, min_size=1, max_size=4), st.sampled_from(["com", "org"]))
@settings(max_examples=150, deadline=None)
def test_whatever_label_is_accepted_both_engines_find_the_assertion(
    words: list[str], root: str
) -> None:
    label = ".".join([root, *words])
    workshop = _workshop()
    try:
        store = workshop.sign(ASSET, {**ACTIONS, label: {"a": 1}})
    except InvalidAssertionError:
        return
    require_all_trust(ASSET, "image/jpeg", store, workshop.ca.anchors_pem())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), JSON, max_size=5), st.dictionaries(st.text(), JSON, max_size=3))
@settings(max_examples=150, deadline=None)
def test_whatever_content_is_accepted_both_engines_trust_the_manifest(
    content: dict[str, Any], parameters: dict[str, Any]
) -> None:
    namespaced = {f"com.example.p{number}": one for number, one in enumerate(parameters.values())}
    workshop = _workshop()
    said = {**history(parameters=namespaced), "org.example.x": content}
    try:
        store = workshop.sign(ASSET, said)
    except InvalidAssertionError:
        return
    require_all_trust(ASSET, "image/jpeg", store, workshop.ca.anchors_pem())


def test_nothing_that_was_said_is_lost(photograph: bytes, workshop: Workshop) -> None:
    said = CLAIMS["custom actions and parameters"]
    store = workshop.sign(photograph, said)
    verdict = JUDGES[0](photograph, "image/jpeg", store, workshop.ca.anchors_pem())
    manifest = verdict.report["manifests"][verdict.report["active_manifest"]]
    (actions,) = (one["data"] for one in manifest["assertions"])
    assert actions["actions"] == said["c2pa.actions.v2"]["actions"]
