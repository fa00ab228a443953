"""What is signed of a job: its form, its bounds, and that others can read it."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from securesystemslib.dsse import Envelope as ForeignEnvelope
from securesystemslib.signer import SSlibKey

from edge_signer.execution.receipts.build_type import PATH
from edge_signer.execution.receipts.dsse import pre_authentication_encoding
from edge_signer.execution.receipts.outcome import JobOutcome
from edge_signer.execution.receipts.receipt_signer import prove
from edge_signer.execution.receipts.statement import args_sha256
from tests.jobs.receipts import OUTCOME, SoftwareReceiptSigner

SIGNER = SoftwareReceiptSigner()


def statement_of(outcome: JobOutcome = OUTCOME) -> dict[str, Any]:
    payload = b64decode(prove(SIGNER, outcome).attestation["payload"])
    statement: dict[str, Any] = json.loads(payload)
    return statement


def test_a_statement_says_all_that_is_known_of_a_job() -> None:
    message = f"0.1|{OUTCOME.module_hash}|3|233|1762646401"
    assert statement_of() == {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [
            {"name": "stdout", "digest": {"sha256": sha256(b"!dlroW").hexdigest()}},
            {"name": "stderr", "digest": {"sha256": sha256(b"\xff\x00").hexdigest()}},
        ],
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {
            "buildDefinition": {
                "buildType": "urn:edge-signer:wasi-preview1-job:v1",
                "externalParameters": {
                    "argsCount": 2,
                    "argsSha256": sha256(
                        '["hello","Grüße, Welt! \\u0007\u2028"]'.encode()
                    ).hexdigest(),
                    "stdinSha256": sha256(b"Zeile").hexdigest(),
                },
                "internalParameters": {"limits": {"timeout_ms": 30000, "memory_bytes": 134217728}},
                "resolvedDependencies": [{"name": "module", "digest": {"sha256": "93" * 32}}],
            },
            "runDetails": {
                "builder": {"id": "urn:edge-signer:job-runner:v1"},
                "metadata": {
                    "invocationId": OUTCOME.job_id,
                    "startedOn": "2025-11-09T00:00:00.005Z",
                    "finishedOn": "2025-11-09T00:00:01.000Z",
                },
                "byproducts": [
                    {
                        "name": "receipt",
                        "mediaType": "text/plain",
                        "digest": {"sha256": sha256(message.encode()).hexdigest()},
                        "content": b64encode(message.encode()).decode(),
                        "annotations": {"status": "finished", "exitCode": 3},
                    }
                ],
            },
        },
    }


def test_variables_and_a_guests_own_exit_code_are_told_if_there_are_any() -> None:
    told = replace(OUTCOME, env={"b": "ü\n", "A": ""}, exit_code=128, guest_exit_code=256)
    predicate = statement_of(told)["predicate"]
    inputs = predicate["buildDefinition"]["externalParameters"]
    assert inputs["envCount"] == 2
    assert inputs["envSha256"] == sha256('{"A":"","b":"ü\\n"}'.encode()).hexdigest()
    (byproduct,) = predicate["runDetails"]["byproducts"]
    ending = {"status": "finished", "exitCode": 128, "guestExitCode": 256}
    assert byproduct["annotations"] == ending


def test_a_release_that_names_itself_tells_fuel_and_compile_time() -> None:
    address = "https://api.example.com/build-types/wasi-preview1-job/v1"
    versions = {"edge-signer": "0.1.0", "wasmtime": "50.0.1"}
    told = replace(OUTCOME, fuel_used=0, compile_time_ms=7, build_type=address, versions=versions)
    predicate = statement_of(told)["predicate"]
    assert predicate["buildDefinition"]["buildType"] == address
    builder = {"id": "urn:edge-signer:job-runner:v1", "version": versions}
    assert predicate["runDetails"]["builder"] == builder
    (byproduct,) = predicate["runDetails"]["byproducts"]
    ending = {"status": "finished", "exitCode": 3, "fuelUsed": 0, "compileTimeMs": 7}
    assert byproduct["annotations"] == ending


def test_an_implementation_of_dsse_verifies_the_envelope() -> None:
    envelope = ForeignEnvelope.from_dict(prove(SIGNER, OUTCOME).attestation)
    key = SSlibKey.from_crypto(
        Ed25519PublicKey.from_public_bytes(SIGNER.key().public_key), SIGNER.key().key_id
    )
    assert list(envelope.verify([key], 1)) == [SIGNER.key().key_id]
    assert envelope.pae() == pre_authentication_encoding(envelope.payload)


def test_the_longest_statement_is_not_too_long_for_kms() -> None:
    longest = replace(
        OUTCOME,
        job_id="\x01" * 128,
        args=["\U0010ffff" * 10_000] * 1000,
        stdout=b"o" * 2**20,
        limits={f"{number:02}{'x' * 38}": 2**53 - 1 for number in range(16)},
        status="s" * 40,
        exit_code=255,
        guest_exit_code=2**32 - 1,
        env={f"A{number}": "\U0010ffff" for number in range(1000)},
        wall_time_ms=2**53 - 1,
        fuel_used=2**53 - 1,
        compile_time_ms=2**53 - 1,
        build_type=f"https://{'h' * 253}:65535/{'s' * 128}{PATH}",
        versions={"edge-signer": "1" * 40, "wasmtime": "1" * 40},
    )
    length = len(pre_authentication_encoding(longest.statement().to_bytes()))
    assert 3000 < length <= 4096


@pytest.mark.parametrize(
    "wrong",
    [
        {"job_id": ""},
        {"job_id": "j" * 129},
        {"job_id": "\ud800"},
        {"module_hash": "sha256:" + "93" * 31},
        {"exit_code": 256},
        {"exit_code": -1},
        {"status": "s" * 41},
        {"status": "\x01"},
        {"limits": {"x" * 41: 1}},
        {"limits": {"Fuel": 1}},
        {"limits": {"fuel": -1}},
        {"limits": {str(number): 1 for number in range(17)}},
        {"args": ["\udfff"]},
        {"env": {"A": "\udfff"}},
        {"guest_exit_code": 125},
        {"guest_exit_code": 2**32},
        {"build_type": "https://a.example/build-types/wasi-preview1-job/v2"},
        {"versions": {"edge-signer": "0.1.0"}},
        {"versions": {"edge-signer": "0.1.0", "wasmtime": "50 "}},
    ],
)
def test_what_has_no_bounds_is_not_signed(wrong: dict[str, Any]) -> None:
    class Unused(SoftwareReceiptSigner):
        def sign(self, *_: Any) -> bytes:
            raise AssertionError("signed")

    with pytest.raises(ValueError, match=r"."):
        prove(Unused(), replace(OUTCOME, **wrong))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"wall_time_ms": -1}, "one flat JSON object"),
        ({"wall_time_ms": 2**53}, "wall_time_ms is not"),
        ({"finished_at": datetime(1969, 12, 31, tzinfo=UTC)}, "one flat JSON object"),
    ],
)
def test_a_receipt_that_verifiers_refuse_is_not_released(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=f"verifiers would refuse: .*{said}"):
        prove(SIGNER, replace(OUTCOME, **wrong))


def test_arguments_have_one_digest_each_way_of_splitting_them_another() -> None:
    digests = {args_sha256(args) for args in ([], [""], ["a", "b"], ["a b"], ["b", "a"], ['a","b'])}
    assert len(digests) == 6


def test_receipt_and_attestation_are_signed_at_once() -> None:
    import threading

    both = threading.Barrier(2, timeout=10)

    class Waiting(SoftwareReceiptSigner):
        def sign(self, *arguments: Any) -> bytes:
            both.wait()
            return super().sign(*arguments)

    assert prove(Waiting(), OUTCOME) == prove(SIGNER, OUTCOME)
