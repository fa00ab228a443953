"""The role of the health function: it reads, and can neither sign nor have anybody sign."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from edge_signer.health.service_checks import PREFIX, TENANT_KEY
from edge_signer.kms_guard.kms_quota import ID_PREFIX
from edge_signer.platform.names import TENANT_ID
from tests.guards.rendering import rendered
from tests.guards.role_statements import branches, listed, statements, statements_of
from tests.unit.test_template_guard import SAM, TRANSLATED

READS = {
    "dynamodb:batchgetitem",
    "dynamodb:getitem",
    "kms:describekey",
    "kms:getpublickey",
    "s3:listbucket",
    "ssm:getparameter",
    "ssm:getparametersbypath",
}
COUNTED = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": [f"{ID_PREFIX}*"]}}


def health_statements(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["Sid"]: one for one in all_of_health(document)}


def all_of_health(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for choice in statements_of(document, "HealthFunction") for one in branches(choice)]


def health_actions(document: dict[str, Any]) -> set[str]:
    return {action.lower() for one in all_of_health(document) for action in listed(one["Action"])}


@pytest.mark.parametrize("document", [SAM, TRANSLATED], ids=["as it is", "translated"])
def test_health_reads_and_can_neither_sign_nor_invoke(document: dict[str, Any]) -> None:
    assert health_actions(document) == READS


@pytest.mark.parametrize("action", ["kms:Sign", "lambda:InvokeFunction", "s3:PutObject"])
def test_a_role_that_could_would_be_seen(action: str) -> None:
    mutated = copy.deepcopy(SAM)
    policy = mutated["Resources"]["HealthFunction"]["Properties"]["Policies"][0]
    policy["Statement"].append({"Effect": "Allow", "Action": action, "Resource": "x"})
    assert health_actions(mutated) == READS | {action.lower()}


@pytest.mark.parametrize("form", [SAM, TRANSLATED], ids=["as it is", "translated"])
def test_a_policy_attached_to_the_role_would_be_seen(form: dict[str, Any]) -> None:
    mutated = copy.deepcopy(form)
    function = mutated["Resources"]["HealthFunction"]["Properties"]
    role = mutated["Resources"].get("HealthFunctionRole", {}).get("Properties", {})
    role.get("ManagedPolicyArns", function.get("Policies")).append({"Ref": "SigningPolicy"})
    assert "kms:sign" in health_actions(mutated)


def test_health_sees_no_tenant_and_no_manifest() -> None:
    found = health_statements(SAM)
    narrowed = {
        "SeeThatS3Answers": {"StringEquals": {"s3:prefix": PREFIX}},
        "SeeThatDynamoDbAnswers": {
            "ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [TENANT_KEY]}
        },
        "ReadHowMuchWasSigned": COUNTED,
    }
    assert {sid: found[sid]["Condition"] for sid in narrowed} == narrowed
    assert not TENANT_ID.fullmatch(PREFIX.rstrip("/"))
    key = found["LookAtTheKey"]["Condition"]["ForAnyValue:StringEquals"]["kms:ResourceAliases"]
    assert rendered(key) == "alias/edge-signer-${Stage}-signing"


def test_the_central_signer_counts_and_touches_no_other_request() -> None:
    (counting,) = (
        one for where, one in statements(SAM) if where == "FallbackFunction, CountSignatures"
    )
    assert (counting["Action"], counting["Condition"]) == ("dynamodb:UpdateItem", COUNTED)
