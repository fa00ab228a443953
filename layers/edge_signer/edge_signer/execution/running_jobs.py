"""How many jobs of a tenant run at once, in all workers together: one item for each tenant.

The item has a set with one text for each job that runs: when its claim ends, and which claim it is.
One conditional write adds to the set where there is room, so the number is exact. Whoever is done
takes its text out; that of a worker which was killed counts until the claim ends, and is taken out
by whoever meets it then.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from edge_signer.execution.job_ledger import Claim
from edge_signer.execution.job_table import write_if
from edge_signer.tenancy.rate_limits import AtOnce, RateLimitedError

# Long after every claim in the item has ended.
_KEPT_S = 24 * 60 * 60


class RunningJobs:
    """Counts tenants' running jobs; needs UpdateItem on the table of jobs.

    Args:
        dynamodb: Client of the service.
        table: Its name.
        most: How many of a tenant's jobs may run at once.
        clock: Gives epoch seconds.
    """

    def __init__(
        self, dynamodb: Any, table: str, most: int, clock: Callable[[], float] = time.time
    ) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._most = most
        self._clock = clock

    def enter(self, tenant_id: str, claim: Claim) -> None:
        """Count one more job, until `leave` or until its claim ends.

        Raises:
            RateLimitedError: As many as may are running; this one was not counted.
            StoreUnavailableError: DynamoDB did not answer. It may be counted, until its claim ends.
        """
        running = self._add(tenant_id, claim)
        ended = [one for one in running if _end_ms(one) <= self._clock() * 1000]
        if ended:
            self._remove(tenant_id, ended)
            running = self._add(tenant_id, claim)
        if running:
            raise RateLimitedError(AtOnce(self._most))

    def leave(self, tenant_id: str, claim: Claim) -> None:
        """Count a job no longer.

        Raises:
            StoreUnavailableError: DynamoDB did not answer. It may count until its claim ends.
        """
        self._remove(tenant_id, [_entry(claim)])

    def _add(self, tenant_id: str, claim: Claim) -> Sequence[str]:
        """Add a job where there is room; where there is none, give those that are running."""
        entry = _entry(claim)
        refused = write_if(
            self._dynamodb,
            self._table,
            "update_item",
            Key=_key(tenant_id),
            UpdateExpression="SET expiration = :gone ADD running :entries",
            # The last: the SDK sends a write whose answer was lost again.
            ConditionExpression=(
                "attribute_not_exists(running) OR size(running) < :most"
                " OR contains(running, :entry)"
            ),
            ExpressionAttributeValues={
                ":gone": {"N": str(int(self._clock()) + _KEPT_S)},
                ":entries": {"SS": [entry]},
                ":entry": {"S": entry},
                ":most": {"N": str(self._most)},
            },
        )
        return () if refused is None else refused["running"]["SS"]

    def _remove(self, tenant_id: str, entries: Sequence[str]) -> None:
        write_if(
            self._dynamodb,
            self._table,
            "update_item",
            Key=_key(tenant_id),
            UpdateExpression="DELETE running :entries",
            ConditionExpression="attribute_exists(running)",
            ExpressionAttributeValues={":entries": {"SS": list(entries)}},
        )


def _key(tenant_id: str) -> dict[str, Any]:
    # No job's item begins so: its tenant has a name.
    return {"id": {"S": f"#running#{tenant_id}"}}


def _entry(claim: Claim) -> str:
    return f"{claim.ends_ms}#{claim.claim_id}"


def _end_ms(entry: str) -> int:
    return int(entry.partition("#")[0])
