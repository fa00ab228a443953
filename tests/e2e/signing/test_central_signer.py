"""The fallback function by Lambda's Invoke, through a real worker, and its errors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from edge_signer.platform.errors import EdgeSignerError, KmsRateLimitError, KmsUnavailableError
from edge_signer.signing.central_signer import LambdaCentralSigner
from edge_signer.signing.errors import (
    InvalidAssertionError,
    TsaUnavailableError,
    UnknownPolicyError,
)
from tests.calls.documented_requests import DOCUMENTED_ASSERTIONS
from tests.e2e.conftest import Faults, calls
from tests.judges.engines import JUDGES
from tests.signers.central_workshop import central_request
from tests.system.running import Running

FUNCTION = "edge-signer-dev-fallback"


@pytest.fixture(scope="module")
def central(system: Running) -> Iterator[LambdaCentralSigner]:
    client = system.client("lambda")
    yield LambdaCentralSigner(lambda: client, FUNCTION)
    client.close()


@pytest.mark.parametrize("tsa", [False, True])
def test_a_manifest_of_the_central_signer_is_trusted(
    system: Running, central: LambdaCentralSigner, photograph: bytes, tsa: bool
) -> None:
    before = calls(system, "kms.Sign")
    signed = central.sign(central_request(photograph, DOCUMENTED_ASSERTIONS, tsa=tsa))
    assert calls(system, "kms.Sign") == before + 1
    assert signed.alg == "ES256"
    assert signed.kms_key_id.startswith("arn:aws:kms:us-east-1:")
    assert {"policy", "credential", "engine", "kms", "check", "total"} <= signed.timings.keys()
    assert ("tsa" in signed.timings) == tsa
    anchors = "".join(
        Path(file).read_text() for file in (system.state.anchors, system.state.tsa_anchors)
    )
    for judge in JUDGES:
        verdict = judge(photograph, "image/jpeg", signed.manifest_store, anchors)
        assert verdict.trusted, verdict
        results = verdict.report["validation_results"]
        codes = {one["code"] for one in results.get("activeManifest", results)["success"]}
        assert ({"timeStamp.validated", "timeStamp.trusted"} <= codes) == tsa


@pytest.mark.parametrize(
    ("rule", "error"),
    [
        (
            {"service": "kms", "operation": "Sign", "error_code": "ThrottlingException"},
            KmsRateLimitError,
        ),
        ({"service": "kms", "operation": "Sign", "status": 500}, KmsUnavailableError),
        ({"service": "kms", "operation": "Sign", "delay_ms": 1500}, KmsUnavailableError),
        ({"service": "tsa", "status": 503}, TsaUnavailableError),
        (
            {"service": "lambda", "error_code": "TooManyRequestsException", "status": 429},
            KmsRateLimitError,
        ),
        ({"service": "lambda", "status": 500}, KmsUnavailableError),
    ],
)
def test_a_failure_has_the_code_of_what_failed(
    system: Running,
    central: LambdaCentralSigner,
    faults: Faults,
    photograph: bytes,
    rule: dict[str, Any],
    error: type[EdgeSignerError],
) -> None:
    request = central_request(photograph, DOCUMENTED_ASSERTIONS, tsa=True)
    central.sign(request)
    before = calls(system, "kms.Sign")
    faults(rule)
    with pytest.raises(error) as raised:
        central.sign(request)
    assert raised.value.retry_after_s
    # Once at home and once abroad: nothing is tried twice.
    assert calls(system, "kms.Sign") <= before + 2


def test_a_refusal_is_the_edges_own(central: LambdaCentralSigner) -> None:
    with pytest.raises(UnknownPolicyError):
        central.sign(central_request(b"asset", policy_id="nobodys-v1"))
    with pytest.raises(InvalidAssertionError, match=r"^assertions\.c2pa\.actions\[0\]"):
        central.sign(central_request(b"asset", {"c2pa.actions": [{"action": "created"}]}))


def test_an_event_that_is_none_names_the_field(system: Running) -> None:
    client = system.client("lambda")
    answer = client.invoke(FunctionName=FUNCTION, Payload=b'{"asset_sha256": "AB"}')
    fault = json.loads(answer["Payload"].read())["error"]
    assert fault["code"] == "INVALID_REQUEST"
    assert fault["message"].startswith("event.asset_sha256")


def test_no_route_leads_to_it(system: Running) -> None:
    answer = system.call("POST", "/2015-03-31/functions/edge-signer-dev-fallback/invocations", {})
    assert answer.status == 404


def test_a_function_that_is_not_there_is_a_failure(system: Running) -> None:
    with pytest.raises(KmsUnavailableError):
        LambdaCentralSigner(lambda: system.client("lambda"), "nobody").sign(
            central_request(b"asset")
        )
