"""Policy documents: what is wrong with one is said by field, before anything is signed under it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from edge_signer.signing.rules.assertions import manifest_assertions
from edge_signer.signing.rules.policy_directory import (
    SHIPPED_POLICIES,
    PolicyDocumentError,
    read_policy,
    shipped_policies,
)
from edge_signer.signing.rules.policy_yaml import write_as_json
from tests.media.sample_metadata import METADATA
from tests.signers.software_signer import ACTIONS

NAME = "desk-v1"
DOCUMENT: dict[str, Any] = {
    "policy_id": NAME,
    "claim_generator_info": {"name": "Desk", "version": "1", "specVersion": "2.4.0"},
    "signing_key": "signing-es384",
    "algorithm": "ES384",
    "certificate": "signing-es384",
    "required_assertions": ["c2pa.actions.v2"],
    "allowed_assertions": ["c2pa.actions.v2", "cawg.training-mining", "com.example.*"],
    "vouched_assertions": ["c2pa.actions.v2"],
}


def written(**changes: Any) -> str:
    return json.dumps({**DOCUMENT, **changes})


def without(field: str) -> str:
    return json.dumps({name: value for name, value in DOCUMENT.items() if name != field})


def test_the_shipped_documents_are_policies() -> None:
    assert shipped_policies().keys() == {"newsroom-default-v3", "demo-policy-v1"}
    for file in SHIPPED_POLICIES.glob("*.yaml"):
        assert len(file.read_bytes()) < 4096, "a standard parameter holds no more"


def test_written_as_json_the_shipped_documents_are_the_same_policies(tmp_path: Path) -> None:
    folder = tmp_path / "policies"
    shutil.copytree(SHIPPED_POLICIES, folder)
    write_as_json(folder)
    assert {file.suffix for file in folder.iterdir()} == {".json"}
    assert shipped_policies(folder) == shipped_policies()


def test_a_document_becomes_a_policy() -> None:
    policy = read_policy(written(tenants=["acme"]), NAME)
    assert (policy.policy_id, policy.algorithm) == (NAME, "ES384")
    assert policy.serves("acme")
    assert not policy.serves("testcorp")
    assert read_policy(written(), NAME).serves("testcorp")


FAULTS: dict[str, tuple[str, str]] = {
    "nothing": ("", "must be a mapping"),
    "a list": ("- a", "must be a mapping"),
    "no YAML": ("policy_id: [", "is not YAML: "),
    "an object of Python": ("!!python/object:os.system {}", "is not YAML: "),
    "a key twice": (f"{written()[:-1]}, 'algorithm': 'ES256'}}", "line 1: duplicate key"),
    "another name": (written(policy_id="desk-v2"), "policy_id is desk-v2, but the document is"),
    "no version": (written(policy_id="desk"), "policy_id "),
    "no key": (without("signing_key"), "signing_key is required"),
    "a key that may not sign": (written(signing_key="receipts"), "signing_key "),
    "no algorithm": (without("algorithm"), "algorithm is required"),
    "an unknown algorithm": (written(algorithm="RS256"), "algorithm must be "),
    "a field too many": (written(colour="red"), "colour is not a supported field"),
    "no name of the generator": (
        written(claim_generator_info={"specVersion": "2.4.0"}),
        "claim_generator_info.name is required",
    ),
    "no version of the standard": (
        written(claim_generator_info={"name": "Desk"}),
        "claim_generator_info.specVersion is required",
    ),
    "another version of the standard": (
        written(claim_generator_info={"name": "Desk", "specVersion": "2.2.0"}),
        "claim_generator_info.specVersion",
    ),
    "tenants that are none": (written(tenants=["ACME"]), "tenants[0] "),
    "all labels": (written(allowed_assertions=["*"]), "allowed_assertions: * is neither"),
    "all of the standard": (
        written(allowed_assertions=["c2pa.actions.v2", "c2pa.*"]),
        "allowed_assertions: c2pa.* is neither",
    ),
    "a label that is not made": (
        written(allowed_assertions=["c2pa.actions.v2", "c2pa.ingredient.v3"]),
        "allowed_assertions: c2pa.ingredient.v3 is neither",
    ),
    "no actions": (
        written(allowed_assertions=["com.*"]),
        "allowed_assertions: must include",
    ),
    "actions not required": (
        written(required_assertions=[]),
        "required_assertions: must include c2pa.actions.v2, unless",
    ),
    "actions not vouched for": (written(vouched_assertions=[]), "vouched_assertions: must include"),
    "required but not allowed": (
        written(required_assertions=["c2pa.actions.v2", "org.example.x"]),
        "required_assertions: org.example.x is not among",
    ),
    "vouched for but not allowed": (
        written(vouched_assertions=["c2pa.actions.v2", "org.example.x"]),
        "vouched_assertions: org.example.x is not among",
    ),
    "a default that is not allowed": (
        written(default_assertions={"org.example.x": {}}),
        "default_assertions: org.example.x is not among",
    ),
    "a default that is not valid": (
        written(default_assertions={"cawg.training-mining": {"entries": {}}}),
        "default_assertions.cawg.training-mining.entries must not be empty",
    ),
    "a date without quotes": (
        written()[:-1] + ", 'default_assertions': {'com.example.x': {'on': 2026-01-31}}}",
        "default_assertions.com.example.x has a value that is not JSON; put dates in quotes",
    ),
    "aliases": (
        f"{written()[:-1]}, 'certificate': &a x, 'signing_key': *a}}",
        "line 1: aliases are not supported",
    ),
    "tenants without a name": (f"{written()[:-1]}, 'tenants':}}", "tenants is empty: name tenants"),
    "actions without a name": (
        f"{written()[:-1]}, 'allowed_actions':}}",
        "allowed_actions is empty",
    ),
    "an action that is not made": (
        written(allowed_actions=["c2pa.created", "c2pa.removed"]),
        "allowed_actions: c2pa.removed is neither an action of the standard that the signer",
    ),
    "actions of which none can be the first": (
        written(allowed_actions=["c2pa.edited", "com.*"]),
        "allowed_actions: must include c2pa.created or c2pa.opened",
    ),
    "a default action that is not allowed": (
        written(allowed_actions=["c2pa.opened"], default_assertions=ACTIONS),
        "default_assertions: c2pa.created is not among allowed_actions",
    ),
    "a relationship that is none": (
        written(ingredients={"relationships": ["childOf"], "credentials": "any"}),
        "ingredients.relationships[0] must be 'parentOf', 'componentOf' or 'inputTo'",
    ),
    "no relationship": (
        written(ingredients={"relationships": [], "credentials": "any"}),
        "ingredients.relationships ",
    ),
    "ingredients with no word on their credentials": (
        written(ingredients={"relationships": ["parentOf"]}),
        "ingredients.credentials is required",
    ),
    "a trusted client that may not sign": (
        written(tenants=["acme"], trusted_clients=["acme", "testcorp"]),
        "trusted_clients: testcorp is not among tenants",
    ),
    **{
        f"a label that is never redacted: {label}": (
            written(redactable_assertions=["stds.exif", label]),
            f"redactable_assertions: {label} covers {covered}, but ",
        )
        for label, covered in {
            "c2pa.*": "c2pa.actions.v2",
            "c2pa.hash.*": "c2pa.hash.data",
            "c2pa.ingredient": "c2pa.ingredient",
        }.items()
    },
    "a label to redact that is none": (
        written(redactable_assertions=["*"]),
        "redactable_assertions: * is neither a label such as c2pa.metadata nor a pattern",
    ),
    "redactions without their action": (
        written(allowed_actions=["c2pa.opened"], redactable_assertions=["stds.exif"]),
        "allowed_actions: must include c2pa.redacted, because there are redactable_assertions",
    ),
    "a pattern that is required": (
        written(required_assertions=["c2pa.actions.v2", "com.example.*"]),
        "required_assertions: com.example.* is a pattern",
    ),
    "a name too long for the builder": (
        written(claim_generator_info={"name": "\U0001f600" * 65, "specVersion": "2.4.0"}),
        "claim_generator_info.name ",
    ),
    "half of a character": (
        written()[:-1] + r""", 'default_assertions': {'com.example.x': {'a': "\ud83d"}}}""",
        "default_assertions.com.example.x.a holds half of a surrogate pair",
    ),
    **{
        f"a pattern that opens more than it says: {label}": (
            written(allowed_assertions=["c2pa.actions.v2", label]),
            f"allowed_assertions: {label} is neither",
        )
        for label in ("c*", "?*", "[c]2pa.*", "c?pa.*", "nonsense", "com.*.x", "*.example", ".*")
    },
    **{
        f"a value that YAML cannot make: {value[:20]}": (
            f"{written()[:-1]}, 'certificate2': {value}}}",
            message,
        )
        for value, message in (
            ("2026-13-45", "holds a value that cannot be read"),
            ("!!int abc", "holds a value that cannot be read"),
            ("!!int ''", "holds a value that cannot be read"),
            ("!!bool maybe", "holds a value that cannot be read"),
            ("!!timestamp x", "holds a value that cannot be read"),
            ("[" * 1200 + "]" * 1200, "holds a value that cannot be read"),
        )
    },
    "an alias for nothing": (
        written(source_type_aliases={"https://x": {"digital_source_type": "photo"}}),
        "source_type_aliases.https://x.digital_source_type must be a term of the IPTC",
    ),
}


@pytest.mark.parametrize("case", FAULTS)
def test_a_fault_is_named(case: str) -> None:
    text, message = FAULTS[case]
    with pytest.raises(PolicyDocumentError) as fault:
        read_policy(text, NAME)
    assert str(fault.value).startswith(message)
    assert len(str(fault.value)) < 300


def test_a_default_is_said_where_the_client_says_nothing() -> None:
    default = {"entries": {"cawg.ai_training": {"use": "notAllowed"}}}
    policy = read_policy(written(default_assertions={"cawg.training-mining": default}), NAME)
    said = {one.label: one.content for one in manifest_assertions(ACTIONS, policy)}
    assert said["cawg.training-mining"] == default
    own = {"entries": {"cawg.ai_training": {"use": "allowed"}}}
    assertions = manifest_assertions({**ACTIONS, "c2pa.training-mining": own}, policy)
    assert {one.label: one.content for one in assertions}["cawg.training-mining"] == own


def test_a_default_may_be_metadata() -> None:
    label = "c2pa.metadata"
    allowed = [*DOCUMENT["allowed_assertions"], label]
    default = {label: METADATA[label]}
    policy = read_policy(written(allowed_assertions=allowed, default_assertions=default), NAME)
    _, metadata = manifest_assertions(ACTIONS, policy)
    assert (metadata.content, metadata.encoding) == (METADATA[label], "json")


def test_a_default_may_have_the_short_form_and_may_be_the_required_one() -> None:
    policy = read_policy(written(default_assertions=ACTIONS), NAME)
    (actions,) = manifest_assertions({}, policy)
    assert (actions.label, actions.created) == ("c2pa.actions.v2", True)
    assert actions.content["actions"][0]["action"] == "c2pa.created"


def test_a_policy_says_which_ingredients_actions_and_redactions_it_allows() -> None:
    fields = {
        "tenants": ["acme"],
        "trusted_clients": ["acme"],
        "ingredients": {"relationships": ["parentOf"], "credentials": "trusted"},
        "allowed_actions": ["c2pa.opened", "c2pa.resized", "c2pa.redacted", "com.example.*"],
        "redactable_assertions": ["stds.*", "c2pa.thumbnail.*"],
    }
    policy = read_policy(written(**fields), NAME)
    assert policy.model_dump(mode="json", include={*fields}) == fields
    assert policy.allows_action("com.example.x")
    assert not policy.allows_action("c2pa.created")
    silent = read_policy(written(), NAME)
    assert silent.allows_action("c2pa.created")
    assert (silent.ingredients, silent.redactable_assertions) == (None, ())


def test_yaml_as_people_write_it_is_read() -> None:
    text = yaml.safe_dump(DOCUMENT) + "# a comment\n"
    assert read_policy(text, NAME) == read_policy(written(), NAME)
