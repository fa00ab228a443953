"""Multi-Region keys as AWS KMS has them, and the stack abroad that the emulator plays."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from emulator.aws.services import in_process_client, in_process_services, moto_host
from emulator.errors import TemplateError
from emulator.stack.creation import Resource, create_stack, replicate_keys
from emulator.stack.template import translate
from tests.conftest import ROOT

HOST = moto_host()
ABROAD = "us-west-2"
ALIAS = "alias/edge-signer-dev-signing"


@pytest.fixture(scope="module")
def stack() -> list[Resource]:
    values = {"ManifestBaseUrl": "https://example.com", "KmsReplicaRegion": ABROAD}
    document = translate((ROOT / "template.yaml").read_text(), values, ROOT / "template.yaml")
    return list(create_stack(document, values, in_process_services(HOST)).values())


def test_the_replica_of_the_signing_key_is_where_the_fallback_function_looks(
    stack: list[Resource],
) -> None:
    home, abroad = (in_process_client(HOST, "kms", region) for region in ("us-east-1", ABROAD))
    replicate_keys(stack, home, abroad)

    (told,) = {
        one.properties["Environment"]["Variables"]["KMS_REPLICA_KEY"]
        for one in stack
        if one.type == "AWS::Lambda::Function"
        and "KMS_REPLICA_KEY" in one.properties["Environment"]["Variables"]
    }
    assert told == f"arn:aws:kms:{ABROAD}:123456789012:{ALIAS}"
    replica, primary = abroad.get_public_key(KeyId=told), home.get_public_key(KeyId=ALIAS)
    assert replica["PublicKey"] == primary["PublicKey"]
    assert replica["KeyId"].split(":")[3] == ABROAD


def test_a_replica_is_the_same_key_with_aliases_of_its_own() -> None:
    home, abroad = (in_process_client(HOST, "kms", one) for one in ("us-east-1", "eu-west-1"))
    spec = {"KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY", "Policy": "{}"}
    key_id = home.create_key(**spec, MultiRegion=True)["KeyMetadata"]["KeyId"]
    home.create_alias(AliasName="alias/at-home", TargetKeyId=key_id)

    replica = home.replicate_key(KeyId=key_id, ReplicaRegion="eu-west-1")["ReplicaKeyMetadata"]

    assert key_id.startswith("mrk-")
    assert replica["KeyId"] == key_id
    assert replica["Arn"].split(":")[3] == "eu-west-1"
    for client, kind in ((home, "PRIMARY"), (abroad, "REPLICA"), (home, "PRIMARY")):
        described = client.describe_key(KeyId=key_id)["KeyMetadata"]
        assert described["MultiRegionConfiguration"]["MultiRegionKeyType"] == kind
    with pytest.raises(ClientError, match="NotFoundException"):
        abroad.get_public_key(KeyId="alias/at-home")
    abroad.create_alias(AliasName="alias/abroad", TargetKeyId=key_id)
    with pytest.raises(ClientError, match="NotFoundException"):
        home.get_public_key(KeyId="alias/abroad")
    alias = f"{replica['Arn'].rpartition(':')[0]}:alias/abroad"
    signed = abroad.sign(KeyId=alias, SigningAlgorithm="ECDSA_SHA_256", Message=b"message")
    assert signed["KeyId"] == replica["Arn"]
    public_key = load_der_public_key(home.get_public_key(KeyId=key_id)["PublicKey"])
    assert isinstance(public_key, ec.EllipticCurvePublicKey)
    public_key.verify(signed["Signature"], b"message", ec.ECDSA(hashes.SHA256()))


def test_a_key_of_one_region_is_not_replicated() -> None:
    home = in_process_client(HOST, "kms")
    spec = {"KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY", "Policy": "{}"}
    key_id = home.create_key(**spec)["KeyMetadata"]["KeyId"]
    with pytest.raises(ClientError, match="UnsupportedOperationException"):
        home.replicate_key(KeyId=key_id, ReplicaRegion="eu-west-1")


def test_a_key_without_other_regions_is_left_alone(stack: list[Resource]) -> None:
    home = in_process_client(HOST, "kms")
    abroad = in_process_client(HOST, "kms", "eu-central-1")
    for one in stack:
        one.properties.pop("MultiRegion", None)
    replicate_keys(stack, home, abroad)
    with pytest.raises(ClientError, match="NotFoundException"):
        abroad.describe_key(KeyId=ALIAS)


def test_the_home_region_is_none_for_a_replica(stack: list[Resource]) -> None:
    home = in_process_client(HOST, "kms")
    with pytest.raises(TemplateError, match="us-east-1 is the stack's own region"):
        replicate_keys(stack, home, home)
