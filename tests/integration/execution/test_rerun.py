"""`edge-signer verify-attestation --rerun`: a job that runs again here, and what may differ."""

from __future__ import annotations

import json
import subprocess
import sys
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from typing import Any

from edge_signer.execution.receipts.outcome import JobOutcome
from edge_signer.execution.receipts.receipt_signer import prove
from edge_signer.execution.sandbox.sandbox import Sandbox
from tests.conftest import ROOT
from tests.jobs.guests import job, wasi
from tests.jobs.receipts import PUBKEY, SoftwareReceiptSigner

ENDED_AT = datetime(2026, 1, 1, tzinfo=UTC)
# Writes eight random bytes.
RANDOM = wasi(
    """(drop (call $random_get (i32.const 64) (i32.const 8)))
    (i32.store (i32.const 0) (i32.const 64)) (i32.store (i32.const 4) (i32.const 8))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))""",
    "random_get i32 i32 -> i32",
    "fd_write i32 i32 i32 i32 -> i32",
)


def ran(sandbox: Sandbox, wasm: bytes, *args: str) -> JobOutcome:
    """What a signer attests of a job."""
    asked = job(wasm, *args, env={"LANG": "de"}, stdin=b"given")
    ended = sandbox.execute(asked)
    return JobOutcome(
        job_id="job-1",
        module_hash=f"sha256:{sha256(wasm).hexdigest()}",
        args=args,
        stdin_sha256=sha256(asked.stdin).hexdigest(),
        limits=asked.limits.attested(),
        status=ended.status,
        exit_code=ended.exit_code,
        stdout=ended.stdout,
        stderr=ended.stderr,
        started_at=ENDED_AT,
        finished_at=ENDED_AT,
        wall_time_ms=ended.wall_time_ms,
        env=asked.env,
        versions={"edge-signer": "0.1.0", "wasmtime": metadata.version("wasmtime")},
        fuel_used=ended.fuel_used,
    )


def told(
    directory: Path, wasm: bytes, signed: JobOutcome, *options: str, **forged: object
) -> subprocess.CompletedProcess[str]:
    """Verify an answer with a rerun, in which a member may be forged after signing."""
    proof = prove(SoftwareReceiptSigner(), signed)
    answer = {
        "job_id": signed.job_id,
        "status": signed.status,
        "exit_code": signed.exit_code,
        "stdout_base64": b64encode(signed.stdout).decode(),
        "stderr_base64": b64encode(signed.stderr).decode(),
        "limits": dict(signed.limits),
        "receipt_json": proof.receipt_json,
        "attestation": proof.attestation,
        **forged,
    }
    request = {
        "job_id": signed.job_id,
        "module_hash": signed.module_hash,
        "args": list(signed.args),
        "stdin": "given",
        "env": dict(signed.env),
    }
    (directory / "answer.json").write_text(json.dumps(answer))
    (directory / "request.json").write_text(json.dumps(request))
    (directory / "module.wasm").write_bytes(wasm)
    command = ["verify-attestation", "answer.json", "--pubkey", PUBKEY]
    given = ["--request", "request.json", "--rerun", "module.wasm", *options]
    return subprocess.run(
        [sys.executable, "-m", "cli.main", *command, *given],
        cwd=directory,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'layers/edge_signer'}", "COLUMNS": "200"},
        capture_output=True,
        text=True,
    )


def rerun_of(verified: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    rerun: dict[str, Any] = json.loads(verified.stdout)["rerun"]
    return rerun


def test_a_job_that_ends_the_same_again_agrees(
    sandbox: Sandbox, hello: bytes, tmp_path: Path
) -> None:
    verified = told(tmp_path, hello, ran(sandbox, hello, "Hello"), "--json")
    assert verified.returncode == 0, verified.stderr
    assert rerun_of(verified) == {
        "agrees": True,
        "same": ["stdout", "stderr", "status", "exit_code", "guest_exit_code", "fuel_used"],
        "different": {},
        "reasons": [],
        "not_compared": [],
    }


def test_random_numbers_differ_and_are_named_as_the_reason(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    differs = told(tmp_path, RANDOM, ran(sandbox, RANDOM))
    assert differs.returncode == 1
    assert "Verified" in differs.stdout
    assert "the rerun differs in stdout" in differs.stderr
    assert "the module names random_get" in differs.stderr


def test_a_false_claim_that_was_signed_has_no_honest_reason(
    sandbox: Sandbox, hello: bytes, tmp_path: Path
) -> None:
    false = replace(ran(sandbox, hello, "Hello"), stdout=b"something else", fuel_used=1)
    differs = told(tmp_path, hello, false, "--json")
    assert differs.returncode == 1
    rerun = rerun_of(differs)
    assert set(rerun["different"]) == {"stdout", "fuel_used"}
    assert rerun["different"]["fuel_used"]["attested"] == 1
    assert rerun["reasons"] == []
    older = replace(false, versions={"edge-signer": "0.1.0", "wasmtime": "1.0.0"})
    (reason,) = rerun_of(told(tmp_path, hello, older, "--json"))["reasons"]
    assert "wasmtime 1.0.0" in reason


def test_forged_output_is_refused_before_anything_runs(
    sandbox: Sandbox, hello: bytes, tmp_path: Path
) -> None:
    signed = ran(sandbox, hello, "Hello")
    forged = b64encode(b"forged").decode()
    refused = told(tmp_path, hello, signed, "--json", stdout_base64=forged)
    assert refused.returncode == 1
    assert json.loads(refused.stdout) == {"verified": False, "refusal": "stdout_mismatch"}


def test_what_cannot_run_again_is_told_in_a_line(
    sandbox: Sandbox, hello: bytes, tmp_path: Path
) -> None:
    signed = ran(sandbox, hello, "Hello")
    greedy = replace(signed, limits={**signed.limits, "memory_mb": 2**40})
    for wasm, attested, said in (
        (RANDOM, signed, "this is not the module that ran"),
        (hello, greedy, "cannot have the attested limits"),
    ):
        wrong = told(tmp_path, wasm, attested)
        assert wrong.returncode == 2
        assert said in wrong.stderr
        assert len(wrong.stderr.splitlines()) == 1
