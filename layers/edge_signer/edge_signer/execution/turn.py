"""A worker's turn at a job: it claims the job, counts it as running, and handles failures."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Generic, Protocol, Self, TypeVar

from edge_signer.execution.errors import JobIdReusedError, JobInFlightError, ResultExpiredError
from edge_signer.execution.ledger import MAX_RESULT_BYTES, Claim, JobEntry, JobLedger
from edge_signer.execution.receipts.result import JobAnswer
from edge_signer.execution.store import JobStore, Requested, read_outcome
from edge_signer.platform.beside import beside
from edge_signer.platform.errors import EdgeSignerError, StoreUnavailableError
from edge_signer.telemetry.request_record import Stopwatch

if TYPE_CHECKING:
    from concurrent.futures import Future

#: How long a claim outlasts the job's own time limit: for loading, compiling, signing and storing.
SETTLING_S = 20.0


class _Keepable(Protocol):
    def to_json(self) -> bytes: ...


_Requested = TypeVar("_Requested", bound=Requested)
_Outcome = TypeVar("_Outcome", bound=_Keepable)


@dataclass(frozen=True)
class Kind(Generic[_Requested, _Outcome]):
    """How what is stored of a job, or of a batch, is read.

    Attributes:
        is_result_of: Tells whether an object is the result of the one with a name.
        read_outcome: Decodes an outcome; raises ValueError, or gives None for that of another.
    """

    is_result_of: Callable[[bytes, str], bool]
    read_outcome: Callable[[bytes, _Requested], _Outcome | None]


JOBS = Kind(JobAnswer.is_of, read_outcome)


@dataclass(frozen=True)
class KeptResult:
    """A job's result in the store.

    Attributes:
        content: The JobResult as JSON, the same bytes each time.
        is_replayed: Whether it existed before this request.
    """

    content: bytes
    is_replayed: bool


class JobTurn(Generic[_Requested, _Outcome]):
    """A turn at a job, as a context manager.

    Entering claims the job and counts it as running, unless it has a result. `release` stops
    counting it, leaving at the latest. If the block fails, leaving also ends the claim, so that
    nobody has to wait for its end, and stores an outcome that could not be signed, so that the next
    turn only signs it.

    Args:
        requested: The job.
        ledger: Claims and counts jobs.
        store: Keeps outcomes and results.
        stopwatch: Measures claiming, and waiting for the end of counting, as the step `claim`.
        kind: Reads what is stored of it.

    Attributes:
        result: The result that the job already has.
        outcome: The job's outcome, once it is known; the block sets it.
        is_signed: Whether the outcome is signed; the block sets it.
    """

    def __init__(
        self,
        requested: _Requested,
        ledger: JobLedger,
        store: JobStore,
        stopwatch: Stopwatch,
        kind: Kind[_Requested, _Outcome],
    ) -> None:
        self._requested = requested
        self._kind = kind
        self._ledger = ledger
        self._store = store
        self._stopwatch = stopwatch
        self._claim: Claim | None = None
        self._leaving: Future[None] | None = None
        self.result: KeptResult | None = None
        self.outcome: _Outcome | None = None
        self.is_signed = False

    def __enter__(self) -> Self:
        """Claim and count the job.

        Raises:
            EdgeSignerError: The job is running, was another one or has expired, too many jobs of
                the tenant are running, or S3 or DynamoDB does not answer.
        """
        with self._stopwatch.step("claim"):
            self._claim = self._claim_unless_done()
        return self

    def __exit__(
        self, _: type[BaseException] | None, failure: BaseException | None, __: TracebackType | None
    ) -> None:
        """Stop counting the job; after a failure, keep its outcome and end the claim."""
        if self._claim is None:
            return
        self.release()
        try:
            if isinstance(failure, EdgeSignerError) and self.outcome and not self.is_signed:
                self._keep_unsigned(self._claim, self.outcome)
            if isinstance(failure, Exception):
                self._end(self._claim)
        finally:
            # After the answer, Lambda may stop the process.
            with self._stopwatch.step("claim"), suppress(StoreUnavailableError):
                self.release().result()

    def release(self) -> Future[None]:
        """Begin to stop counting the job, unless that has begun; the block goes on meanwhile."""
        if self._leaving is None:
            leave = partial(self._ledger.leave, self._requested.tenant_id, self._mine())
            self._leaving = beside(leave)
        return self._leaving

    def kept_outcome(self) -> _Outcome | None:
        """Return the outcome that an earlier turn could not sign; None if there is none.

        Raises:
            StoreUnavailableError: S3 does not answer.
        """
        if self._claim is None or self._claim.is_first:
            return None
        kept_sha256 = self._claim.unsigned_sha256
        return self._store.unsigned(self._requested, kept_sha256, self._kind.read_outcome)

    def keep(self, content: bytes) -> KeptResult:
        """Store the result. If another worker has stored one first, give that.

        Raises:
            JobInFlightError: Another worker is storing its result at this moment.
            StoreUnavailableError: DynamoDB or S3 did not confirm it.
        """
        job = self._requested
        name = (job.tenant_id, job.job_id, job.content_sha256)
        is_small, is_replayed = len(content) <= MAX_RESULT_BYTES, False
        if not is_small and not self._store.put_result(*name, content):
            # A worker stored it and was killed, or is about to record it.
            earlier = self._store.result(*name, self._kind.is_result_of)
            if earlier is None:
                raise _in_flight()
            content, is_replayed = earlier, True
        known = self._ledger.keep(self._mine(), job.content_sha256, content if is_small else None)
        if known is None:
            return KeptResult(content, is_replayed)
        found = self._result_of(known)
        if found is None:
            raise _in_flight()
        return found

    def _mine(self) -> Claim:
        if self._claim is None:
            raise RuntimeError("this job was not claimed")
        return self._claim

    def _result_of(self, entry: JobEntry) -> KeptResult | None:
        name = (self._requested.tenant_id, self._requested.job_id)
        return result_of(entry, *name, self._ledger, self._store, self._kind.is_result_of)

    def _claim_unless_done(self) -> Claim | None:
        job = self._requested
        lasts_s = job.limits.timeout_seconds + SETTLING_S
        found = self._ledger.claim(job, lasts_s)
        if isinstance(found, Claim):
            return found
        if found.content_sha256 != job.content_sha256:
            raise JobIdReusedError(
                "This job_id was used for another job. Use a new job_id for each job, and the same"
                " one for a retry."
            )
        self.result = self._result_of(found)
        if self.result is not None:
            return None
        claim = self._ledger.take_over(job.tenant_id, found, lasts_s)
        if claim is None:
            raise _in_flight()
        return claim

    def _keep_unsigned(self, claim: Claim, outcome: _Outcome) -> None:
        with suppress(StoreUnavailableError):
            kept = self._store.put_unsigned(self._requested, outcome.to_json())
            self._ledger.vouch_for(claim, kept)

    def _end(self, claim: Claim) -> None:
        with suppress(StoreUnavailableError):
            self._ledger.end(claim, forget=self.outcome is None)


def result_of(
    entry: JobEntry,
    tenant_id: str,
    job_id: str,
    ledger: JobLedger,
    store: JobStore,
    is_of: Callable[[bytes, str], bool] = JobAnswer.is_of,
) -> KeptResult | None:
    """Return the result of a known job; None if it has none and is not running.

    Args:
        entry: The job's.
        tenant_id: The tenant.
        job_id: The job's name.
        ledger: Knows whether it is running, or has expired.
        store: Keeps results.
        is_of: Tells whether an object is the result of the job with a name.

    Raises:
        JobInFlightError: It is running.
        ResultExpiredError: Its result has expired.
        StoreUnavailableError: S3 does not answer.
    """
    if ledger.has_expired(entry):
        raise ResultExpiredError("This job's result has expired.")
    if entry.result is not None:
        return KeptResult(entry.result, is_replayed=True)
    if entry.is_result_in_store:
        content = store.result(tenant_id, job_id, entry.content_sha256, is_of)
        if content is None:
            raise StoreUnavailableError("This job's result cannot be read.", retry_after_s=5)
        return KeptResult(content, is_replayed=True)
    if ledger.is_running(entry):
        raise _in_flight()
    return None


def _in_flight() -> JobInFlightError:
    return JobInFlightError("This job is running.", retry_after_s=1)
