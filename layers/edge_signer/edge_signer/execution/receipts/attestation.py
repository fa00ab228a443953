"""The attestation of a job: what the receipt leaves open, bound to it in one statement."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256

from edge_signer.execution.receipts.job_outcome import JobOutcome
from edge_signer.execution.receipts.receipt import Receipt
from edge_signer.execution.receipts.statement import (
    Arguments,
    BuildDefinition,
    Digest,
    Ending,
    Limits,
    Metadata,
    Module,
    Provenance,
    ReceiptText,
    RunDetails,
    Statement,
    Stream,
)


def job_statement(outcome: JobOutcome) -> Statement:
    """Say in a statement what is known of a job.

    Raises:
        ValueError: A field of the outcome is not what it should be, or its texts are no Unicode.
    """
    return Statement(
        subject=(
            Stream(name="stdout", digest=_digest(outcome.stdout)),
            Stream(name="stderr", digest=_digest(outcome.stderr)),
        ),
        predicate=Provenance(
            buildDefinition=BuildDefinition(
                externalParameters=Arguments(
                    argsCount=len(outcome.args),
                    argsSha256=args_sha256(outcome.args),
                    stdinSha256=outcome.stdin_sha256,
                ),
                internalParameters=Limits(limits=dict(outcome.limits)),
                resolvedDependencies=(
                    Module(digest=Digest(sha256=outcome.module_hash.removeprefix("sha256:"))),
                ),
            ),
            runDetails=RunDetails(
                metadata=Metadata(
                    invocationId=outcome.job_id,
                    startedOn=_moment(outcome.started_at),
                    finishedOn=_moment(outcome.finished_at),
                ),
                byproducts=(receipt_text(outcome.receipt(), outcome.status),),
            ),
        ),
    )


def receipt_text(receipt: Receipt, status: str) -> ReceiptText:
    """Say which receipt belongs to a job, and how the job ended."""
    return ReceiptText(
        digest=Digest(sha256=receipt.digest().hex()),
        content=b64encode(receipt.message()).decode(),
        annotations=Ending(status=status, exitCode=receipt.exit_code),
    )


def args_sha256(args: Sequence[str]) -> str:
    """Give the digest of a list of arguments: of its canonical JSON (RFC 8785), in hexadecimal.

    Raises:
        UnicodeEncodeError: An argument holds half of a surrogate pair.
    """
    canonical = json.dumps(list(args), ensure_ascii=False, separators=(",", ":"))
    return sha256(canonical.encode()).hexdigest()


def _digest(output: bytes) -> Digest:
    return Digest(sha256=sha256(output).hexdigest())


def _moment(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
