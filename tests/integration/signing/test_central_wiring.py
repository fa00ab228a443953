"""Which central signer a function asks, and how the one elsewhere is told who calls."""

from __future__ import annotations

import json
from typing import Any

import pytest

from edge_signer.configuration.settings import Settings
from edge_signer.platform.errors import StoreUnavailableError
from edge_signer.platform.outgoing import OutgoingPost, Reply
from edge_signer.signing.central_signer import CentralAnswer, LambdaCentralSigner
from edge_signer.signing.http_central_signer import HttpCentralSigner, ssm_api_key
from edge_signer.signing.wiring import central_signer
from emulator.aws.services import in_process_services, moto_host
from emulator.http.message import Request
from tests.signers.central_workshop import central_request

ENVIRONMENT = {
    "STAGE": "test",
    "AWS_REGION": "us-east-1",
    "KMS_REGION": "us-east-1",
    "MANIFEST_BUCKET": "manifests",
    "MANIFEST_BASE_URL": "https://manifests.example.com",
    "TENANTS_TABLE": "tenants",
    "REQUESTS_TABLE": "requests",
    "LIMITS_TABLE": "limits",
    "BREAKERS_TABLE": "breakers",
}
PARAMETER = "/edge-signer/test/central-signer-api-key"
REQUEST = central_request(b"asset")


@pytest.fixture
def ssm() -> Any:
    return in_process_services(moto_host()).ssm


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The keys that the signer elsewhere was told, call by call."""
    keys: list[str] = []
    made = CentralAnswer(manifest="AAEC", kms_key_id="key", alg="ES256", timings={})

    def post(_self: object, _body: bytes, headers: dict[str, str], _most: int) -> Reply:
        keys.append(headers["Authorization"].removeprefix("Bearer "))
        return Reply(200, "application/json", made.model_dump_json().encode())

    monkeypatch.setattr(OutgoingPost, "__call__", post)
    return keys


def settings(**variables: str) -> Settings:
    return Settings.from_environment({**ENVIRONMENT, **variables})


def elsewhere() -> Settings:
    return settings(
        CENTRAL_SIGNER_URL="https://signer.example.com", CENTRAL_SIGNER_API_KEY=PARAMETER
    )


def put(ssm: Any, key: str) -> None:
    ssm.put_parameter(Name=PARAMETER, Type="SecureString", Value=key, Overwrite=True)


def break_ssm(*, broken: bool) -> None:
    rules = [{"service": "ssm", "operation": "GetParameter", "status": 500}]
    body = json.dumps(rules if broken else []).encode()
    moto_host().answer(Request("PUT", "/_emulator/faults", body=body))


def test_an_address_is_asked_before_the_function_of_the_deployment(ssm: Any) -> None:
    assert central_signer(settings(), ssm) is None
    own = central_signer(settings(FALLBACK_FUNCTION="fallback"), ssm)
    assert isinstance(own, LambdaCentralSigner)
    assert isinstance(central_signer(elsewhere(), ssm), HttpCentralSigner)


def test_the_key_is_read_now_and_then_and_serves_while_ssm_fails(ssm: Any, told: list[str]) -> None:
    put(ssm, "first")
    signer = central_signer(elsewhere(), ssm)
    assert signer is not None
    signer.sign(REQUEST)
    put(ssm, "second")
    signer.sign(REQUEST)

    key = ssm_api_key(ssm, PARAMETER, refresh_s=0.0)
    renewing = HttpCentralSigner("https://signer.example.com", key)
    renewing.sign(REQUEST)
    break_ssm(broken=True)
    renewing.sign(REQUEST)
    break_ssm(broken=False)
    assert told == ["first", "first", "second", "second"]


def test_without_a_key_nobody_is_asked(ssm: Any, told: list[str]) -> None:
    ssm.delete_parameters(Names=[PARAMETER])
    signer = central_signer(elsewhere(), ssm)
    assert signer is not None
    with pytest.raises(StoreUnavailableError, match="API key cannot be read"):
        signer.sign(REQUEST)
    assert told == []
