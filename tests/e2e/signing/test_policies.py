"""Operators' policies: keys of every kind from a document in SSM alone, and policies of few."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from edge_signer.signing.credentials.algorithm import ALGORITHMS, AlgorithmName
from emulator.credentials.development_ca import DevelopmentCa
from emulator.system import Settings
from tests.e2e.conftest import body, post
from tests.judges.engines import require_all_trust
from tests.media.sample_assets import SAMPLE_ASSETS
from tests.signers.kms_keys import KEY_SPECS
from tests.system.running import Running, running

ASSET = SAMPLE_ASSETS["PNG"]
CA = DevelopmentCa()


def document(name: str, algorithm: AlgorithmName, **changes: object) -> str:
    key = f"signing-{algorithm.lower()}"
    fields = {
        "policy_id": name,
        "claim_generator_info": {"name": "Desk", "specVersion": "2.4.0"},
        "signing_key": key,
        "certificate": key,
        "algorithm": algorithm,
        "required_assertions": ["c2pa.actions.v2"],
        "allowed_assertions": ["c2pa.actions.v2"],
        "vouched_assertions": ["c2pa.actions.v2"],
    }
    return json.dumps({**fields, **changes})


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A system of its own: its operator has been there before the first request."""
    with running(Settings(port=0, state_directory=tmp_path_factory.mktemp("office"))) as system:
        for algorithm in ALGORITHMS:
            bring_key(system, algorithm)
            put_policy(system, f"desk-{algorithm.lower()}-v1", algorithm)
        put_policy(system, "acme-only-v1", "ES256", tenants=["acme"])
        put_policy(system, "wrong-key-v1", "ES384", signing_key="signing-es256")
        put_policy(system, "broken-v1", "ES256", colour="red")
        yield system


def bring_key(system: Running, algorithm: AlgorithmName) -> None:
    kms, name = system.client("kms"), f"signing-{algorithm.lower()}"
    key_id = kms.create_key(KeySpec=KEY_SPECS[algorithm], KeyUsage="SIGN_VERIFY")["KeyMetadata"][
        "KeyId"
    ]
    kms.create_alias(AliasName=f"alias/edge-signer-dev-{name}", TargetKeyId=key_id)
    chain = CA.issue(name, kms.get_public_key(KeyId=key_id)["PublicKey"])
    system.client("ssm").put_parameter(
        Name=f"/edge-signer/dev/certificates/{name}", Type="String", Value=chain
    )


def put_policy(system: Running, name: str, algorithm: AlgorithmName, **changes: object) -> None:
    system.client("ssm").put_parameter(
        Name=f"/edge-signer/dev/policies/{name}",
        Type="String",
        Value=document(name, algorithm, **changes),
    )


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_document_is_enough_for_a_key_of_any_kind(
    office: Running, algorithm: AlgorithmName
) -> None:
    answer = post(office, body(ASSET.content, policy_id=f"desk-{algorithm.lower()}-v1"))
    assert answer.status == 200, answer
    assert answer.json()["signing_mode"] == f"edge-tbs+remote-{algorithm.lower()}"
    url = answer.json()["manifest_url"].removeprefix(office.state.url)
    store = office.call("GET", url).body
    require_all_trust(ASSET.content, ASSET.media_type, store, CA.anchors_pem())


def test_the_shipped_policies_still_serve(office: Running) -> None:
    for policy_id in ("newsroom-default-v3", "demo-policy-v1"):
        assert post(office, body(b"x", policy_id=policy_id)).status == 200


def test_a_policy_of_one_tenant_does_not_exist_for_others(office: Running) -> None:
    fields = body(b"x", policy_id="acme-only-v1")
    assert post(office, fields, tenant="acme").status == 200
    foreign = post(office, fields, tenant="testcorp")
    missing = post(office, body(b"x", policy_id="nobody-v1"), tenant="testcorp")
    assert (foreign.status, foreign.json()) == (missing.status, missing.json())
    assert foreign.json()["code"] == "UNKNOWN_POLICY"


def test_a_key_of_another_kind_signs_nothing(office: Running) -> None:
    answer = post(office, body(b"x", policy_id="wrong-key-v1"))
    assert (answer.status, answer.json()["code"]) == (503, "CREDENTIAL_UNAVAILABLE")


def test_a_broken_document_is_said_to_be_and_the_log_tells_what_is_wrong(office: Running) -> None:
    answer = post(office, body(b"x", policy_id="broken-v1"))
    assert (answer.status, answer.json()["code"]) == (503, "STORE_UNAVAILABLE")
    log = office.log("edge-signer-dev-sign")
    assert "policy broken-v1: colour is not a supported field" in log
