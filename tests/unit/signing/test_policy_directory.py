"""Which policy a request gets when operators have put documents of their own in place."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from edge_signer.platform.errors import StoreUnavailableError
from edge_signer.signing.errors import UnknownPolicyError
from edge_signer.signing.rules.policy_directory import PolicyDirectory, shipped_policies
from tests.unit.signing.test_policy_document import DOCUMENT, NAME, written

SHIPPED = "newsroom-default-v3"


class Office:
    """A directory, its documents and its complaints."""

    def __init__(self, documents: Mapping[str, str]) -> None:
        self.documents = documents
        self.complaints: list[str] = []
        self.directory = PolicyDirectory(
            shipped_policies(), lambda: self.documents, self.complaints.append
        )


def shipped_renamed(name: str) -> str:
    return json.dumps(
        {
            **DOCUMENT,
            "policy_id": SHIPPED,
            "claim_generator_info": {"name": name, "specVersion": "2.4.0"},
        }
    )


def test_without_documents_the_shipped_policies_serve() -> None:
    office = Office({})
    assert office.directory.find(SHIPPED, "acme").policy_id == SHIPPED
    with pytest.raises(UnknownPolicyError):
        office.directory.find(NAME, "acme")


def test_a_document_adds_a_policy_or_takes_a_shipped_ones_place() -> None:
    office = Office({NAME: written(), SHIPPED: shipped_renamed("Ours")})
    assert office.directory.find(NAME, "acme").algorithm == "ES384"
    assert office.directory.find(SHIPPED, "acme").claim_generator_info.name == "Ours"


def test_policies_in_force_are_those_that_requests_find_and_no_broken_one() -> None:
    office = Office({NAME: written(), SHIPPED: shipped_renamed("Ours"), "demo-policy-v1": "- x"})
    in_force = {one.policy_id: one for one in office.directory.in_force()}
    assert in_force.keys() == {NAME, SHIPPED}
    assert in_force[SHIPPED].claim_generator_info.name == "Ours"


def test_a_changed_document_is_taken_up_and_a_removed_one_forgotten() -> None:
    office = Office({NAME: written()})
    office.directory.find(NAME, "acme")
    office.documents = {NAME: written(algorithm="ES512")}
    assert office.directory.find(NAME, "acme").algorithm == "ES512"
    office.documents = {}
    with pytest.raises(UnknownPolicyError):
        office.directory.find(NAME, "acme")


def test_a_broken_document_never_falls_back_to_the_shipped_policy() -> None:
    office = Office({SHIPPED: "policy_id: ["})
    for _ in range(3):
        with pytest.raises(StoreUnavailableError, match="document cannot be read"):
            office.directory.find(SHIPPED, "acme")
    assert len(office.complaints) == 1
    assert office.complaints[0].startswith(f"policy {SHIPPED}: is not YAML")
    assert office.directory.find("demo-policy-v1", "acme")


@pytest.mark.parametrize("text", ["effective: 2026-13-45", "- " * 1500, "a: !!bool maybe"])
def test_a_broken_document_takes_no_other_policy_down(text: str) -> None:
    office = Office({"odd-v1": text, NAME: written()})
    assert office.directory.find(NAME, "acme").algorithm == "ES384"
    assert office.directory.find(SHIPPED, "acme")
    with pytest.raises(StoreUnavailableError):
        office.directory.find("odd-v1", "acme")


def test_the_last_good_document_serves_while_its_successor_is_broken() -> None:
    office = Office({NAME: written()})
    office.directory.find(NAME, "acme")
    for text in ("broken: [", "broken: {"):
        office.documents = {NAME: text}
        assert office.directory.find(NAME, "acme").algorithm == "ES384"
    assert len(office.complaints) == 2


def test_another_tenants_policy_sounds_like_none() -> None:
    office = Office({NAME: written(tenants=["acme"])})
    assert office.directory.find(NAME, "acme")
    with pytest.raises(UnknownPolicyError) as foreign:
        office.directory.find(NAME, "testcorp")
    with pytest.raises(UnknownPolicyError) as missing:
        office.directory.find("nothing-v1", "testcorp")
    assert foreign.value.message == missing.value.message
