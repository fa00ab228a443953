"""From what clients say to assertions that the standard allows."""

from __future__ import annotations

import math
from typing import Any

import pytest

from edge_signer.signing.errors import InvalidAssertionError, PolicyViolationError
from edge_signer.signing.manifest.assertion import Assertion
from edge_signer.signing.rules.assertions import MAX_LABELS, manifest_assertions
from edge_signer.signing.rules.policy import SigningPolicy
from edge_signer.signing.rules.policy_directory import shipped_policies
from edge_signer.signing.rules.strict_content import (
    MAX_DEPTH,
    MAX_TEXT_CHARACTERS,
    MAX_VALUES,
)
from tests.media.sample_metadata import METADATA

IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
CREATED = {"action": "c2pa.created", "digitalSourceType": IPTC + "digitalCapture"}
ACTIONS = {"c2pa.actions.v2": {"actions": [CREATED]}}


@pytest.fixture
def policy() -> SigningPolicy:
    return shipped_policies()["newsroom-default-v3"]


def contents(said: dict[str, Any], policy: SigningPolicy) -> dict[str, Any]:
    return {one.label: one.content for one in manifest_assertions(said, policy)}


def test_the_example_of_the_api_document_becomes_valid_c2pa(policy: SigningPolicy) -> None:
    said = {
        "c2pa.actions": [
            {"digitalSourceType": "https://ns.adobe.com/cloud/photoshop", "action": "created"}
        ],
        "c2pa.training-minims": {"limitations": "no-generative-ai"},
    }
    assert contents(said, policy) == {
        "c2pa.actions.v2": {
            "actions": [
                {
                    "action": "c2pa.created",
                    "digitalSourceType": IPTC + "digitalCreation",
                    "softwareAgent": {"name": "Adobe Photoshop"},
                }
            ],
            "allActionsIncluded": False,
        },
        "cawg.training-mining": {"entries": {"cawg.ai_generative_training": {"use": "notAllowed"}}},
    }


def test_only_what_the_policy_vouches_for_is_created(policy: SigningPolicy) -> None:
    said = {"org.example.desk": {"a": 1}, **ACTIONS}
    made = [(one.label, one.created) for one in manifest_assertions(said, policy)]
    assert made == [("c2pa.actions.v2", True), ("org.example.desk", False)]


@pytest.mark.parametrize("label", METADATA)
def test_metadata_are_told_in_json_and_never_vouched_for(label: str, policy: SigningPolicy) -> None:
    actions, metadata = manifest_assertions({label: METADATA[label], **ACTIONS}, policy)
    assert metadata == Assertion(label, METADATA[label], created=False, encoding="json")
    assert actions.encoding == "cbor"


def test_a_clients_own_word_on_completeness_is_kept(policy: SigningPolicy) -> None:
    said = {"c2pa.actions.v2": {"actions": [CREATED], "allActionsIncluded": True}}
    assert contents(said, policy)["c2pa.actions.v2"]["allActionsIncluded"] is True


def test_what_a_client_sent_is_not_changed_in_place(policy: SigningPolicy) -> None:
    said = {"c2pa.actions": [{"action": "created", "digitalSourceType": IPTC + "print"}]}
    manifest_assertions(said, policy)
    assert said["c2pa.actions"][0]["action"] == "created"


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "the same assertion twice": (
        {"c2pa.actions": [CREATED], **ACTIONS},
        "c2pa.actions.v2 stands for c2pa.actions.v2, which is already present",
    ),
    "custom metadata that is none": (
        {**ACTIONS, "com.example.metadata": {"a": 1}},
        "com.example.metadata.@context is required",
    ),
    "metadata of nobody": ({**ACTIONS, "stds.metadata": {}}, "assertions.stds.metadata is not"),
    "metadata about assertions": (
        {**ACTIONS, "c2pa.assertion.metadata": {}},
        "assertions.c2pa.assertion.metadata is not",
    ),
    "a constraint as number": (
        {
            **ACTIONS,
            "cawg.training-mining": {
                "entries": {"cawg.data_mining": {"use": "constrained", "constraint_info": 1}}
            },
        },
        "cawg.data_mining.constraint_info must be a text",
    ),
    "an unknown c2pa label": ({**ACTIONS, "c2pa.nothing": {}}, "assertions.c2pa.nothing is not"),
    "a hard binding": ({**ACTIONS, "c2pa.hash.data": {}}, "assertions.c2pa.hash.data is not"),
    "a label without a dot": ({**ACTIONS, "note": {}}, "assertions.note is not a valid label"),
    "a label with a number": ({**ACTIONS, "org.example__1": {}}, "assertions.org.example__1 is no"),
    "a label that begins badly": (
        {**ACTIONS, "com.-x": {}},
        "com.-x is not a valid label",
    ),
    "a use that is a list": (
        {**ACTIONS, "cawg.training-mining": {"entries": {"cawg.data_mining": {"use": ["x"]}}}},
        "cawg.data_mining.use must be 'allowed'",
    ),
    "a purpose twice": (
        {
            **ACTIONS,
            "cawg.training-mining": {
                "entries": {
                    f"{prefix}.data_mining": {"use": "allowed"} for prefix in ("c2pa", "cawg")
                }
            },
        },
        "entries have a purpose twice",
    ),
    "infinity": (
        {**ACTIONS, "org.example.x": {"a": math.inf}},
        ".a is not a finite number",
    ),
    "a label that is long": ({**ACTIONS, "org." + "x" * 130: {}}, "is not a valid label"),
    "a custom list": ({**ACTIONS, "org.example.x": []}, "org.example.x must be an object"),
    "an empty constraint": (
        {
            **ACTIONS,
            "cawg.training-mining": {
                "entries": {"cawg.data_mining": {"use": "constrained", "constraint_info": ""}}
            },
        },
        "entries.cawg.data_mining.constraint_info must not be empty",
    ),
    "an unknown limitation": (
        {**ACTIONS, "c2pa.training-minims": {"limitations": "none"}},
        "training-minims.limitations must be 'no-generative-ai'",
    ),
    "an unknown preference": (
        {**ACTIONS, "cawg.training-mining": {"entries": {"cawg.x": {"use": "allowed"}}}},
        "entries.cawg.x must be 'cawg.ai_generative_training'",
    ),
    "an unknown use": (
        {**ACTIONS, "cawg.training-mining": {"entries": {"cawg.data_mining": {"use": "no"}}}},
        "cawg.data_mining.use must be 'allowed'",
    ),
    "half of a surrogate pair": ({**ACTIONS, "org.example.x": {"a": "\ud800"}}, "org.example.x.a"),
    "a huge integer": ({**ACTIONS, "org.example.x": {"a": 2**63}}, "org.example.x.a is an integer"),
    "a long text": (
        {**ACTIONS, "org.example.x": {"a": "x" * (MAX_TEXT_CHARACTERS + 1)}},
        "org.example.x.a is longer",
    ),
    "many values": ({**ACTIONS, "org.example.x": {"a": [0] * MAX_VALUES}}, "hold more than"),
    "many labels": ({f"org.example.x{n}": {} for n in range(MAX_LABELS + 1)}, "hold more than"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_the_standard_does_not_allow_is_refused_with_its_path(
    case: str, policy: SigningPolicy
) -> None:
    said, message = REFUSED[case]
    with pytest.raises(InvalidAssertionError) as refused:
        manifest_assertions(said, policy)
    assert message in refused.value.message


def test_deep_nesting_is_refused_with_its_path(policy: SigningPolicy) -> None:
    deep: dict[str, Any] = {}
    for _ in range(MAX_DEPTH):
        deep = {"a": deep}
    with pytest.raises(InvalidAssertionError, match="nested more than"):
        manifest_assertions({**ACTIONS, "org.example.x": deep}, policy)


def test_the_largest_that_the_bounds_admit_is_built(policy: SigningPolicy) -> None:
    from edge_signer.signing.manifest.builder import ManifestBuilder
    from edge_signer.signing.manifest.manifest_definition import ManifestDefinition

    deep: Any = [0] * (MAX_VALUES - 60)
    for _ in range(MAX_DEPTH - 2):
        deep = {"a": deep}
    assertions = manifest_assertions({**ACTIONS, "org.example.x": deep}, policy)
    ManifestBuilder().prepare(
        ManifestDefinition(
            "urn:c2pa:00000000-0000-4000-8000-000000000000",
            "xmp:iid:1",
            "ES256",
            {"name": "n"},
            assertions,
            bytes(32),
            [b"leaf"],
        )
    )


@pytest.mark.parametrize("said", [{}, {"org.example.desk": {}}])
def test_a_required_assertion_that_is_missing_is_a_violation(
    said: dict[str, Any], policy: SigningPolicy
) -> None:
    with pytest.raises(PolicyViolationError, match=r"c2pa\.actions\.v2 is required"):
        manifest_assertions(said, policy)


def test_a_custom_label_needs_the_policys_leave(policy: SigningPolicy) -> None:
    with pytest.raises(PolicyViolationError, match=r"net\.example\.x is not allowed"):
        manifest_assertions({**ACTIONS, "net.example.x": {}}, policy)


@pytest.mark.parametrize(
    "label",
    [
        *("org.example.v1", "org.example.v0", "org.example.v00", "org.example.v02", "com.x.v3.v1"),
        *("com.x.thumbnail.claim", "com.thumbnail.ingredient.x", "com.x.ingredient.thumbnail"),
        *("com.v2.v2", "com.x.v2.metadata", "com.thumbnail.metadata"),
    ],
)
def test_a_label_that_a_reader_would_take_for_another_is_refused(
    label: str, policy: SigningPolicy
) -> None:
    with pytest.raises(InvalidAssertionError, match="readers confuse with another"):
        manifest_assertions({**ACTIONS, label: {}}, policy)


@pytest.mark.parametrize("field", ["actions", "relationship", "reviewRatings"])
def test_a_custom_assertion_has_no_field_by_which_others_are_known(
    field: str, policy: SigningPolicy
) -> None:
    with pytest.raises(InvalidAssertionError, match=rf"desk\.{field} is a field of another"):
        manifest_assertions({**ACTIONS, "org.example.desk": {field: "x"}}, policy)
    nested = {"org.example.desk": {"a": {field: "x"}}}
    assert len(manifest_assertions({**ACTIONS, **nested}, policy)) == 2
