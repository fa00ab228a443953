"""Jobs over HTTP: every result is proven, and one job has one result."""

from __future__ import annotations

import json
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey

from tests.e2e.conftest import Faults, calls
from tests.jobs.guests import wasi
from tests.jobs.job_requests import (
    HELLO,
    get_job,
    job_request,
    module_hash,
    post_job,
    proven,
    put_module,
    verdict_on,
)
from tests.system.running import Running
from tests.system.waiting import wait_for

FOREVER = "(loop $again (br $again))"
FLOOD = """
(i32.store (i32.const 0) (i32.const 8)) (i32.store (i32.const 4) (i32.const 60000))
(loop $again (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 4)))
  (br $again))"""
WRITES = "fd_write i32 i32 i32 i32 -> i32"


def test_hello_is_run_and_proven(system: Running) -> None:
    request = job_request(HELLO, "Hello, World!", requirements={"cpu_cores": 1, "memory_mb": 64})
    answer = post_job(system, request)
    result = proven(system, answer, request)
    assert result["stdout"] == "!dlroW ,olleH\n"
    assert (result["status"], result["exit_code"]) == ("ok", 0)
    assert result["limits"]["memory_mb"] == 64
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert {"ratelimit", "x-request-id", "server-timing"} <= answer.headers.keys()
    assert "idempotency-replayed" not in answer.headers


@pytest.mark.parametrize(
    ("wasm", "status", "exit_code"),
    [
        (wasi("(call $proc_exit (i32.const 7))", "proc_exit i32"), "ok", 7),
        (wasi("unreachable"), "trap", 132),
        (wasi("", "no_such_call"), "compile_error", 126),
        (
            wasi("").replace(b"\x05\x03\x01\x00\x01", b"\x05\x03\x01\x00\x7f"),
            "out_of_memory",
            137,
        ),
        (wasi(FLOOD, WRITES), "output_limit", 153),
        (wasi(FOREVER), "timeout", 142),
        (wasi("(call $proc_exit (i32.const 256))", "proc_exit i32"), "reserved_exit_code", 128),
    ],
    ids=["ok", "trap", "compile_error", "out_of_memory", "output_limit", "no end", "256"],
)
def test_every_end_of_a_job_is_proven(
    system: Running, wasm: bytes, status: str, exit_code: int
) -> None:
    request = job_request(wasm, requirements={"timeout_seconds": 1, "memory_mb": 4})
    result = proven(system, post_job(system, request), request)
    assert (result["status"], result["exit_code"]) == (status, exit_code)
    assert result.get("guest_exit_code") == (256 if status == "reserved_exit_code" else None)
    assert ("fuel_used" in result) == (status != "compile_error")


def test_input_and_output_may_be_any_bytes(system: Running) -> None:
    echo = wasi(
        """(i32.store (i32.const 0) (i32.const 16)) (i32.store (i32.const 4) (i32.const 64))
        (drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
        (i32.store (i32.const 4) (i32.load (i32.const 8)))
        (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))""",
        "fd_read i32 i32 i32 i32 -> i32",
        WRITES,
    )
    request = job_request(echo, stdin_base64=b64encode(b"\xff\0\n").decode())
    assert proven(system, post_job(system, request), request)["stdout_base64"] == "/wAK"
    as_text = job_request(echo, stdin="Grüße")
    result = proven(system, post_job(system, as_text), as_text)
    assert result["stdout"] == "Grüße"
    assert verdict_on(system, result, {**as_text, "stdin": "Gruss"}).refusal == "stdin_mismatch"


def test_a_job_has_environment_variables_that_the_attestation_covers(system: Running) -> None:
    counts = wasi(
        "(drop (call $environ_sizes_get (i32.const 0) (i32.const 4)))"
        "(call $proc_exit (i32.load (i32.const 0)))",
        "proc_exit i32",
        "environ_sizes_get i32 i32 -> i32",
    )
    request = job_request(counts, env={"LANG": "de", "b": "ü"})
    result = proven(system, post_job(system, request), request)
    assert result["exit_code"] == 2
    assert verdict_on(system, result, {**request, "env": {"LANG": "de"}}).refusal == "env_mismatch"
    other = post_job(system, {**request, "env": {"LANG": "de"}})
    assert (other.status, other.json()["code"]) == (422, "JOB_ID_REUSED")
    refused = post_job(system, {**request, "job_id": "job-variables", "env": {"A=B": ""}})
    assert (refused.status, refused.json()["code"]) == (400, "INVALID_REQUEST")


def test_the_same_job_again_has_the_same_result_and_is_not_run(system: Running) -> None:
    request = job_request(HELLO, "once")
    first = post_job(system, request)
    proven(system, first, request)
    signatures = calls(system, "kms.Sign")
    assert put_module(system, HELLO).status == 200
    by_name = {name: value for name, value in request.items() if name != "wasm_bytes"}
    for again in (post_job(system, request), post_job(system, by_name)):
        assert (again.status, again.body) == (200, first.body)
        assert again.headers["idempotency-replayed"] == "true"
    fetched = get_job(system, request["job_id"])
    assert (fetched.status, fetched.body) == (200, first.body)
    assert calls(system, "kms.Sign") == signatures


@pytest.mark.parametrize(
    "other",
    [
        {"args": ["twice"]},
        {"stdin": "x"},
        {"requirements": {"timeout_seconds": 5}},
        {"module_hash": module_hash(wasi("")), "wasm_bytes": b64encode(wasi("")).decode()},
    ],
    ids=["arguments", "input", "requirements", "module"],
)
def test_a_job_id_cannot_be_used_for_another_job(system: Running, other: dict[str, Any]) -> None:
    request = job_request(HELLO, "once")
    first = post_job(system, request)
    refused = post_job(system, {**request, **other})
    assert (refused.status, refused.json()["code"]) == (422, "JOB_ID_REUSED")
    assert get_job(system, request["job_id"]).body == first.body


def test_a_job_in_flight_is_not_run_twice(system: Running, faults: Faults) -> None:
    faults({"service": "kms", "operation": "Sign", "delay_ms": 500})
    with ThreadPoolExecutor(2) as clients:
        # Two workers: that which asks again shall not come too late for its own start.
        list(clients.map(lambda word: post_job(system, job_request(HELLO, word)), ("a", "b")))
    faults({"service": "kms", "operation": "Sign", "delay_ms": 1500})
    request, before = job_request(HELLO, "busy"), calls(system, "kms.Sign")
    with ThreadPoolExecutor(1) as client:
        pending = client.submit(post_job, system, request)
        wait_for(lambda: calls(system, "kms.Sign") > before)
        again, fetched = post_job(system, request), get_job(system, request["job_id"])
        first = pending.result()
    for refused in (again, fetched):
        assert (refused.status, refused.json()["code"]) == (409, "JOB_IN_FLIGHT")
        assert refused.headers["retry-after"] == "1"
    proven(system, first, request)
    assert post_job(system, request).body == first.body
    assert calls(system, "kms.Sign") == before + 2


def test_a_tenant_sees_nothing_of_anothers(system: Running) -> None:
    request = job_request(HELLO, "mine")
    mine = post_job(system, request)
    foreign = get_job(system, request["job_id"], "acme")
    unknown = get_job(system, "job-nobody-has", "acme")
    assert foreign.status == unknown.status == 404
    assert foreign.body == unknown.body
    theirs_asked = {**request, "args": ["theirs"]}
    theirs = proven(system, post_job(system, theirs_asked, "testcorp"), theirs_asked)
    assert theirs["stdout"] == "srieht\n"
    assert get_job(system, request["job_id"]).body == mine.body


def test_a_stored_module_is_its_tenants_own(system: Running) -> None:
    own = wasi("(call $proc_exit (i32.const 9))", "proc_exit i32")
    named = job_request(own, wasm_bytes=None)
    unknown = post_job(system, named)
    assert (unknown.status, unknown.json()["code"]) == (422, "UNKNOWN_MODULE")
    stored = put_module(system, own)
    assert (stored.status, stored.json()) == (
        200,
        {"module_hash": module_hash(own), "module_bytes": len(own), "compiled": True},
    )
    # The refusal left the job's name free.
    assert proven(system, post_job(system, named), named)["exit_code"] == 9
    foreign = post_job(system, named, "testcorp")
    assert (foreign.status, foreign.json()["code"]) == (422, "UNKNOWN_MODULE")


def test_what_is_wrong_with_a_module_is_told_when_it_is_stored(system: Running) -> None:
    library = wasi("(call $proc_exit (i32.const 9))", "proc_exit i32").replace(b"_start", b"_stark")
    stored = put_module(system, library)
    told = stored.json()
    assert (stored.status, told["compiled"], told["status"]) == (200, False, "compile_error")
    request = job_request(library, wasm_bytes=None)
    ended = proven(system, post_job(system, request), request)
    assert (ended["status"], ended["detail"]) == (told["status"], told["detail"])


def test_a_receipt_cannot_be_moved_to_another_result(system: Running) -> None:
    requests = [job_request(HELLO, word) for word in ("one", "two")]
    one, two = (proven(system, post_job(system, asked), asked) for asked in requests)
    moved = [
        {**two, "receipt_json": one["receipt_json"]},
        {**two, "attestation": one["attestation"]},
        {**two, **{name: one[name] for name in ("receipt_json", "attestation")}},
        {**two, "stdout": one["stdout"]},
        {**one, "job_id": two["job_id"]},
        one,
    ]
    refusals = [verdict_on(system, result, requests[1]).refusal for result in moved]
    # The v0.1 receipts of both may be the same text: then the first is no lie.
    same = json.loads(one["receipt_json"]) == json.loads(two["receipt_json"])
    assert all(refusals[same:]), refusals


def test_an_implementation_of_dsse_verifies_the_attestation_of_a_real_job(system: Running) -> None:
    request = job_request(HELLO, "foreign eyes")
    result = proven(system, post_job(system, request), request)
    envelope = Envelope.from_dict(result["attestation"])
    (published,) = system.call("GET", "/keys").json()["keys"]
    public_key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(published["public_key"]))
    key = SSlibKey.from_crypto(public_key, published["key_id"])
    assert list(envelope.verify([key], 1)) == [published["key_id"]]
    assert json.loads(envelope.payload)["predicateType"] == "https://slsa.dev/provenance/v1"
    envelope.payload += b" "
    with pytest.raises(VerificationError):
        envelope.verify([key], 1)


def test_the_keys_are_for_everybody_to_pin(system: Running) -> None:
    answer = system.call("GET", "/keys")
    (key,) = answer.json()["keys"]
    assert key["public_key"] == system.state.receipt_public_key
    assert (key["algorithm"], key["use"]) == ("Ed25519", "current")
    assert key.keys() == {"key_id", "algorithm", "public_key", "use", "valid_from"}
    assert answer.headers["cache-control"] == "public, max-age=60"
