"""`edge-signer verify-receipt` and `verify-attestation` as a person uses them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from edge_signer.execution.receipts.receipt_signer import prove
from tests.conftest import ROOT
from tests.jobs.receipts import (
    GENUINE,
    OUTCOME,
    PUBKEY,
    REQUEST,
    VECTORS,
    SoftwareReceiptSigner,
    job_result,
)

RESULT = job_result(prove(SoftwareReceiptSigner(), OUTCOME))


def told(*arguments: object, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cli.main", *map(str, arguments)],
        cwd=ROOT,
        input=given,
        capture_output=True,
        text=True,
    )


def written(directory: Path, name: str, content: dict[str, Any]) -> Path:
    file = directory / name
    file.write_text(json.dumps(content))
    return file


def test_a_receipt_is_read_from_a_file_or_standard_input(tmp_path: Path) -> None:
    file = tmp_path / "receipt.json"
    file.write_text(GENUINE)
    from_file = told("verify-receipt", file, "--pubkey", PUBKEY)
    assert from_file.returncode == 0, from_file.stderr
    assert "Verified" in from_file.stdout
    assert "1762646400, 2025-11-09T00:00:00Z" in from_file.stdout
    piped = told("verify-receipt", "-", "--pubkey", PUBKEY, given=GENUINE)
    assert (piped.returncode, piped.stdout) == (0, from_file.stdout)


def test_a_refused_receipt_is_told_in_one_line_with_one_reason() -> None:
    refused = told("verify-receipt", "-", "--pubkey", VECTORS["attacker_pubkey"], given=GENUINE)
    assert refused.returncode == 1
    (line,) = refused.stdout.splitlines()
    assert line.split()[:2] == ["Refused", "key_not_pinned:"]
    too_long = told("verify-receipt", "-", "--pubkey", PUBKEY, given=GENUINE.ljust(10_000))
    assert too_long.returncode == 1
    assert "too_large" in too_long.stdout


def test_a_whole_result_is_verified_with_its_request(tmp_path: Path) -> None:
    result = written(tmp_path, "result.json", RESULT)
    request = written(tmp_path, "request.json", REQUEST)
    arguments = ("verify-attestation", result, "--pubkey", PUBKEY)
    alone = told(*arguments)
    assert alone.returncode == 0, alone.stderr
    assert "whatever was asked for" in alone.stdout
    assert "not the job" in alone.stderr
    unbound = json.loads(told(*arguments, "--json").stdout)
    assert unbound["not_compared"] == ["job_id", "module", "args", "stdin", "env"]
    answered = told(*arguments, "--request", request, "--json")
    assert answered.returncode == 0, answered.stderr
    assert json.loads(answered.stdout) == {
        "verified": True,
        "refusal": None,
        "job_id": OUTCOME.job_id,
        "build_type": "urn:edge-signer:wasi-preview1-job:v1",
        "not_compared": [],
        "status": "finished",
        "limits": OUTCOME.limits,
        "started_at": "2025-11-09T00:00:00.005Z",
        "finished_at": "2025-11-09T00:00:01.000Z",
        "module": OUTCOME.module_hash,
        "exit_code": 3,
        "wall_time_ms": 233,
        "timestamp": 1762646401,
    }
    other = written(tmp_path, "other.json", {**REQUEST, "args": []})
    refused = told(*arguments, "--request", other, "--json")
    assert refused.returncode == 1
    assert json.loads(refused.stdout) == {"verified": False, "refusal": "args_mismatch"}


@pytest.mark.parametrize(
    "arguments",
    [
        ("verify-receipt", "-"),
        ("verify-receipt", "-", "--pubkey", PUBKEY.upper()),
        ("verify-receipt", "-", "--pubkey", "00" * 32),
        ("verify-receipt", "nowhere.json", "--pubkey", PUBKEY),
        ("verify-receipt", "/dev/zero", "--pubkey", PUBKEY),
        ("verify-attestation", ".", "--pubkey", PUBKEY),
        ("verify-attestation", "-", "--pubkey", PUBKEY, "--request", "nowhere.json"),
    ],
)
def test_wrong_usage_is_told_in_a_line_and_exits_with_2(arguments: tuple[str, ...]) -> None:
    wrong = told(*arguments, given=GENUINE)
    assert wrong.returncode == 2
    assert wrong.stderr.strip()
    assert "Traceback" not in wrong.stderr
