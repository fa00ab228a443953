from __future__ import annotations

import copy
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from emulator.errors import TemplateError
from emulator.stack import template
from emulator.stack.creation import create_stack
from emulator.stack.resources import Services
from tests.integration.emulator.conftest import HERE
from tests.system.running import Running

PREFIX = "/edge-signer/test"


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return template.load(HERE / "template.yaml", {}, tmp_path_factory.mktemp("cache")).document


def test_a_bucket_is_versioned_owned_and_closed(system: Running) -> None:
    s3 = system.client("s3")

    assert s3.get_bucket_versioning(Bucket="manifests")["Status"] == "Enabled"
    ownership = s3.get_bucket_ownership_controls(Bucket="manifests")["OwnershipControls"]
    assert ownership["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    access = s3.get_public_access_block(Bucket="manifests")["PublicAccessBlockConfiguration"]
    assert set(access.values()) == {True}
    assert "arn:aws:s3:::manifests/*" in s3.get_bucket_policy(Bucket="manifests")["Policy"]


def test_a_table_expires_items_and_can_be_restored(system: Running) -> None:
    dynamodb = system.client("dynamodb")

    expiry = dynamodb.describe_time_to_live(TableName="tenants")["TimeToLiveDescription"]
    assert (expiry["AttributeName"], expiry["TimeToLiveStatus"]) == ("expires_at", "ENABLED")
    backups = dynamodb.describe_continuous_backups(TableName="tenants")
    recovery = backups["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    assert recovery["PointInTimeRecoveryStatus"] == "ENABLED"


def test_keys_are_what_the_template_says(system: Running) -> None:
    kms = system.client("kms")

    signing = kms.describe_key(KeyId="alias/edge-signer-test-signing")["KeyMetadata"]
    encryption = kms.describe_key(KeyId="alias/edge-signer-test-encryption")["KeyMetadata"]
    assert (signing["KeySpec"], signing["KeyUsage"]) == ("ECC_NIST_P256", "SIGN_VERIFY")
    assert (encryption["KeySpec"], encryption["KeyUsage"]) == (
        "SYMMETRIC_DEFAULT",
        "ENCRYPT_DECRYPT",
    )


def test_parameters_are_there_unless_their_condition_is_false(system: Running) -> None:
    ssm = system.client("ssm")

    assert ssm.get_parameter(Name=f"{PREFIX}/flags/kill_switch")["Parameter"]["Value"] == "false"
    assert ssm.get_parameters(Names=["/production"])["InvalidParameters"] == ["/production"]


def test_the_signing_key_has_a_certificate_that_leads_to_the_anchors(system: Running) -> None:
    parameter = system.client("ssm").get_parameter(Name=f"{PREFIX}/certificates/signing")
    leaf, issuing = x509.load_pem_x509_certificates(parameter["Parameter"]["Value"].encode())
    root = x509.load_pem_x509_certificates(Path(system.state.anchors).read_bytes())[0]

    leaf.verify_directly_issued_by(issuing)
    issuing.verify_directly_issued_by(root)
    public_key = leaf.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    kms = system.client("kms")
    assert kms.get_public_key(KeyId="alias/edge-signer-test-signing")["PublicKey"] == public_key
    assert x509.load_pem_x509_certificates(Path(system.state.tsa_anchors).read_bytes())


def test_only_signing_keys_are_certified(system: Running) -> None:
    found = system.client("ssm").get_parameters_by_path(Path=f"{PREFIX}/certificates")

    stored = {each["Name"]: each["Value"] for each in found["Parameters"]}
    assert stored.keys() == {f"{PREFIX}/certificates/signing", f"{PREFIX}/certificates/tsa"}
    anchors = Path(system.state.tsa_anchors).read_text()
    assert anchors.startswith(stored[f"{PREFIX}/certificates/tsa"])


def test_the_table_of_tenants_knows_tokens_by_their_hash_alone(system: Running) -> None:
    items = system.client("dynamodb").scan(TableName="tenants")["Items"]

    expected = {tenant.token: (tenant.tenant_id, "tenant") for tenant in system.state.tenants}
    assert {name for name, _ in expected.values()} == {"acme", "testcorp", "load"}
    assert {
        item["token_sha256"]["S"]: (item["tenant_id"]["S"], item["role"]["S"]) for item in items
    } == {hashlib.sha256(token.encode()).hexdigest(): who for token, who in expected.items()}
    kept = {"token_sha256", "tenant_id", "role", "created_at"}
    assert all(item.keys() == kept for item in items)


def test_the_operators_token_is_known_by_its_hash_alone(system: Running) -> None:
    found = system.client("ssm").get_parameter(Name=f"{PREFIX}/admin/tokens")

    token_sha256 = hashlib.sha256(system.state.admin_token.encode()).hexdigest()
    assert json.loads(found["Parameter"]["Value"]) == {"laptop": token_sha256}


@pytest.mark.parametrize(
    ("logical_id", "change", "reason"),
    [
        (
            "Flag",
            {"Type": "AWS::SQS::Queue"},
            "Flag: the emulator does not know the type AWS::SQS::Queue",
        ),
        ("Flag", {"Properties": {"Type": "String"}}, "Flag.Properties: Value is missing"),
        (
            "ManifestBucket",
            {"Properties": {"WebsiteConfiguration": {}}},
            "ManifestBucket.Properties: AWS::S3::Bucket has WebsiteConfiguration, unknown here",
        ),
        (
            "Flag",
            {"Properties": {"Type": "String", "Value": {"Ref": "Flag"}}},
            "resources refer to each other in a circle: Flag → Flag",
        ),
        (
            "SigningKeyAlias",
            {"Properties": {"AliasName": "alias/x", "TargetKeyId": "not-a-key"}},
            "SigningKeyAlias: An error occurred (NotFoundException)",
        ),
    ],
)
def test_what_cannot_be_created_is_named(
    aws: Services, document: dict[str, Any], logical_id: str, change: dict[str, Any], reason: str
) -> None:
    resource = copy.deepcopy(document["Resources"][logical_id])
    resource.update(change)

    with pytest.raises(TemplateError) as caught:
        create_stack(
            {**document, "Resources": {logical_id: resource}}, {"ManifestBaseUrl": ""}, aws
        )

    assert str(caught.value).startswith(reason)


def test_an_output_that_cannot_be_resolved_is_named(
    aws: Services, document: dict[str, Any]
) -> None:
    flag = {"Flag": document["Resources"]["Flag"]}
    skipped = {"Condition": "IsProduction", "Value": {"Ref": "Nobody"}}
    outputs = {"Skipped": skipped, "Wrong": {"Value": {"Ref": "Nobody"}}}
    changed = {**document, "Resources": flag, "Outputs": outputs}

    with pytest.raises(TemplateError, match=r"^Outputs\.Wrong: there is no .* Nobody"):
        create_stack(changed, {"ManifestBaseUrl": "", "Stage": "outputs"}, aws)
