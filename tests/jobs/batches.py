"""Batches for tests: outcomes, the answers to them and to others, and what judges them."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from edge_signer.execution.receipts.batch_answer import BatchAnswer, JobNotRun, prove_batch
from edge_signer.execution.receipts.batch_verifier import (
    BatchVerdict,
    verify_batch,
    verify_batched_job,
)
from edge_signer.execution.receipts.build_type import PATH
from edge_signer.execution.receipts.checkpoint import Checkpoint, inclusion_proof
from edge_signer.execution.receipts.merkle import MerkleTree
from edge_signer.execution.receipts.outcome import JobOutcome
from tests.jobs.receipts import (
    OUTCOME,
    PUBKEY,
    VECTORS,
    SoftwareReceiptSigner,
    judged_cases,
)

SERVICE = "api.example.com/prod"
BATCH_ID = "batch-2026-11-28"
SIGNER = SoftwareReceiptSigner()
ATTACKER = SoftwareReceiptSigner(VECTORS["attacker_seed"])


# What only statements of releases that name themselves say.
_NAMED: dict[str, Any] = {
    "build_type": f"https://{SERVICE}{PATH}",
    "versions": {"edge-signer": "0.1.0", "wasmtime": "46.0.1"},
    "fuel_used": 1234,
    "compile_time_ms": 5,
}


def outcome(number: int) -> JobOutcome:
    """The outcome of a job that differs from others in everything that it may differ in."""
    return replace(
        OUTCOME,
        job_id=f"job-{number}",
        args=(str(number),),
        stdin_sha256=sha256(b"%d" % number).hexdigest(),
        stdout=b"%d\n" % number,
        stderr=b"",
        status="ok",
        exit_code=number,
        env={"N": str(number)} if number % 2 else {},
        **(_NAMED if number % 3 == 0 else {}),
    )


RAN = [outcome(number) for number in range(5)]
LATE = JobNotRun("job-late", "the batch's time was over")
#: The answer of the service, with a job that did not run.
ANSWER: BatchAnswer = prove_batch(SIGNER, SERVICE, BATCH_ID, [*RAN[:3], LATE, *RAN[3:]])
RESULTS: list[dict[str, Any]] = json.loads(ANSWER.to_json())["results"]
#: What the answers to jobs that ran say, by their statements.
SIGNED: dict[str, dict[str, Any]] = {one["statement"]: one for one in RESULTS if "statement" in one}


def job_request(number: int) -> dict[str, Any]:
    return {
        "job_id": f"job-{number}",
        "module_hash": OUTCOME.module_hash,
        "args": [str(number)],
        "stdin": str(number),
        **({"env": {"N": str(number)}} if number % 2 else {}),
    }


REQUEST: dict[str, Any] = {
    "batch_id": BATCH_ID,
    "jobs": [
        *map(job_request, range(3)),
        {**job_request(9), "job_id": LATE.job_id},
        *map(job_request, (3, 4)),
    ],
}


class BatchedSample(NamedTuple):
    """An answer to one job of a batch, or what is none, the pinned key, and perhaps a request."""

    answer: bytes
    pinned_pubkey: str = PUBKEY
    request: bytes | None = None


class BatchSample(NamedTuple):
    """Likewise the answer to a whole batch."""

    answer: bytes
    pinned_pubkey: str = PUBKEY
    request: bytes | None = None


def verdict(sample: BatchedSample | BatchSample) -> str:
    """Judge a sample: `ok` or a refusal, of each job if the batch as a whole is sound."""
    if isinstance(sample, BatchedSample):
        return str(verify_batched_job(*sample).refusal or "ok")
    judged: BatchVerdict = verify_batch(*sample)
    jobs = [str(one.refusal or "ok") for one in judged.jobs.values()]
    return ",".join(jobs or [str(judged.refusal or "ok")])


def client_verdicts(
    language: str, samples: Sequence[BatchedSample | BatchSample], directory: Path
) -> list[str]:
    """Have another language judge samples in one process."""
    return judged_cases(language, [_case(one) for one in samples], directory)


def proved_with(
    statements: Sequence[bytes],
    index: int = 0,
    *,
    signer: SoftwareReceiptSigner = SIGNER,
    batch_id: str = BATCH_ID,
    size: int | None = None,
) -> str:
    """A proof that the signer made of any statements."""
    tree = MerkleTree(statements)
    checkpoint = Checkpoint(SERVICE, batch_id, tree.size if size is None else size, tree.root)
    key = signer.key()
    note = checkpoint.note(key.public_key, signer.sign(key, checkpoint.text()))
    return inclusion_proof(index, tree.path(index), note)


def encoded(document: Any) -> bytes:
    return json.dumps(document).encode()


def _case(sample: BatchedSample | BatchSample) -> dict[str, str]:
    name = "batched_base64" if isinstance(sample, BatchedSample) else "batch_base64"
    case = {"pinned_pubkey": sample.pinned_pubkey, name: b64encode(sample.answer).decode()}
    if sample.request is not None:
        case["request_base64"] = b64encode(sample.request).decode()
    return case
