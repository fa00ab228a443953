"""What the template's resources have; a template in which one of it is missing is refused."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from emulator.stack.template import translate
from tests.conftest import ROOT
from tests.guards.key_guard import key_faults, signers
from tests.guards.resource_guard import of_type, resource_faults

TEXT = (ROOT / "template.yaml").read_text()
SAM: dict[str, Any] = yaml_parse(TEXT)
REPLICA: dict[str, Any] = yaml_parse((ROOT / "replica.yaml").read_text())
Change = Callable[[dict[str, Any]], Any]


def test_nothing_is_missing() -> None:
    assert resource_faults(SAM) == []


def properties(document: dict[str, Any], logical_id: str) -> dict[str, Any]:
    found: dict[str, Any] = document["Resources"][logical_id]["Properties"]
    return found


def key_statement(document: dict[str, Any], sid: str) -> dict[str, Any]:
    statements = properties(document, "SigningKey")["KeyPolicy"]["Statement"]
    return next(one for one in statements if one.get("Sid") == sid)


def bucket_statements(document: dict[str, Any]) -> list[Any]:
    policy = properties(document, "ManifestBucketPolicy")["PolicyDocument"]
    found: list[Any] = policy["Statement"]
    return found


def without(logical_id: str, name: str) -> Change:
    return lambda document: properties(document, logical_id).pop(name)


def key(sid: str, **changed: Any) -> Change:
    return lambda document: key_statement(document, sid).update(changed)


def served(**changed: Any) -> Change:
    def change(document: dict[str, Any]) -> None:
        choices = [one["Fn::If"][1] for one in bucket_statements(document) if "Fn::If" in one]
        choices[0].update(changed)

    return change


def another_signer(document: dict[str, Any]) -> None:
    condition = key_statement(document, "SignDigests")["Condition"]["ArnEquals"]
    condition["aws:PrincipalArn"] = [condition["aws:PrincipalArn"], "arn:aws:iam::1:role/other"]


def any_role(document: dict[str, Any]) -> None:
    for sid, operator in (("SignDigests", "ArnEquals"), ("NobodyElseSigns", "ArnNotEquals")):
        condition = key_statement(document, sid)["Condition"][operator]
        condition["aws:PrincipalArn"] = "arn:aws:iam::1:role/*"


def grants(document: dict[str, Any]) -> None:
    key_statement(document, "AdministerAndNotSign")["Action"].append("kms:CreateGrant")


def signing_administrators(document: dict[str, Any]) -> None:
    key_statement(document, "AdministerAndNotSign")["Action"].append("kms:Sign")


def no_administrators(document: dict[str, Any]) -> None:
    key_statement(document, "AdministerAndNotSign")["Action"].remove("kms:PutKeyPolicy")


def no_refusal(document: dict[str, Any]) -> None:
    properties(document, "SigningKey")["KeyPolicy"]["Statement"].pop()


def no_message_type(document: dict[str, Any]) -> None:
    condition = key_statement(document, "SignDigests")["Condition"]
    del condition["StringEquals"]["kms:MessageType"]


def a_short_log(document: dict[str, Any]) -> None:
    properties(document, "SignLog")["RetentionInDays"] = 30


def half_public(document: dict[str, Any]) -> None:
    properties(document, "ManifestBucket")["PublicAccessBlockConfiguration"][
        "BlockPublicPolicy"
    ] = False


def unguarded(logical_id: str, sid: str) -> Change:
    def change(document: dict[str, Any]) -> None:
        policy = properties(document, logical_id)["PolicyDocument"]
        policy["Statement"] = [one for one in policy["Statement"] if one.get("Sid") != sid]

    return change


MUTATIONS: dict[str, tuple[Change, str]] = {
    "a record by anybody": (
        unguarded("ManifestBucketPolicy", "OnlyTheAdminFunctionRecords"),
        "others than ${AdminFunctionRole.Arn} may write ${ManifestBucket.Arn}/audit/*",
    ),
    "manifests by anybody": (
        unguarded("ManifestBucketPolicy", "OnlyTheSignFunctionWritesManifests"),
        "others than ${SignFunctionRole.Arn} may write ${ManifestBucket.Arn}/*/sha256/*",
    ),
    "results by anybody": (
        unguarded("JobsBucketPolicy", "OnlyTheExecuteFunctionWrites"),
        "others than ${ExecuteFunctionRole.Arn} may write ${JobsBucket.Arn}/*",
    ),
    "uploads by anybody": (
        unguarded("UploadBucketPolicy", "OnlyFormsOfTheVerifyFunctionWrite"),
        "others than ${VerifyFunctionRole.Arn} may write ${UploadBucket.Arn}/*",
    ),
    "uploads with versions": (
        lambda document: properties(document, "UploadBucket").update(
            VersioningConfiguration={"Status": "Enabled"}
        ),
        "UploadBucket: keeps what is deleted",
    ),
    "some uploads for ever": (
        lambda document: properties(document, "UploadBucket")["LifecycleConfiguration"]["Rules"][
            0
        ].update(Prefix="uploads/a"),
        "UploadBucket: keeps what nobody deletes",
    ),
    "all of KMS for the account": (
        key("AdministerAndNotSign", Action="kms:*"),
        "AdministerAndNotSign: allows more than it names",
    ),
    "administrators who sign": (signing_administrators, "is not for named principals alone"),
    "grants": (grants, "allows kms:creategrant"),
    "another signer": (another_signer, "nothing refuses a signature"),
    "any role": (any_role, "SignDigests: is not for named principals alone"),
    "another account": (
        key("SignDigests", Principal={"AWS": "*"}),
        "SignDigests: is not for the account alone",
    ),
    "a public key for all": (
        lambda document: key_statement(document, "CompareTheCertificate").pop("Condition"),
        "CompareTheCertificate: is not for named principals alone",
    ),
    "any message": (no_message_type, "leaves open what is signed"),
    "no refusal": (no_refusal, "nothing refuses a signature"),
    "a refusal to some": (key("NobodyElseSigns", Principal={"AWS": "x"}), "nothing refuses"),
    "nobody administers": (no_administrators, "could never be changed"),
    "a key that goes": (
        lambda document: document["Resources"]["SigningKey"].pop("DeletionPolicy"),
        "SigningKey: goes with the stack",
    ),
    "secrets under AWS's key": (
        without("TenantsTable", "SSESpecification"),
        "TenantsTable: is encrypted with a key that is not the account's",
    ),
    "no alias": (
        lambda document: document["Globals"]["Function"].pop("AutoPublishAlias"),
        "SignFunction: has no alias",
    ),
    "an alias that stays behind": (
        without("FallbackFunction", "AutoPublishAliasAllProperties"),
        "FallbackFunction: its alias keeps an old version",
    ),
    "a layer unseen": (
        without("EdgeSignerLayer", "PublishLambdaVersion"),
        "EdgeSignerLayer: functions keep the old layer",
    ),
    "no log": (without("SignFunction", "LoggingConfig"), "SignFunction: its log is not in"),
    "another's log": (
        lambda document: properties(document, "SignFunction")["LoggingConfig"].update(
            LogGroup={"Ref": "FallbackLog"}
        ),
        "SignFunction: its log is not called",
    ),
    "a short log": (a_short_log, "SignLog: keeps its lines for less than 90 days"),
    "an endless log": (without("SignLog", "RetentionInDays"), "SignLog: keeps its lines"),
    "a bucket without versions": (
        without("ManifestBucket", "VersioningConfiguration"),
        "is not versioned",
    ),
    "a plain bucket": (without("ManifestBucket", "BucketEncryption"), "is not said to be encr"),
    "a bucket with ACLs": (without("ManifestBucket", "OwnershipControls"), "somebody else's"),
    "a public bucket": (half_public, "ManifestBucket: may be made public"),
    "no bucket policy": (
        lambda document: document["Resources"].pop("ManifestBucketPolicy"),
        "ManifestBucket: answers without TLS",
    ),
    "plain HTTP": (lambda document: bucket_statements(document).pop(0), "answers without TLS"),
    "audit for all": (lambda document: bucket_statements(document).pop(), "is not refused"),
    "trust lists for all": (
        lambda document: bucket_statements(document)[-1]["Resource"].pop(),
        "a CDN is not refused ${ManifestBucket.Arn}/trust/*",
    ),
    "the whole bucket": (
        served(Resource={"Fn::Sub": "${ManifestBucket.Arn}/*"}),
        "shows more than manifests",
    ),
    "a bucket for everybody": (served(Principal="*"), "which is no CDN"),
    "a bucket to write": (served(Action="s3:PutObject"), "allows s3:PutObject"),
    "any distribution": (served(Condition={}), "the distributions of others"),
    "no recovery": (
        without("TenantsTable", "PointInTimeRecoverySpecification"),
        "TenantsTable: cannot be restored",
    ),
    "no expiry": (without("RequestsTable", "TimeToLiveSpecification"), "never expire"),
    "a table by the hour": (without("LimitsTable", "BillingMode"), "is not on demand"),
    "an unprotected table": (
        without("TenantsTable", "DeletionProtectionEnabled"),
        "TenantsTable: is kept, and may be deleted",
    ),
}


@pytest.mark.parametrize("case", MUTATIONS)
def test_a_template_that_lacks_something_is_refused(case: str) -> None:
    change, reason = MUTATIONS[case]
    mutated = copy.deepcopy(SAM)
    change(mutated)
    assert [fault for fault in resource_faults(mutated) if reason in fault], resource_faults(
        mutated
    )


def test_the_signing_key_is_for_the_functions_that_sign_alone() -> None:
    sign = key_statement(SAM, "SignDigests")
    roles = {"${SignFunctionRole.Arn}", "${FallbackFunctionRole.Arn}"}
    assert signers(sign, "ArnEquals") == {*roles, "${OtherSignerArns}|${AWS::NoValue}"}
    assert sign["Condition"]["StringEquals"] == {
        "kms:MessageType": "DIGEST",
        "kms:SigningAlgorithm": "ECDSA_SHA_256",
    }


def test_a_replica_is_for_the_same_uses_as_its_primary_key() -> None:
    assert list(key_faults(REPLICA)) == []

    def uses(document: dict[str, Any], logical_id: str) -> list[tuple[Any, ...]]:
        statements = properties(document, logical_id)["KeyPolicy"]["Statement"]
        return [
            (
                one["Sid"],
                one["Effect"],
                one["Action"],
                one.get("Condition", {}).get("StringEquals"),
            )
            for one in statements
            # That it can be replicated is its primary's affair.
            if "Fn::If" not in one
        ]

    assert uses(REPLICA, "SigningKeyReplica") == uses(SAM, "SigningKey")
    pattern = "AllowedPattern"
    signers_pattern = SAM["Parameters"]["OtherSignerArns"][pattern]
    assert f"({REPLICA['Parameters']['SignerArns'][pattern]})?" == signers_pattern
    alias = "AliasName"
    assert (
        properties(REPLICA, "SigningKeyAlias")[alias] == properties(SAM, "SigningKeyAlias")[alias]
    )


def test_every_route_leads_to_an_alias() -> None:
    document = translate(TEXT, {"ManifestBaseUrl": "https://x.y"}, ROOT / "template.yaml")
    aliases = {name for name, _ in of_type(document, "AWS::Lambda::Alias")}
    paths = properties(document, "HttpApi")["Body"]["paths"]
    uris = [
        operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]
        for methods in paths.values()
        for operation in methods.values()
    ]
    assert uris
    assert all(any(f"${{{alias}}}" in uri for alias in aliases) for uri in uris)


def test_a_layer_that_changes_makes_a_new_version_of_every_function_above_it() -> None:
    def versions(text: str) -> set[str]:
        document = translate(text, {"ManifestBaseUrl": "https://x.y"}, ROOT / "template.yaml")
        return {name for name, _ in of_type(document, "AWS::Lambda::Version")}

    changed = TEXT.replace("ContentUri: layers/edge_signer\n", "ContentUri: s3://b/other\n")
    assert changed != TEXT
    assert versions(TEXT).isdisjoint(versions(changed))
