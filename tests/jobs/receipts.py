"""Receipts for tests: the shared vectors, a job, a signer of this process, other languages."""

from __future__ import annotations

import json
import shutil
import subprocess
from base64 import b64encode
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge_signer.execution.receipts.outcome import JobOutcome
from edge_signer.execution.receipts.receipt_signer import KmsReceiptSigner, ReceiptKey
from edge_signer.execution.receipts.result import JobAnswer
from tests.conftest import ROOT

DATA = ROOT / "tests/data/receipts"
VECTORS: dict[str, Any] = json.loads((DATA / "vectors.json").read_text())
#: Why each negative vector is refused; null for those that are taken.
REFUSALS: dict[str, str | None] = json.loads((DATA / "refusals.json").read_text())
GENUINE: str = VECTORS["cases"][0]["receipt_json"]
PUBKEY: str = VECTORS["pubkey"]

CLIENTS = {
    "php": ROOT / "clients/php/tests/verdicts.php",
    "node": ROOT / "clients/js/tests/verdicts.mjs",
}

OUTCOME = JobOutcome(
    job_id="job-0036adab-5321-4b10-a4ab-3e848414eff6",
    module_hash=f"sha256:{'93' * 32}",
    args=("hello", "Grüße, Welt! \x07\u2028"),
    stdin_sha256=sha256(b"Zeile").hexdigest(),
    limits={"timeout_ms": 30_000, "memory_bytes": 128 * 2**20},
    status="finished",
    exit_code=3,
    stdout=b"!dlroW",
    stderr=b"\xff\x00",
    started_at=datetime(2025, 11, 9, 0, 0, 0, 5000, UTC),
    finished_at=datetime(2025, 11, 9, 0, 0, 1, tzinfo=UTC),
    wall_time_ms=233,
)
REQUEST: dict[str, Any] = {
    "job_id": OUTCOME.job_id,
    "module_hash": OUTCOME.module_hash,
    "args": list(OUTCOME.args),
    "stdin": "Zeile",
    "requirements": {"cpu_cores": 1},
}


class Sample(NamedTuple):
    """A receipt, or what is none, and the key that is pinned."""

    receipt_json: bytes
    pinned_pubkey: str


class SoftwareReceiptSigner(KmsReceiptSigner):
    """Signs receipts with a key of this process: that of the vectors, or the attacker's."""

    def __init__(self, seed: str = VECTORS["seed"]) -> None:
        self._private_key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed))

    @cached_property
    def _own_key(self) -> ReceiptKey:
        return ReceiptKey("software", self._private_key.public_key().public_bytes_raw())

    def key(self) -> ReceiptKey:
        return self._own_key

    def sign(self, key: ReceiptKey, message: bytes) -> bytes:
        assert key is self._own_key
        assert 1 <= len(message) <= 4096
        return self._private_key.sign(message)


def job_result(proof: JobAnswer, outcome: JobOutcome = OUTCOME) -> dict[str, Any]:
    """The answer that a client gets."""
    return {
        "job_id": outcome.job_id,
        "status": outcome.status,
        "exit_code": outcome.exit_code,
        "stdout": outcome.stdout.decode(),
        "stderr_base64": b64encode(outcome.stderr).decode(),
        "limits": dict(outcome.limits),
        "receipt_json": proof.receipt_json,
        "attestation": proof.attestation,
    }


class SampleAnswer(NamedTuple):
    """A job's answer, or what is none, the key that is pinned, and perhaps the request."""

    answer: bytes
    pinned_pubkey: str
    request: bytes | None = None


def client_verdicts(
    language: str, samples: Sequence[Sample | SampleAnswer], directory: Path
) -> list[str]:
    """Have another language judge samples in one process: `ok` or a refusal for each."""
    return judged_cases(language, [_case(one) for one in samples], directory)


def judged_cases(language: str, samples: Sequence[dict[str, str]], directory: Path) -> list[str]:
    """Have another language judge cases as its program reads them, but for their ids."""
    interpreter = shutil.which(language)
    if interpreter is None:
        pytest.skip(f"{language} is not installed: its verifier was not tried")
    cases = [{"id": str(number), **one} for number, one in enumerate(samples)]
    file = directory / f"{language}.json"
    file.write_text(json.dumps({"cases": cases}))
    return judged_file(interpreter, language, file, [case["id"] for case in cases])


def _case(sample: Sample | SampleAnswer) -> dict[str, str]:
    pinned = {"pinned_pubkey": sample.pinned_pubkey}
    if isinstance(sample, Sample):
        return {**pinned, "receipt_base64": b64encode(sample.receipt_json).decode()}
    case = {**pinned, "answer_base64": b64encode(sample.answer).decode()}
    if sample.request is not None:
        case["request_base64"] = b64encode(sample.request).decode()
    return case


def judged_file(interpreter: str, language: str, file: Path, ids: Sequence[str]) -> list[str]:
    """Have a file of vectors judged."""
    ran = subprocess.run(
        [interpreter, CLIENTS[language], file], capture_output=True, text=True, timeout=120
    )
    assert ran.returncode == 0, ran.stderr or ran.stdout
    lines = [line.split("\t") for line in ran.stdout.splitlines()]
    assert [line[0] for line in lines] == list(ids)
    return [line[1] for line in lines]
