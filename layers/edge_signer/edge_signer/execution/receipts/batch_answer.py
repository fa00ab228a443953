"""The answer to a batch, signed once: a statement and an inclusion proof for each job that ran."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from edge_signer.execution.receipts.batch_verifier import verify_batched_job
from edge_signer.execution.receipts.checkpoint import Checkpoint, inclusion_proof
from edge_signer.execution.receipts.merkle import MerkleTree
from edge_signer.execution.receipts.outcome import JobOutcome
from edge_signer.execution.receipts.receipt_signer import KmsReceiptSigner
from edge_signer.execution.receipts.result import EndedAnswer


class BatchedJobAnswer(EndedAnswer):
    """The result of a job of a batch; the receipt key signed the root of the batch's tree."""

    statement: Annotated[
        str, Field(description="The job's in-toto statement: a leaf of the batch's tree.")
    ]
    proof: Annotated[
        str,
        Field(description="That it is in the tree, with the signed root (c2sp.org/tlog-proof)."),
    ]


class JobNotRunAnswer(BaseModel):
    """A job of a batch that did not run, or whose result cannot be given; nothing is signed."""

    model_config = ConfigDict(frozen=True)

    job_id: str
    status: Literal["not_run"] = "not_run"
    detail: Annotated[str, Field(description="Why; send the job again.")]


class BatchAnswer(BaseModel):
    """The results of a batch, in the order of its jobs."""

    model_config = ConfigDict(frozen=True)

    batch_id: str
    results: list[BatchedJobAnswer | JobNotRunAnswer]

    @classmethod
    def is_of(cls, content: bytes, batch_id: str) -> bool:
        """Tell whether `content` is the `to_json` of a batch with this name."""
        try:
            return cls.model_validate_json(content).batch_id == batch_id
        except ValueError:
            return False

    def to_json(self) -> bytes:
        """Encode it as the body of the response."""
        return self.model_dump_json(exclude_none=True).encode()


@dataclass(frozen=True)
class JobNotRun:
    """A job of a batch that has no outcome.

    Attributes:
        job_id: The client's name for it.
        detail: Why, for people.
    """

    job_id: str
    detail: str


def prove_batch(
    signer: KmsReceiptSigner,
    service: str,
    batch_id: str,
    outcomes: Sequence[JobOutcome | JobNotRun],
) -> BatchAnswer:
    """Have a key sign, once, what happened to all jobs of a batch.

    Args:
        signer: Signs the root.
        service: The deployment, as a URL without its scheme.
        batch_id: The client's name for the batch.
        outcomes: Of its jobs, in their order. If none ran, nothing is signed.

    Raises:
        ValueError: A field of an outcome is out of bounds.
        KmsRateLimitError, KmsUnavailableError: KMS did not sign.
    """
    ended = [one for one in outcomes if isinstance(one, JobOutcome)]
    proved = iter(_proved(signer, service, batch_id, ended) if ended else ())
    return BatchAnswer(
        batch_id=batch_id,
        results=[
            JobNotRunAnswer(job_id=one.job_id, detail=one.detail)
            if isinstance(one, JobNotRun)
            else next(proved)
            for one in outcomes
        ],
    )


def _proved(
    signer: KmsReceiptSigner, service: str, batch_id: str, ended: Sequence[JobOutcome]
) -> Iterator[BatchedJobAnswer]:
    statements = [one.statement().to_bytes() for one in ended]
    tree = MerkleTree(statements)
    checkpoint = Checkpoint(service, batch_id, tree.size, tree.root)
    key = signer.key()
    note = checkpoint.note(key.public_key, signer.sign(key, checkpoint.text()))
    for index, (outcome, statement) in enumerate(zip(ended, statements, strict=True)):
        proof = inclusion_proof(index, tree.path(index), note)
        answer = BatchedJobAnswer.of(outcome, statement=statement.decode(), proof=proof)
        refusal = verify_batched_job(answer.to_json(), key.public_key.hex()).refusal
        if refusal is not None:
            raise ValueError(f"a proof that verifiers would refuse: {refusal.explanation}")
        yield answer
