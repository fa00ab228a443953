"""Stores that say what a signer must not say, with every hash and the signature right."""

from __future__ import annotations

from typing import Any

import pytest

from tests.judges.own_validator import (
    codes,
    digest_of,
    failures,
    file_of,
    trusting,
    validated,
)
from tests.signers.forgery import forged
from tests.signers.software_signer import Workshop

DATA_HASH = "assertion.dataHash.mismatch"
CREATED = {
    "action": "c2pa.created",
    "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture",
}


@pytest.fixture(scope="module")
def store(workshop: Workshop, photograph: bytes) -> bytes:
    return workshop.sign(photograph)


def actions(*listed: Any) -> dict[str, Any]:
    return {"assertions": {"c2pa.actions.v2": {"actions": list(listed)}}}


def ingredient(**said: Any) -> dict[str, Any]:
    return {"assertions": {"c2pa.ingredient.v3": said}}


def redacting(label: str) -> dict[str, Any]:
    return {
        "claim": {"redacted_assertions": [f"self#jumbf=/c2pa/urn:c2pa:x/c2pa.assertions/{label}"]}
    }


HASH = {"hash": bytes(32)}
RESULTS: dict[str, dict[str, list[Any]]] = {
    "activeManifest": {"success": [], "informational": [], "failure": []}
}
FORGERIES: dict[str, tuple[dict[str, Any], str]] = {
    "a generator without a name": (
        {"claim": {"claim_generator_info": {"version": "1"}}},
        "claim.malformed",
    ),
    "a label of another form": ({"label": "urn:c2pa:one"}, "claim.malformed"),
    "a hash that the standard does not allow": ({"claim": {"alg": "md5"}}, "algorithm.unsupported"),
    "another hash than the one named": (
        {"claim": {"alg": "sha512"}},
        "assertion.hashedURI.mismatch",
    ),
    "a signature elsewhere": (
        {"claim": {"signature": "self#jumbf=/c2pa/urn:c2pa:x/c2pa.signature"}},
        "claimSignature.missing",
    ),
    "no actions": (actions(), "assertion.action.malformed"),
    "a first action that is neither": (
        actions({"action": "c2pa.edited"}),
        "assertion.action.malformed",
    ),
    "created twice": (actions(CREATED, CREATED), "assertion.action.malformed"),
    "created from nothing": (actions({"action": "c2pa.created"}), "assertion.action.malformed"),
    "opened nothing": (actions({"action": "c2pa.opened"}), "assertion.action.ingredientMismatch"),
    "placed what is no ingredient": (
        actions(
            CREATED,
            {
                "action": "c2pa.placed",
                "parameters": {"ingredients": [{"url": "self#jumbf=c2pa.assertions/x", **HASH}]},
            },
        ),
        "assertion.action.ingredientMismatch",
    ),
    "redacted what is not there": (
        actions(
            CREATED,
            {"action": "c2pa.redacted", "parameters": {"redacted": "self#jumbf=/c2pa/x/y/z"}},
        ),
        "assertion.action.redactionMismatch",
    ),
    "no language": (
        actions(CREATED, {"action": "c2pa.translated"}),
        "assertion.action.malformed",
    ),
    "an ingredient without a relationship": (
        ingredient(**{"dc:title": "x"}),
        "assertion.ingredient.malformed",
    ),
    "an ingredient whose manifest is not there": (
        ingredient(
            relationship="componentOf",
            activeManifest={"url": "self#jumbf=/c2pa/urn:c2pa:no", **HASH},
            validationResults=RESULTS,
        ),
        "ingredient.manifest.missing",
    ),
    "an ingredient that was not validated": (
        ingredient(
            relationship="componentOf",
            activeManifest={"url": "self#jumbf=/c2pa/urn:c2pa:no", **HASH},
        ),
        "assertion.ingredient.malformed",
    ),
    "a picture that is not there": (
        ingredient(
            relationship="componentOf",
            thumbnail={"url": "self#jumbf=c2pa.assertions/no", **HASH},
        ),
        "hashedURI.missing",
    ),
    "a picture that is another": (
        ingredient(
            relationship="componentOf",
            thumbnail={"url": "self#jumbf=c2pa.assertions/c2pa.hash.data", **HASH},
        ),
        "hashedURI.mismatch",
    ),
    "two parents": (
        {
            "assertions": {
                "c2pa.ingredient.v3": {"relationship": "parentOf"},
                "c2pa.ingredient.v3__1": {"relationship": "parentOf"},
            }
        },
        "manifest.multipleParents",
    ),
    "two bindings": (
        {"assertions": {"c2pa.hash.data__1": {"alg": "sha256", "pad": b"", **HASH}}},
        "assertion.multipleHardBindings",
    ),
    "a binding without padding": (
        {"assertions": {"c2pa.hash.data": {"alg": "sha256", **HASH}}},
        "assertion.dataHash.malformed",
    ),
    "a binding to elsewhere": (
        {"assertions": {"c2pa.cloud-data": {"label": "c2pa.hash.data"}}},
        "assertion.cloud-data.hardBinding",
    ),
    "metadata of another schema": (
        {"assertions": {"c2pa.metadata": {"@context": {}, "foo:bar": 1}}},
        "assertion.metadata.disallowed",
    ),
    "no time-stamp in time-stamps": (
        {"assertions": {"c2pa.time-stamp": {}}},
        "assertion.timestamp.malformed",
    ),
    "redacted its own words": (
        {"claim": {"redacted_assertions": ["self#jumbf=c2pa.assertions/org.example.note"]}},
        "assertion.selfRedacted",
    ),
    "redacted what was done": (redacting("c2pa.actions.v2"), "assertion.action.redacted"),
    "redacted what binds": (redacting("c2pa.hash.data"), "assertion.dataHash.redacted"),
    "a claim of nothing": ({"claim": {"created_assertions": []}}, "assertion.undeclared"),
}


@pytest.mark.parametrize("case", FORGERIES)
def test_what_a_signer_must_not_say_is_found_although_the_signature_holds(
    case: str, store: bytes, workshop: Workshop, photograph: bytes
) -> None:
    changes, expected = FORGERIES[case]
    forgery = forged(store, workshop.signer, **changes)
    found = validated(forgery, digest_of(photograph), trusting(workshop))
    assert found.active is not None
    assert "claimSignature.validated" in codes(found.active.findings.success)
    assert expected in failures(found)
    assert found.verdict == "Invalid"


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"claim": {"signature": "self#jumbf=c2pa.signature"}},
        {"claim": {"a_field_of_later_versions": 1}},
        {"assertions": {"org.example.own": {"url": "self#jumbf=c2pa.assertions/no", **HASH}}},
        {"claim": {"redacted_assertions": ["self#jumbf=/c2pa/urn:c2pa:x/c2pa.assertions/y"]}},
    ],
)
def test_what_the_standard_allows_is_accepted(
    changes: dict[str, Any], store: bytes, workshop: Workshop, photograph: bytes
) -> None:
    found = validated(
        forged(store, workshop.signer, **changes), digest_of(photograph), trusting(workshop)
    )
    assert (found.verdict, failures(found)) == ("Trusted", set())


def test_a_detached_store_may_leave_nothing_of_the_file_out(
    workshop: Workshop, photograph: bytes
) -> None:
    for asset in (photograph, b"some text " * 20):
        end = len(asset) - 100
        content: dict[str, Any] = {
            "alg": "sha256",
            "pad": b"",
            "name": "x",
            "hash": digest_of(asset[:end]).sha256,
        }
        content["exclusions"] = [{"start": end, "length": 100}]
        forgery = forged(
            workshop.sign(asset), workshop.signer, assertions={"c2pa.hash.data": content}
        )
        found = validated(forgery, file_of(asset), trusting(workshop))
        assert failures(found) == {DATA_HASH}


def test_what_a_hash_leaves_out_of_an_unknown_format_is_said(workshop: Workshop) -> None:
    asset = b"some text " * 20
    content = {"alg": "sha256", "pad": b"", "name": "x", "hash": digest_of(asset[:100]).sha256}
    excluded = {"exclusions": [{"start": 100, "length": 100}]}
    forgery = forged(
        workshop.sign(asset), workshop.signer, assertions={"c2pa.hash.data": content | excluded}
    )
    found = validated(forgery, file_of(asset, is_embedded=True), trusting(workshop))
    assert found.hard_binding == "passed"
    assert any("100 bytes that the hash leaves out" in one for one in found.not_checked)
