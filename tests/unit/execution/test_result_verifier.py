"""A whole result: whatever is swapped is refused, with one reason."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_signer.execution.receipts.dsse import Envelope, pre_authentication_encoding
from edge_signer.execution.receipts.receipt_signer import prove
from edge_signer.execution.receipts.refusals import Refusal
from edge_signer.execution.receipts.result_verifier import verify_result
from tests.jobs.receipts import (
    CLIENTS,
    OUTCOME,
    PUBKEY,
    REQUEST,
    VECTORS,
    SampleAnswer,
    SoftwareReceiptSigner,
    client_verdicts,
    job_result,
)

SIGNER = SoftwareReceiptSigner()
PROOF = prove(SIGNER, OUTCOME)
RESULT = job_result(PROOF)
# The same module with the same exit code, at the same time: another job with the same receipt.
OTHER = prove(SIGNER, replace(OUTCOME, job_id="job-2", stdout=b"other", args=("x",)))
ATTACKER = prove(SoftwareReceiptSigner(VECTORS["attacker_seed"]), OUTCOME)
RECEIPT_REFUSALS = list(Refusal)[: list(Refusal).index(Refusal.RESULT_MALFORMED)]
OF_BATCHES = list(Refusal)[list(Refusal).index(Refusal.NOT_RUN) :]
STRANGE = prove(SIGNER, replace(OUTCOME, wall_time_ms=234))


def refusal(
    result: dict[str, Any] | bytes,
    request: dict[str, Any] | None = None,
    pinned_pubkey: str = PUBKEY,
) -> str | None:
    content = result if isinstance(result, bytes) else json.dumps(result).encode()
    asked = None if request is None else json.dumps(request).encode()
    judged = verify_result(content, pinned_pubkey, asked)
    assert (judged.refusal is None) == (judged.receipt is not None)
    assert (judged.receipt is None) == (judged.statement is None)
    return judged.refusal


def signed(payload: bytes) -> dict[str, Any]:
    """Put any payload into an envelope that the pinned key signed."""
    key = SIGNER.key()
    signature = SIGNER.sign(key, pre_authentication_encoding(payload))
    return Envelope(payload, key.key_id, signature).to_dict()


def resigned(change: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    """Sign the statement anew after a change."""
    statement = json.loads(b64decode(PROOF.attestation["payload"]))
    change(statement)
    return signed(json.dumps(statement, separators=(",", ":"), ensure_ascii=False).encode())


def with_signature(signature: bytes, **more: str) -> dict[str, Any]:
    envelope = deepcopy(PROOF.attestation)
    envelope["signatures"][0] |= {"sig": b64encode(signature).decode(), **more}
    return envelope


def test_a_result_is_vouched_for_and_answers_its_request() -> None:
    assert refusal(RESULT) is None
    assert refusal(RESULT, REQUEST) is None
    # More fields may come; limits need not.
    assert refusal({**RESULT, "region": "eu-central-1"}) is None
    assert refusal({name: value for name, value in RESULT.items() if name != "limits"}) is None


SWAPPED: list[tuple[dict[str, Any], str]] = [
    ({"job_id": "job-3"}, "job_id_mismatch"),
    ({"stdout": "World!"}, "stdout_mismatch"),
    ({"stdout": ""}, "stdout_mismatch"),
    ({"stderr_base64": ""}, "stderr_mismatch"),
    ({"limits": {}}, "limits_mismatch"),
    ({"limits": {**OUTCOME.limits, "timeout_ms": 60_000}}, "limits_mismatch"),
    ({"status": "timed_out"}, "status_mismatch"),
    ({"exit_code": 0}, "exit_code_mismatch"),
    ({"guest_exit_code": 256}, "guest_exit_code_mismatch"),
    ({"receipt_json": STRANGE.receipt_json}, "receipt_mismatch"),
    ({"receipt_json": ATTACKER.receipt_json}, "key_not_pinned"),
    ({"receipt_json": PROOF.receipt_json.replace(":3,", ":0,")}, "signature_mismatch"),
    ({"receipt_json": "\ud800"}, "malformed"),
    ({"attestation": OTHER.attestation}, "job_id_mismatch"),
    ({"attestation": STRANGE.attestation}, "receipt_mismatch"),
    ({"attestation": ATTACKER.attestation}, "envelope_key_not_pinned"),
    ({"attestation": {}}, "envelope_malformed"),
    ({"attestation": None}, "result_malformed"),
    ({"stdout": None}, "result_malformed"),
    ({"stdout_base64": ""}, "result_malformed"),
    ({"stderr_base64": "=A"}, "result_malformed"),
    ({"stderr_base64": "/wB="}, "result_malformed"),
    ({"stdout": "\ud800"}, "result_malformed"),
    ({"exit_code": "3"}, "result_malformed"),
    ({"exit_code": 3.0}, "result_malformed"),
    ({"limits": {**OUTCOME.limits, "x": True}}, "result_malformed"),
]


@pytest.mark.parametrize(
    ("changed", "reason"),
    SWAPPED,
)
def test_whatever_is_swapped_is_refused(changed: dict[str, Any], reason: str) -> None:
    assert refusal({**RESULT, **changed}) == reason


OTHER_REQUESTS: list[tuple[dict[str, Any], str]] = [
    ({"args": ["hello"]}, "args_mismatch"),
    ({"args": [*reversed(OUTCOME.args)]}, "args_mismatch"),
    ({"args": ["\ud800"]}, "args_mismatch"),
    ({"stdin": "zeile"}, "stdin_mismatch"),
    ({"stdin": None}, "stdin_mismatch"),
    ({"stdin_base64": "WmVpbGU="}, "request_malformed"),
    ({"env": {"A": "1"}}, "env_mismatch"),
    ({"env": {"A": "\ud800"}}, "env_mismatch"),
    ({"env": {"A": 1}}, "request_malformed"),
    ({"env": ["A=1"]}, "request_malformed"),
    ({"job_id": "job-3"}, "job_id_mismatch"),
    ({"module_hash": f"sha256:{'94' * 32}"}, "module_hash_mismatch"),
    ({"module_hash": None, "wasm_bytes": "AGFzbQ=="}, "module_hash_mismatch"),
    ({"wasm_bytes": "AGFzbQ=="}, "request_malformed"),
    ({"module_hash": None}, "request_malformed"),
    ({"module_hash": None, "wasm_bytes": "*"}, "request_malformed"),
    ({"module_hash": f"sha256:{'93' * 32}\n"}, "request_malformed"),
    ({"args": "hello"}, "request_malformed"),
]


@pytest.mark.parametrize(
    ("changed", "reason"),
    OTHER_REQUESTS,
)
def test_an_answer_to_another_request_is_refused(changed: dict[str, Any], reason: str) -> None:
    assert refusal(RESULT, {**REQUEST, **changed}) == reason


def test_the_module_itself_may_stand_for_its_digest() -> None:
    module = b"\0asm\1\0\0\0"
    outcome = replace(OUTCOME, module_hash=f"sha256:{sha256(module).hexdigest()}")
    result = job_result(prove(SIGNER, outcome))
    wasm_bytes = b64encode(module).decode()
    request = {"wasm_bytes": wasm_bytes, "args": list(OUTCOME.args), "stdin_base64": "WmVpbGU="}
    assert refusal(result, request) is None


GENUINE_SIGNATURE = b64decode(PROOF.attestation["signatures"][0]["sig"])
S_PLUS_ORDER = (
    int.from_bytes(GENUINE_SIGNATURE[32:], "little")
    + 2**252
    + 27742317777372353535851937790883648493
).to_bytes(32, "little")


ENVELOPES = [
    (
        with_signature(GENUINE_SIGNATURE[:32] + S_PLUS_ORDER),
        "envelope_signature_not_canonical",
    ),
    (with_signature(bytes(32) + GENUINE_SIGNATURE[32:]), "envelope_signature_not_canonical"),
    (with_signature(GENUINE_SIGNATURE, keyid=""), "envelope_key_not_pinned"),
    (with_signature(GENUINE_SIGNATURE[:63]), "envelope_malformed"),
    (with_signature(GENUINE_SIGNATURE, note="x"), "envelope_malformed"),
    ({**PROOF.attestation, "payloadType": "text/plain"}, "envelope_malformed"),
    ({**PROOF.attestation, "note": "x"}, "envelope_malformed"),
    (
        {**PROOF.attestation, "payload": PROOF.attestation["payload"] + "\n"},
        "envelope_malformed",
    ),
    ({**PROOF.attestation, "payload": "e30="}, "envelope_signature_mismatch"),
    ({**PROOF.attestation, "signatures": []}, "envelope_malformed"),
    (
        {**PROOF.attestation, "signatures": PROOF.attestation["signatures"] * 2},
        "envelope_malformed",
    ),
    (signed(b""), "statement_malformed"),
    (signed(b"\xff"), "statement_malformed"),
    (signed(b"[" * 3000), "statement_malformed"),
    (signed(b64decode(PROOF.attestation["payload"]) + b" "), "statement_malformed"),
    (resigned(lambda _: None), None),
    (resigned(lambda statement: statement.pop("_type")), "statement_malformed"),
    (resigned(lambda statement: statement.update(note=1)), "statement_malformed"),
    (resigned(lambda statement: statement["subject"].reverse()), "statement_malformed"),
    (
        resigned(
            lambda statement: statement["predicate"]["runDetails"]["byproducts"][0].update(
                content="MC4x"
            )
        ),
        "receipt_mismatch",
    ),
]


@pytest.mark.parametrize(
    ("attestation", "reason"),
    ENVELOPES,
)
def test_an_envelope_has_one_form(attestation: dict[str, Any], reason: str | None) -> None:
    assert refusal({**RESULT, "attestation": attestation}) == reason


NO_RESULTS = [
    b"",
    b"[]",
    b"\xff",
    b'{"a":' * 100_000,
    b"9" * 5000,
    json.dumps(RESULT).encode("utf-16"),
    json.dumps(RESULT)[:-1].encode() + b',"job_id":"job-3"}',
    json.dumps(RESULT).ljust(16 * 2**20 + 1).encode(),
]


@pytest.mark.parametrize("content", NO_RESULTS, ids=range(8))
def test_what_is_no_result_is_refused(content: bytes) -> None:
    assert refusal(content) == "result_malformed"


def test_a_key_that_is_not_pinned_proves_nothing() -> None:
    assert refusal(RESULT, pinned_pubkey=VECTORS["attacker_pubkey"]) == "key_not_pinned"
    assert refusal(RESULT, pinned_pubkey=PUBKEY.upper()) == "pinned_key_invalid"


@given(st.data())
def test_no_flipped_bit_of_a_result_is_taken_for_another_result(data: st.DataObject) -> None:
    content = bytearray(json.dumps(RESULT).encode())
    content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    if refusal(bytes(content)) is None:
        # Only `limits` may go: without it there is nothing to compare.
        read = json.loads(content)
        assert {name: read[name] for name in RESULT if name != "limits"} == {
            name: value for name, value in RESULT.items() if name != "limits"
        }
        assert read.get("limits", RESULT["limits"]) == RESULT["limits"]


def flipped(content: bytes, random: Random) -> bytes:
    changed = bytearray(content)
    changed[random.randrange(len(changed))] ^= 1 << random.randrange(8)
    return bytes(changed)


@pytest.mark.parametrize("language", CLIENTS)
def test_other_languages_say_the_same_of_every_result(language: str, tmp_path: Path) -> None:
    result, request = json.dumps(RESULT).encode(), json.dumps(REQUEST).encode()
    changed = [
        *(json.dumps({**RESULT, **one}).encode() for one, _ in SWAPPED),
        *(json.dumps({**RESULT, "attestation": one}).encode() for one, _ in ENVELOPES),
        *NO_RESULTS,
    ]
    # JavaScript orders and names members of its objects in a way of its own.
    odd = replace(
        OUTCOME,
        job_id='"\\\x01\x7f/\u2028 Grüße \U0001f600',
        limits={"b": 2**53 - 1, "10": 1, "9": 0, "__proto__": 2},
    )
    odd_result = json.dumps(job_result(prove(SIGNER, odd), odd)).encode()
    random = Random(20261128)
    escaped = json.dumps(REQUEST, ensure_ascii=False, indent=1).encode()
    samples = [
        SampleAnswer(result, PUBKEY),
        SampleAnswer(result, VECTORS["attacker_pubkey"]),
        SampleAnswer(result, PUBKEY.upper()),
        SampleAnswer(result, PUBKEY, escaped),
        SampleAnswer(odd_result, PUBKEY),
        *(SampleAnswer(one, PUBKEY) for one in changed),
        *(
            SampleAnswer(result, PUBKEY, json.dumps({**REQUEST, **one}).encode())
            for one, _ in OTHER_REQUESTS
        ),
        *(SampleAnswer(flipped(result, random), PUBKEY) for _ in range(500)),
        *(SampleAnswer(result, PUBKEY, flipped(request, random)) for _ in range(500)),
    ]
    ours = [str(verify_result(*one).refusal or "ok") for one in samples]
    assert ours[4] == "ok"
    # The last two are in `test_named_releases.py`.
    elsewhere = {Refusal.FUEL_USED_MISMATCH, Refusal.COMPILE_TIME_MS_MISMATCH}
    assert {*Refusal} - {*ours} - elsewhere <= {*RECEIPT_REFUSALS, *OF_BATCHES}
    theirs = client_verdicts(language, samples, tmp_path)
    differing = [one for one in zip(samples, ours, theirs, strict=True) if one[1] != one[2]]
    assert differing == []
