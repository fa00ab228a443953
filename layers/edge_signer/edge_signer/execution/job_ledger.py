"""Which jobs there are and who runs them: the DynamoDB table of jobs.

One conditional write tells all workers apart: of any number that get the same job at once, one
claims it. A claim has an end, so that a job whose worker was killed can be run after all; what
keeps two results apart then is the store, which takes the first one alone.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from edge_signer.execution.job_table import table_unavailable, write_if
from edge_signer.execution.requested_job import RequestedJob

RESULT_S = 7 * 24 * 60 * 60
#: For how long a job's name is taken; its result is gone long before.
REMEMBERED_S = 30 * 24 * 60 * 60


@dataclass(frozen=True)
class JobEntry:
    """What is known of a job.

    Attributes:
        item_id: Of the item.
        content_sha256: Of what was asked for, in hexadecimal.
        claim_id: Of whoever claimed it last.
        claim_ends_ms: When that claim ends or ended, in epoch milliseconds.
        result_ends_s: Until when its result is given out, in epoch seconds.
        unsigned_sha256: Of what is kept of its run, to be signed later, in hexadecimal.
    """

    item_id: str
    content_sha256: str
    claim_id: str
    claim_ends_ms: int
    result_ends_s: int
    unsigned_sha256: str | None = None


@dataclass(frozen=True)
class Claim:
    """The right to run a job.

    Attributes:
        item_id: Of the job's item.
        claim_id: Tells this claim from others on the same job.
        ends_ms: When it ends, in epoch milliseconds.
        is_first: Whether nobody claimed it before.
        unsigned_sha256: Of what an earlier claim kept of its run, in hexadecimal.
    """

    item_id: str
    claim_id: str
    ends_ms: int
    is_first: bool
    unsigned_sha256: str | None = None


class JobLedger:
    """The ledger; needs Put-, Get-, Update- and DeleteItem on the table.

    Args:
        dynamodb: Client of the service.
        table: Its name; the hash key is `id`, and `expiration` is when an item may go.
        clock: Gives epoch seconds.
    """

    def __init__(self, dynamodb: Any, table: str, clock: Callable[[], float] = time.time) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._clock = clock

    def claim(self, asked: RequestedJob, lasts_s: float) -> Claim | JobEntry:
        """Claim a job that nobody knows yet; where it is known, give what is known.

        Args:
            asked: The job.
            lasts_s: How long it may take, in seconds.

        Raises:
            StoreUnavailableError: DynamoDB did not answer. The claim may stand, and then ends.
        """
        item_id, ends_ms = _item_id(asked.tenant_id, asked.job_id), self._ms_from_now(lasts_s)
        claim = Claim(item_id, uuid.uuid4().hex, ends_ms, is_first=True)
        now_s = int(self._clock())
        refused = self._write(
            "put_item",
            Item={
                "id": {"S": claim.item_id},
                "content_sha256": {"S": asked.content_sha256},
                "claim_id": {"S": claim.claim_id},
                "claim_ends_ms": {"N": str(claim.ends_ms)},
                "result_ends_s": {"N": str(now_s + RESULT_S)},
                "expiration": {"N": str(now_s + REMEMBERED_S)},
            },
            # DynamoDB may take days to delete what has ended.
            ConditionExpression="attribute_not_exists(id) OR expiration < :now",
            ExpressionAttributeValues={":now": {"N": str(now_s)}},
        )
        if refused is None:
            return claim
        found = _entry_of(refused)
        # The SDK sends a write whose answer was lost again.
        return claim if found.claim_id == claim.claim_id else found

    def take_over(self, entry: JobEntry, lasts_s: float) -> Claim | None:
        """Claim a job whose claim has ended; None where another was faster.

        Raises:
            StoreUnavailableError: As with `claim`.
        """
        ends_ms = self._ms_from_now(lasts_s)
        claim = Claim(
            entry.item_id,
            uuid.uuid4().hex,
            ends_ms,
            is_first=False,
            unsigned_sha256=entry.unsigned_sha256,
        )
        refused = self._write(
            "update_item",
            Key={"id": {"S": entry.item_id}},
            UpdateExpression="SET claim_id = :mine, claim_ends_ms = :ends",
            ConditionExpression="claim_id IN (:theirs, :mine)",
            ExpressionAttributeValues={
                ":mine": {"S": claim.claim_id},
                ":theirs": {"S": entry.claim_id},
                ":ends": {"N": str(claim.ends_ms)},
            },
        )
        return claim if refused is None else None

    def find(self, tenant_id: str, job_id: str) -> JobEntry | None:
        """Give what is known of a job; None where it is not known.

        Raises:
            StoreUnavailableError: DynamoDB did not answer.
        """
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            item = self._dynamodb.get_item(
                TableName=self._table,
                Key={"id": {"S": _item_id(tenant_id, job_id)}},
                ConsistentRead=True,
            ).get("Item")
        except (BotoCoreError, ClientError) as failure:
            raise table_unavailable() from failure
        if item is None or int(item["expiration"]["N"]) < self._clock():
            return None
        return _entry_of(item)

    def vouch_for(self, claim: Claim, unsigned_sha256: str) -> None:
        """Note what is kept of a job's run, so that nothing else is signed in its place.

        Args:
            claim: Under which it ran; where another has the job by now, nothing is noted.
            unsigned_sha256: Of what is kept, in hexadecimal.

        Raises:
            StoreUnavailableError: DynamoDB did not answer; then the job runs again.
        """
        self._write(
            "update_item",
            Key={"id": {"S": claim.item_id}},
            UpdateExpression="SET unsigned_sha256 = :kept",
            ConditionExpression="claim_id = :mine",
            ExpressionAttributeValues={
                ":mine": {"S": claim.claim_id},
                ":kept": {"S": unsigned_sha256},
            },
        )

    def end(self, claim: Claim, *, forget: bool) -> None:
        """End a claim before its time, if it still is one.

        Args:
            claim: On a job without a result.
            forget: Whether the job's name is to be free for another job.

        Raises:
            StoreUnavailableError: DynamoDB did not answer; then the claim ends at its time.
        """
        mine = {":mine": {"S": claim.claim_id}}
        if forget and claim.is_first:
            self._write(
                "delete_item",
                Key={"id": {"S": claim.item_id}},
                ConditionExpression="claim_id = :mine",
                ExpressionAttributeValues=mine,
            )
        else:
            self._write(
                "update_item",
                Key={"id": {"S": claim.item_id}},
                UpdateExpression="SET claim_ends_ms = :never",
                ConditionExpression="claim_id = :mine",
                ExpressionAttributeValues={**mine, ":never": {"N": "0"}},
            )

    def is_running(self, entry: JobEntry) -> bool:
        """Tell whether somebody may be at work on a job."""
        return entry.claim_ends_ms > self._clock() * 1000

    def has_expired(self, entry: JobEntry) -> bool:
        """Tell whether a job's result is no longer given out."""
        return entry.result_ends_s <= self._clock()

    def _ms_from_now(self, seconds: float) -> int:
        return int((self._clock() + seconds) * 1000)

    def _write(self, operation: str, **arguments: Any) -> Mapping[str, Any] | None:
        return write_if(self._dynamodb, self._table, operation, **arguments)


def _item_id(tenant_id: str, job_id: str) -> str:
    # Neither may hold the sign between them.
    return f"{tenant_id}#{job_id}"


def _entry_of(item: Mapping[str, Any]) -> JobEntry:
    return JobEntry(
        item["id"]["S"],
        item["content_sha256"]["S"],
        item["claim_id"]["S"],
        int(item["claim_ends_ms"]["N"]),
        int(item["result_ends_s"]["N"]),
        item.get("unsigned_sha256", {}).get("S"),
    )
