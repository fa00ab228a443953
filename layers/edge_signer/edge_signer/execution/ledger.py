"""Which jobs exist, who runs them, and how many run at once: the DynamoDB table of jobs.

Each job has an item, and each tenant another one, which counts its running jobs
(`tenancy/running_work.py`). One transaction claims a job and counts it. So exactly one of several
workers gets a job, and a refused job leaves nothing behind. A claim ends at a set time, so that a
job whose worker was killed can run again. Only the first result of a job is kept: a small one in
the job's item, of a larger one the item says that it is in S3.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any

from edge_signer.execution.store import Requested
from edge_signer.platform.errors import StoreUnavailableError
from edge_signer.tenancy.conditional_table import ConditionalTable, ContendedError, Put, Update
from edge_signer.tenancy.rate_limits import SOON_S, RateLimitedError
from edge_signer.tenancy.running_work import Piece, RunningWork

RESULT_S = 7 * 24 * 60 * 60
#: How long a job's name stays taken, which is longer than its result is available.
REMEMBERED_S = 30 * 24 * 60 * 60
#: Larger results go to S3. An item of 6 KB costs six write units (3.75 US dollars a million) and 30
#: days' storage (1.50); an object costs a PUT (5.00) and one write unit (0.63).
MAX_RESULT_BYTES = 5_500
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
        result: Its result, if it has a small one.
        is_result_in_store: Whether it has a larger one.
    """

    claim: Claim
    content_sha256: str
    result_ends_s: int
    result: bytes | None = None
    is_result_in_store: bool = False


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
        """Claim a job for a number of seconds and count it as running, if it is new.

        Returns:
            The claim, or the entry of a job that is known. That one is not counted.

        Raises:
            RateLimitedError: The tenant has `max_running` jobs already, or its jobs came too close
                together. The job is neither claimed nor counted.
        """
        now_s = int(self._clock())
        item_id = _item_id(requested.tenant_id, requested.job_id)
        claim = Claim(item_id, uuid.uuid4().hex, self._ms_from_now(lasts_s), is_first=True)
        claiming = Put(
            {
                "id": claim.item_id,
                "content_sha256": requested.content_sha256,
                "claim_id": claim.claim_id,
                "claim_ends_ms": claim.ends_ms,
                "result_ends_s": now_s + RESULT_S,
                "expiration": now_s + REMEMBERED_S,
            },
            # DynamoDB may take days to delete an item that has expired. If the response to a
            # write is lost, the SDK repeats the write.
            "attribute_not_exists(id) OR expiration < :now OR claim_id = :mine",
            {":now": now_s, ":mine": claim.claim_id},
        )
        found = self._enter(requested.tenant_id, claim, claiming)
        return claim if found is None else _entry_of(found)

    def take_over(self, tenant_id: str, entry: JobEntry, lasts_s: float) -> Claim | None:
        """Claim a tenant's job whose claim has ended; None if another worker was faster.

        Raises:
            RateLimitedError: As by `claim`.
        """
        claim_id, ends_ms = uuid.uuid4().hex, self._ms_from_now(lasts_s)
        claim = replace(entry.claim, claim_id=claim_id, ends_ms=ends_ms)
        claiming = Update(
            claim.item_id,
            "SET claim_id = :mine, claim_ends_ms = :ends",
            "claim_id IN (:theirs, :mine)",
            {":mine": claim_id, ":theirs": entry.claim.claim_id, ":ends": ends_ms},
        )
        return claim if self._enter(tenant_id, claim, claiming) is None else None

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

    def keep(self, claim: Claim, content_sha256: str, result: bytes | None) -> JobEntry | None:
        """Record a job's result, unless it has one.

        Args:
            claim: On the job; it may have ended.
            content_sha256: Digest of the requested content, in hexadecimal.
            result: At most `MAX_RESULT_BYTES`; None if it is in S3.

        Returns:
            None if the result was recorded, otherwise the job's entry.

        Raises:
            StoreUnavailableError: DynamoDB does not answer, or no longer knows the job.
        """
        name, value = ("result_in_store", 1) if result is None else ("result_json", result.decode())
        found = self._table.update(
            claim.item_id,
            f"SET {name} = :result",
            "content_sha256 = :content AND (attribute_not_exists(result_json)"
            # The last condition: if the response to a write is lost, the SDK repeats the write.
            f" AND attribute_not_exists(result_in_store) OR {name} = :result)",
            {":content": content_sha256, ":result": value},
        )
        if found is None:
            return None
        if found.get("content_sha256") != content_sha256:
            raise StoreUnavailableError("This job is no longer known.", retry_after_s=1)
        return _entry_of(found)

    def leave(self, tenant_id: str, claim: Claim) -> None:
        """Stop counting a job as running."""
        self._running.leave(tenant_id, Piece(claim.ends_ms, claim.claim_id))

    def compiling(self, tenant_id: str, lasts_s: float) -> AbstractContextManager[None]:
        """Count compiling a module as a job, for a block; for `lasts_s` seconds if it is killed.

        Raises:
            RateLimitedError: As by `claim`.
        """
        return self._running.running(tenant_id, lasts_s)

    def _enter(self, tenant_id: str, claim: Claim, claiming: Put | Update) -> dict[str, Any] | None:
        """Claim and count a job; give its item as it is if the condition does not hold."""
        entering = self._running.entering(tenant_id, Piece(claim.ends_ms, claim.claim_id))
        while True:
            try:
                known, counted = self._table.write_all(claim.claim_id, claiming, entering)
            except ContendedError as lost:
                raise RateLimitedError(
                    f"This tenant's jobs came too close together; try again in {SOON_S} s."
                ) from lost
            if known is not None or counted is None:
                return known
            self._running.make_room(tenant_id, counted["running"])

    def _ms_from_now(self, seconds: float) -> int:
        return int((self._clock() + seconds) * 1000)


def _item_id(tenant_id: str, job_id: str) -> str:
    # Neither can contain `#`.
    return f"{tenant_id}#{job_id}"


def _entry_of(item: Mapping[str, Any]) -> JobEntry:
    kept = item.get("unsigned_sha256")
    claim = Claim(item["id"], item["claim_id"], item["claim_ends_ms"], unsigned_sha256=kept)
    small = item.get("result_json")
    return JobEntry(
        claim,
        item["content_sha256"],
        item["result_ends_s"],
        result=None if small is None else small.encode(),
        is_result_in_store="result_in_store" in item,
    )
