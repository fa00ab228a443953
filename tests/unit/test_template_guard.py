"""What the template's functions may do and are told; a template that goes further is refused."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from emulator.stack.template import translate
from tests.conftest import ROOT
from tests.guards.role_statements import standing_in, statements, statements_of
from tests.guards.template_guard import allowed_actions, faults, functions

TEXT = (ROOT / "template.yaml").read_text()
SAM: dict[str, Any] = yaml_parse(TEXT)
TRANSLATED = translate(TEXT, {"ManifestBaseUrl": "https://example.com"}, ROOT / "template.yaml")
Change = Callable[[dict[str, Any]], Any]


@pytest.mark.parametrize("document", [SAM, TRANSLATED], ids=["as it is", "translated"])
def test_the_template_is_without_fault(document: dict[str, Any]) -> None:
    assert functions(document)
    assert {"kms:sign", "s3:putobject"} <= allowed_actions(document)
    assert faults(document) == []


def sign(document: dict[str, Any]) -> dict[str, Any]:
    properties: dict[str, Any] = document["Resources"]["SignFunction"]["Properties"]
    return properties


def shared(document: dict[str, Any]) -> dict[str, Any]:
    properties: dict[str, Any] = document["Resources"]["SigningPolicy"]["Properties"]
    return properties


def statement(document: dict[str, Any], sid: str) -> dict[str, Any]:
    found = shared(document)["PolicyDocument"]["Statement"]
    return next(one for one in found if one.get("Sid") == sid)


def adding(action: str, resource: Any = "${TenantsTable.Arn}", **more: Any) -> Change:
    added = {"Effect": "Allow", "Action": action, "Resource": resource, **more}
    return lambda document: sign(document)["Policies"][-1]["Statement"].append(added)


def adding_to_both(action: str) -> Change:
    added = {"Effect": "Allow", "Action": action, "Resource": "${TenantsTable.Arn}"}
    return lambda document: shared(document)["PolicyDocument"]["Statement"].append(added)


def adding_to_the_reader(action: str, resource: Any) -> Change:
    return adding_to("VerifyFunction", action, resource)


def adding_to(function: str, action: str, resource: Any) -> Change:
    added = {"Effect": "Allow", "Action": action, "Resource": resource}

    def change(document: dict[str, Any]) -> None:
        policies = document["Resources"][function]["Properties"]["Policies"]
        policies[-1]["Statement"].append(added)

    return change


def never_change_trust_lists(document: dict[str, Any]) -> dict[str, Any]:
    found: list[dict[str, Any]] = sign(document)["Policies"][-1]["Statement"]
    return next(one for one in found if one.get("Sid") == "NeverChangeTrustLists")


def telling(**variables: Any) -> Change:
    return lambda document: sign(document)["Environment"]["Variables"].update(variables)


def in_globals(document: dict[str, Any]) -> None:
    document["Globals"]["Function"]["Environment"] = {"Variables": {"API_TOKEN": "hunter2"}}


def another_function(document: dict[str, Any]) -> None:
    other = copy.deepcopy(document["Resources"]["SignFunction"])
    other["Properties"]["Policies"] = ["AmazonS3FullAccess"]
    document["Resources"]["OtherFunction"] = other


def other_aliases(document: dict[str, Any]) -> None:
    condition = statement(document, "SignDigests")["Condition"]
    condition["ForAnyValue:StringLike"] = condition.pop("ForAnyValue:StringEquals")
    condition["ForAnyValue:StringLike"]["kms:ResourceAliases"] = ["alias/edge-signer-${Stage}-*"]


def _of_the_fallback(document: dict[str, Any], sid: str) -> dict[str, Any]:
    found = standing_in(document["Resources"]["FallbackFunction"])
    either = [one["Fn::If"][1] for one in found if "Fn::If" in one]
    return next(one for one in either if one["Sid"] == sid)


ANY_KEY = "arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/*"
MUTATIONS: dict[str, tuple[Change, str]] = {
    "kms:CreateKey": (adding("kms:CreateKey"), "kms:CreateKey is forbidden"),
    "kms:Decrypt": (adding("kms:Decrypt"), "kms:Decrypt is forbidden"),
    "in other letters": (adding("KMS:decrypt"), "KMS:decrypt is forbidden"),
    "kms:PutKeyPolicy": (adding("kms:PutKeyPolicy"), "is forbidden"),
    "kms:CreateGrant": (adding("kms:CreateGrant"), "is forbidden"),
    "s3:DeleteObject": (adding("s3:DeleteObject"), "s3:DeleteObject is forbidden"),
    "s3:DeleteObjectVersion": (adding("s3:DeleteObjectVersion"), "is forbidden"),
    "to delete more than uploads": (
        adding("s3:DeleteObject", [{"Fn::Sub": "${UploadBucket.Arn}/uploads/*/*"}, "x"]),
        "s3:DeleteObject is forbidden",
    ),
    "a key for whoever reads strangers' files": (
        adding_to_the_reader("kms:GetPublicKey", {"Fn::GetAtt": "SigningKey.Arn"}),
        "may not use kms:GetPublicKey",
    ),
    "dynamodb:Scan": (adding("dynamodb:Scan"), "dynamodb:Scan is forbidden"),
    "to read manifests": (
        adding_to(
            "ExecuteFunction", "s3:GetObject", {"Fn::Sub": "${ManifestBucket.Arn}/*/sha256/*.c2pa"}
        ),
        "may read manifests",
    ),
    "to read manifests by the bucket's name": (
        adding_to(
            "ExecuteFunction",
            "s3:GetObject",
            {
                "Fn::Sub": "arn:${AWS::Partition}:s3:::edge-signer-${Stage}-manifests-"
                "${AWS::AccountId}-${AWS::Region}/*/sha256/*.c2pa"
            },
        ),
        "may read manifests",
    ),
    "to replace manifests": (
        adding("s3:PutObject", {"Fn::Sub": "${ManifestBucket.Arn}/*/id/*.c2pa"}),
        "may replace manifests that assets name",
    ),
    "to replace manifests, for whoever reads strangers' files": (
        adding_to_the_reader("s3:PutObject", {"Fn::Sub": "${ManifestBucket.Arn}/*/id/*.c2pa"}),
        "may replace manifests that assets name",
    ),
    "to write trust lists": (
        adding_to_the_reader("s3:PutObject", {"Fn::Sub": "${ManifestBucket.Arn}/trust/*"}),
        "may write trust lists",
    ),
    "to write trust lists as a tenant's": (
        lambda document: never_change_trust_lists(document).update(Action="s3:DeleteObject"),
        "StoreManifestsAndTimeStamps: may write trust lists",
    ),
    "to write trust lists sometimes": (
        lambda document: never_change_trust_lists(document).update(Condition={"Bool": {}}),
        "StoreManifestsThatAssetsName: may write trust lists",
    ),
    "chaos in prod": (
        lambda document: document["Conditions"].update(
            AllowsChaos={"Fn::Equals": [{"Ref": "ChaosAllowed"}, "true"]}
        ),
        "AllowsChaos: allows chaos in prod",
    ),
    "an order of faults everywhere": (
        adding("ssm:GetParameter", "arn:aws:ssm:us-east-1:123456789012:parameter/e/dev/chaos/kms"),
        "may touch the order of faults in every stage",
    ),
    "iam:PassRole": (adding("iam:PassRole"), "iam:PassRole is forbidden"),
    "lambda:UpdateFunctionCode": (adding("lambda:UpdateFunctionCode"), "is forbidden"),
    "every action": (adding("*"), "* is a wildcard"),
    "a service's actions": (adding("s3:*"), "s3:* is a wildcard"),
    "some actions": (adding("s3:Get*"), "s3:Get* is a wildcard"),
    "one letter": (adding("s3:GetObjec?"), "is a wildcard"),
    "every resource": (adding("s3:GetObject", "*"), "the resource * is wider"),
    "every bucket": (adding("s3:PutObject", "arn:aws:s3:::*"), "is wider"),
    "a list of resources": (adding("s3:PutObject", ["arn:aws:s3:::x/y", "*"]), "is wider"),
    "no resource": (adding("s3:PutObject", None), "names no resource"),
    "all actions but": (adding("s3:PutObject", NotAction="iam:PassRole"), "NotAction allows all"),
    "all resources but": (adding("s3:PutObject", NotResource="x"), "NotResource allows all"),
    "an imported resource": (adding("s3:GetObject", {"Fn::ImportValue": "x"}), "is wider"),
    "every key": (adding("kms:Sign", ANY_KEY), "takes every key of the account"),
    "every key of ours": (other_aliases, "SignDigests: takes every key of the account"),
    "a key of whoever deploys": (
        adding("kms:Sign", {"Ref": "CorsOrigins"}),
        "the resource ${CorsOrigins} may be anything",
    ),
    "any region": (
        lambda document: statement(document, "SignDigests")["Resource"]["Fn::Sub"][1].update(
            KeyRegion="*"
        ),
        "is wider",
    ),
    "no condition": (
        lambda document: statement(document, "CompareTheCertificate").pop("Condition"),
        "CompareTheCertificate: takes every key",
    ),
    "every key abroad": (
        lambda document: _of_the_fallback(document, "SignDigestsWithTheReplica").pop("Condition"),
        "SignDigestsWithTheReplica: takes every key",
    ),
    "a key where another region has a replica": (
        telling(SIGNING_KEY={"Fn::If": ["HasReplicaKey", "correct horse", ""]}),
        "SIGNING_KEY is called a secret",
    ),
    "a managed policy": (
        lambda document: sign(document)["Policies"].append("AmazonSSMFullAccess"),
        "AmazonSSMFullAccess allows is written elsewhere",
    ),
    "a policy template": (
        lambda document: sign(document)["Policies"].append({"S3CrudPolicy": {"BucketName": "x"}}),
        "allows is written elsewhere",
    ),
    "what CodeDeploy may do": (
        lambda document: sign(document)["Policies"].append(
            "arn:aws:iam::aws:policy/service-role/AWSCodeDeployRoleForLambda"
        ),
        "allows is written elsewhere",
    ),
    "a policy of whoever deploys": (
        lambda document: sign(document)["Policies"].append({"Ref": "CorsOrigins"}),
        "what ${CorsOrigins} allows is written elsewhere",
    ),
    "more in the policy of both": (
        adding_to_both("kms:Decrypt"),
        "SigningPolicy, 8: kms:Decrypt is forbidden",
    ),
    "a policy that gives itself": (
        lambda document: shared(document).update(Roles=[{"Ref": "HealthFunctionRole"}]),
        "SigningPolicy: whom it is given to is not written there",
    ),
    "another role": (
        lambda document: sign(document).update(Role="arn:aws:iam::123456789012:role/admin"),
        "its role is not in the template",
    ),
    "another function": (another_function, "OtherFunction: what AmazonS3FullAccess allows"),
    "a key": (telling(SIGNING_KEY="correct horse"), "SIGNING_KEY is called a secret"),
    "a password of whoever deploys": (
        telling(PASSWORD={"Ref": "Stage"}),
        "PASSWORD is called a secret",
    ),
    "an access key": (telling(ACCOUNT="AKIA" + "A2B3C4D5" * 2), "ACCOUNT holds a secret"),
    "a token for all": (in_globals, "API_TOKEN is called a secret"),
}


@pytest.mark.parametrize("case", MUTATIONS)
def test_a_template_that_goes_further_is_refused(case: str) -> None:
    change, reason = MUTATIONS[case]
    mutated = copy.deepcopy(SAM)
    change(mutated)
    assert [fault for fault in faults(mutated) if reason in fault], faults(mutated)


def test_a_function_that_signs_may_read_trust_lists() -> None:
    mutated = copy.deepcopy(SAM)
    adding("s3:GetObject", {"Fn::Sub": "${ManifestBucket.Arn}/trust/*"})(mutated)
    assert faults(mutated) == []


@pytest.mark.parametrize(
    "case",
    [
        *("kms:Decrypt", "every resource", "every key of ours", "a managed policy", "a key"),
        *("more in the policy of both", "a policy that gives itself"),
    ],
)
def test_it_is_refused_in_its_translated_form_too(case: str) -> None:
    change, _ = MUTATIONS[case]
    mutated = copy.deepcopy(SAM)
    change(mutated)
    translated = translate(json.dumps(mutated), {"ManifestBaseUrl": "https://example.com"}, ROOT)
    assert len(faults(translated)) == len(faults(mutated)) == 1


@pytest.mark.parametrize("document", [SAM, TRANSLATED], ids=["as it is", "translated"])
def test_those_who_sign_have_one_policy_in_common_and_nobody_else_has_it(
    document: dict[str, Any],
) -> None:
    signing, *_ = standing_in(document["Resources"]["SigningPolicy"])
    assert signing["Sid"] == "SignDigests"
    who = [one for one in functions(document) if signing in statements_of(document, one)]
    assert who == ["SignFunction", "FallbackFunction"]
    first, second = (statements_of(document, one) for one in who)
    common = [one for one in first if one in second]
    assert common == standing_in(document["Resources"]["SigningPolicy"])
    given = {one["Action"] for where, one in statements(document) if "SigningPolicy" in where}
    reads = {"kms:GetPublicKey", "ssm:GetParameter", "ssm:GetParametersByPath"}
    assert given == {"kms:Sign", *reads}


@pytest.mark.parametrize(
    "value",
    ["alias/edge-signer-dev-signing", "/edge-signer/dev/x", {"Fn::GetAtt": ["SigningKey", "Arn"]}],
)
def test_a_variable_may_name_where_a_key_is(value: Any) -> None:
    mutated = copy.deepcopy(SAM)
    telling(RECEIPT_KEY=value)(mutated)
    assert faults(mutated) == []
