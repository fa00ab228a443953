"""Environment variables and a module's own exit code are vouched for, in all three languages."""

from __future__ import annotations

import json
from base64 import b64decode
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from edge_signer.execution.receipts.dsse import Envelope, pre_authentication_encoding
from edge_signer.execution.receipts.receipt_signer import prove
from edge_signer.execution.receipts.result_verifier import verify_result
from tests.jobs.receipts import (
    CLIENTS,
    OUTCOME,
    PUBKEY,
    REQUEST,
    SampleAnswer,
    SoftwareReceiptSigner,
    client_verdicts,
    job_result,
)

SIGNER = SoftwareReceiptSigner()
ENV = {"b": "ü/\n\u2028", "A": "1", "_": "", "a": "\U0001f600"}
ENDED = replace(OUTCOME, exit_code=128, guest_exit_code=2**32 - 1, env=ENV)
RESULT = job_result(prove(SIGNER, ENDED), ENDED) | {"guest_exit_code": 2**32 - 1}
ASKED = {**REQUEST, "env": ENV}


def signed_with(old: str, new: str) -> dict[str, Any]:
    """Sign the statement anew after a change."""
    payload = b64decode(RESULT["attestation"]["payload"]).decode().replace(old, new).encode()
    signature = SIGNER.sign(SIGNER.key(), pre_authentication_encoding(payload))
    return {"attestation": Envelope(payload, SIGNER.key().key_id, signature).to_dict()}


CASES: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({}, {}, "ok"),
    ({}, {"env": dict(reversed(ENV.items()))}, "ok"),
    ({}, {"env": {}}, "env_mismatch"),
    ({}, {"env": {**ENV, "A": "2"}}, "env_mismatch"),
    ({}, {"env": {**ENV, "c": ""}}, "env_mismatch"),
    ({}, {"env": {**ENV, "A": "\ud800"}}, "env_mismatch"),
    ({}, {"env": {**ENV, "A": 1}}, "request_malformed"),
    ({}, {"env": {**ENV, "A": None}}, "request_malformed"),
    ({}, {"env": {**ENV, "1": "1"}}, "request_malformed"),
    ({}, {"env": {**ENV, "c\n": "1"}}, "request_malformed"),
    ({}, {"env": {**ENV, "é": "1"}}, "request_malformed"),
    ({}, {"env": {"": ""}}, "request_malformed"),
    ({}, {"env": ["A=1"]}, "request_malformed"),
    ({}, {"env": None}, "request_malformed"),
    ({"guest_exit_code": 128}, {}, "guest_exit_code_mismatch"),
    ({"guest_exit_code": None}, {}, "guest_exit_code_mismatch"),
    ({"guest_exit_code": -1}, {}, "guest_exit_code_mismatch"),
    ({"guest_exit_code": "256"}, {}, "result_malformed"),
    ({"guest_exit_code": 256.0}, {}, "result_malformed"),
    ({"guest_exit_code": True}, {}, "result_malformed"),
    (signed_with("4294967295", "4294967296"), {}, "statement_malformed"),
    (signed_with("4294967295", "125"), {}, "statement_malformed"),
    (signed_with("4294967295", "null"), {}, "statement_malformed"),
    (signed_with(',"guestExitCode":4294967295', ""), {}, "guest_exit_code_mismatch"),
    (signed_with('"envCount":4', '"envCount":0'), {}, "statement_malformed"),
    (signed_with('"envCount":4,', '"envCount":null,'), {}, "statement_malformed"),
    (signed_with('"envCount"', '"EnvCount"'), {}, "statement_malformed"),
    (signed_with('"envSha256":"', '"envSha256":"0'), {}, "statement_malformed"),
]
SAMPLES = [
    SampleAnswer(
        json.dumps({**RESULT, **answer}).encode(), PUBKEY, json.dumps({**ASKED, **asked}).encode()
    )
    for answer, asked, _ in CASES
]
EXPECTED = [reason for _, _, reason in CASES]


def test_what_is_swapped_is_refused() -> None:
    assert [str(verify_result(*one).refusal or "ok") for one in SAMPLES] == EXPECTED


@pytest.mark.parametrize("language", CLIENTS)
def test_other_languages_give_the_same_reasons(language: str, tmp_path: Path) -> None:
    assert client_verdicts(language, SAMPLES, tmp_path) == EXPECTED
