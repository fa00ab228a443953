"""Fuel, compile time, releases and the build type are vouched for, in all three languages."""

from __future__ import annotations

import json
from base64 import b64decode
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from edge_signer.execution.receipts.build_type import PATH, URN, build_type_at
from edge_signer.execution.receipts.dsse import Envelope, pre_authentication_encoding
from edge_signer.execution.receipts.receipt_signer import prove
from edge_signer.execution.receipts.result_verifier import verify_result
from tests.jobs.receipts import (
    CLIENTS,
    OUTCOME,
    PUBKEY,
    SampleAnswer,
    SoftwareReceiptSigner,
    client_verdicts,
    job_result,
)

SIGNER = SoftwareReceiptSigner()
ADDRESS = f"https://api.example.com{PATH}"
TOLD = replace(
    OUTCOME,
    fuel_used=2**53 - 1,
    compile_time_ms=7,
    build_type=ADDRESS,
    versions={"edge-signer": "0.1.0", "wasmtime": "50.0.1"},
)
NAMED = job_result(prove(SIGNER, TOLD), TOLD) | {"fuel_used": 2**53 - 1, "compile_time_ms": 7}
# By a release that did not name itself.
OLD = job_result(prove(SIGNER, OUTCOME))


def signed_with(old: str, new: str) -> dict[str, Any]:
    """Sign the statement anew after a change."""
    told = b64decode(NAMED["attestation"]["payload"]).decode()
    assert old in told
    payload = told.replace(old, new).encode()
    signature = SIGNER.sign(SIGNER.key(), pre_authentication_encoding(payload))
    return {**NAMED, "attestation": Envelope(payload, SIGNER.key().key_id, signature).to_dict()}


CASES: list[tuple[dict[str, Any], str]] = [
    (NAMED, "ok"),
    ({**NAMED, "fuel_used": None, "compile_time_ms": None}, "ok"),
    ({**NAMED, "fuel_used": 1}, "fuel_used_mismatch"),
    ({**NAMED, "compile_time_ms": 8}, "compile_time_ms_mismatch"),
    ({**NAMED, "fuel_used": "1"}, "result_malformed"),
    ({**NAMED, "compile_time_ms": True}, "result_malformed"),
    ({**NAMED, "compile_time_ms": 7.0}, "result_malformed"),
    (signed_with(',"compileTimeMs":7', ""), "compile_time_ms_mismatch"),
    (signed_with(f',"fuelUsed":{2**53 - 1}', ""), "fuel_used_mismatch"),
    (signed_with(f'"fuelUsed":{2**53 - 1}', '"fuelUsed":-1'), "statement_malformed"),
    (signed_with('"compileTimeMs":7', '"compileTimeMs":7.0'), "statement_malformed"),
    (signed_with('"wasmtime":"50.0.1"', '"wasmtime":""'), "statement_malformed"),
    (signed_with('"wasmtime":"50.0.1"', '"wasmtime":"50\\n"'), "statement_malformed"),
    (signed_with('"edge-signer":"0.1.0",', ""), "statement_malformed"),
    ({**OLD, "fuel_used": 5, "compile_time_ms": 5}, "ok"),
    (signed_with(ADDRESS, URN), "ok"),
    (signed_with(ADDRESS, f"https://a.example:8443/prod{PATH}"), "ok"),
    (signed_with(ADDRESS, f"http://127.0.0.1:8080{PATH}"), "ok"),
    (signed_with(ADDRESS, f"http://localhost{PATH}"), "ok"),
    (signed_with(ADDRESS, f"http://a.example{PATH}"), "statement_malformed"),
    (signed_with(ADDRESS, f"http://127.0.0.1.a.example{PATH}"), "statement_malformed"),
    (signed_with(ADDRESS, f"https://A.example{PATH}"), "statement_malformed"),
    (signed_with(ADDRESS, f"https://user@a.example{PATH}"), "statement_malformed"),
    (signed_with(ADDRESS, f"https://a.example/x/y{PATH}"), "statement_malformed"),
    (signed_with(ADDRESS, f"{ADDRESS}\\n"), "statement_malformed"),
    (signed_with(ADDRESS, f"{ADDRESS}?x"), "statement_malformed"),
]
SAMPLES = [SampleAnswer(json.dumps(answer).encode(), PUBKEY) for answer, _ in CASES]
EXPECTED = [reason for _, reason in CASES]


def test_what_is_swapped_is_refused() -> None:
    assert [str(verify_result(*one).refusal or "ok") for one in SAMPLES] == EXPECTED


@pytest.mark.parametrize("language", CLIENTS)
def test_other_languages_give_the_same_reasons(language: str, tmp_path: Path) -> None:
    assert client_verdicts(language, SAMPLES, tmp_path) == EXPECTED


@pytest.mark.parametrize(
    ("domain_name", "stage", "address"),
    [
        ("API.example.com", "$default", ADDRESS),
        ("a.example", "prod", f"https://a.example/prod{PATH}"),
        ("127.0.0.1:8080", "$default", f"http://127.0.0.1:8080{PATH}"),
        ("a.example/x", "$default", None),
        ("", "$default", None),
    ],
)
def test_the_build_type_is_an_address_of_the_deployment(
    domain_name: str, stage: str, address: str | None
) -> None:
    assert build_type_at(domain_name, stage) == address
