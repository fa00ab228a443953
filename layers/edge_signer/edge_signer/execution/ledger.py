"""Which jobs exist, who runs them, and how many run at once: the DynamoDB table of jobs.

Each job has an item. If several workers get the same job at once, a conditional write lets exactly
one of them claim it. A claim ends at a set time, so that a job whose worker was killed can run
again; the store then keeps only the first result.

Each tenant has another item, which counts its running jobs (`tenancy/running_work.py`).
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from edge_signer.execution.store import Requested
from edge_signer.tenancy.conditional_table import ConditionalTable
from edge_signer.tenancy.running_work import Piece, RunningWork

RESULT_S = 7 * 24 * 60 * 60
#: How long a job's name stays taken, which is longer than its result is available.
REMEMBERED_S = 30 * 24 * 60 * 60
# The key of a job's item cannot begin with `#`, because a tenant's name is not empty.
_RUNNING = "#running#"


@dataclass(frozen=True)
class Claim:
    """The right to run a job, until it ends.

    Attributes:
        item_id: The job's key in the table.
        claim_id: Distinguishes the claims on a job.
        ends_ms: When it ends, in epoch milliseconds.
        is_first: Whether it is this worker's, and the first claim on the job.
        unsigned_sha256: Digest of the outcome that waits for a signature, in hexadecimal.
    """

    item_id: str
    claim_id: str
    ends_ms: int
    is_first: bool = False
    unsigned_sha256: str | None = None


@dataclass(frozen=True)
class JobEntry:
    """A known job.

    Attributes:
        claim: The latest claim on it, which may have ended.
        content_sha256: Digest of the requested content, in hexadecimal.
        result_ends_s: Until when its result is available, in epoch seconds.
    """

    claim: Claim
    content_sha256: str
    result_ends_s: int


class JobLedger:
    """The ledger of jobs.

    All methods raise StoreUnavailableError if DynamoDB does not answer. A write may have happened
    all the same; a claim that it made ends by itself.

    Args:
        table: The table of jobs.
        max_running: How many jobs of a tenant may run at once.
        clock: Returns epoch seconds.
    """

    def __init__(
        self, table: ConditionalTable, max_running: int, clock: Callable[[], float] = time.time
    ) -> None:
        self._table = table
        self._running = RunningWork(table, _RUNNING, "jobs", max_running, clock)
        self._clock = clock

    def claim(self, requested: Requested, lasts_s: float) -> Claim | JobEntry:
        """Claim a job for a number of seconds, if it is new; otherwise give its entry."""
        now_s = int(self._clock())
        item_id = _item_id(requested.tenant_id, requested.job_id)
        claim = Claim(item_id, uuid.uuid4().hex, self._ms_from_now(lasts_s), is_first=True)
        found = self._table.put(
            {
                "id": claim.item_id,
                "content_sha256": requested.content_sha256,
                "claim_id": claim.claim_id,
                "claim_ends_ms": claim.ends_ms,
                "result_ends_s": now_s + RESULT_S,
                "expiration": now_s + REMEMBERED_S,
            },
            # DynamoDB may take days to delete an item that has expired.
            "attribute_not_exists(id) OR expiration < :now",
            {":now": now_s},
        )
        # If the response to a write is lost, the SDK repeats the write.
        if found is None or found["claim_id"] == claim.claim_id:
            return claim
        return _entry_of(found)

    def take_over(self, entry: JobEntry, lasts_s: float) -> Claim | None:
        """Claim a job whose claim has ended; None if another worker was faster."""
        claim_id, ends_ms = uuid.uuid4().hex, self._ms_from_now(lasts_s)
        claim = replace(entry.claim, claim_id=claim_id, ends_ms=ends_ms)
        found = self._table.update(
            claim.item_id,
            "SET claim_id = :mine, claim_ends_ms = :ends",
            "claim_id IN (:theirs, :mine)",
            {":mine": claim_id, ":theirs": entry.claim.claim_id, ":ends": ends_ms},
        )
        return claim if found is None else None

    def find(self, tenant_id: str, job_id: str) -> JobEntry | None:
        """Return a job's entry; None if the tenant has no such job."""
        item = self._table.get(_item_id(tenant_id, job_id))
        if item is None or item["expiration"] < self._clock():
            return None
        return _entry_of(item)

    def vouch_for(self, claim: Claim, unsigned_sha256: str) -> None:
        """Record the digest of a stored outcome, so that nothing else is signed in its place.

        Does nothing if another claim has replaced this one.
        """
        values = {":mine": claim.claim_id, ":kept": unsigned_sha256}
        kept = "SET unsigned_sha256 = :kept"
        self._table.update(claim.item_id, kept, "claim_id = :mine", values)

    def end(self, claim: Claim, *, forget: bool) -> None:
        """End a claim on a job without a result, unless another claim has replaced it.

        With `forget`, the job's name becomes free, if this is the first claim on it.
        """
        mine = {":mine": claim.claim_id}
        if forget and claim.is_first:
            self._table.delete(claim.item_id, "claim_id = :mine", mine)
        else:
            ended = "SET claim_ends_ms = :ended"
            self._table.update(claim.item_id, ended, "claim_id = :mine", {**mine, ":ended": 0})

    def is_running(self, entry: JobEntry) -> bool:
        """Tell whether a worker may be running a job."""
        return entry.claim.ends_ms > self._clock() * 1000

    def has_expired(self, entry: JobEntry) -> bool:
        """Tell whether a job's result is no longer available."""
        return entry.result_ends_s <= self._clock()

    def enter(self, tenant_id: str, claim: Claim) -> None:
        """Count a job as running, until `leave` or until its claim ends.

        Raises:
            RateLimitedError: The tenant has `max_running` jobs already; this one does not count.
        """
        self._running.enter(tenant_id, _piece(claim))

    def leave(self, tenant_id: str, claim: Claim) -> None:
        """Stop counting a job as running."""
        self._running.leave(tenant_id, _piece(claim))

    def _ms_from_now(self, seconds: float) -> int:
        return int((self._clock() + seconds) * 1000)


def _item_id(tenant_id: str, job_id: str) -> str:
    # Neither can contain `#`.
    return f"{tenant_id}#{job_id}"


def _piece(claim: Claim) -> Piece:
    return Piece(claim.ends_ms, claim.claim_id)


def _entry_of(item: Mapping[str, Any]) -> JobEntry:
    kept = item.get("unsigned_sha256")
    claim = Claim(item["id"], item["claim_id"], item["claim_ends_ms"], unsigned_sha256=kept)
    return JobEntry(claim, item["content_sha256"], item["result_ends_s"])
