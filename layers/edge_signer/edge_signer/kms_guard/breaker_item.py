"""A circuit breaker's record as one DynamoDB item.

- `breaker_id`: the key, such as `kms:eu-central-1`.
- `revision`: another with each write.
- `failures_ms`: when attempts failed (milliseconds since 1970, as all times), oldest first.
- `since_ms`: when the breaker last opened or closed.
- `opened_by`, `probe_after_ms`: while it is open only.
- `probe_id`, `probe_until_ms`: while a probe is under way, or was never heard of again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from edge_signer.kms_guard.breaker_rules import OpenedBy, Opening, Probe, Record

_OPENED_BY: dict[str, OpenedBy] = {"throttle": "throttle", "failures": "failures"}


def attributes_of(record: Record) -> dict[str, Any]:
    """Give the record in DynamoDB's JSON, without key and revision."""
    attributes: dict[str, Any] = {
        "failures_ms": {"L": [{"N": str(one)} for one in record.failures_ms]},
        "since_ms": {"N": str(record.since_ms)},
    }
    if record.opening is not None:
        attributes["opened_by"] = {"S": record.opening.opened_by}
        attributes["probe_after_ms"] = {"N": str(record.opening.probe_after_ms)}
        if record.opening.probe is not None:
            attributes["probe_id"] = {"S": record.opening.probe.probe_id}
            attributes["probe_until_ms"] = {"N": str(record.opening.probe.until_ms)}
    return attributes


def read_record(item: Mapping[str, Any]) -> Record:
    """Read an item.

    Args:
        item: In DynamoDB's JSON; empty where there is none.

    Raises:
        KeyError, TypeError, ValueError: Something else than a breaker wrote it.
    """
    if not item:
        return Record()
    opening = probe = None
    if "probe_id" in item:
        probe = Probe(item["probe_id"]["S"], int(item["probe_until_ms"]["N"]))
    if "opened_by" in item:
        opened_by = _OPENED_BY[item["opened_by"]["S"]]
        opening = Opening(opened_by, int(item["probe_after_ms"]["N"]), probe)
    failures_ms = tuple(int(one["N"]) for one in item["failures_ms"]["L"])
    return Record(failures_ms, int(item["since_ms"]["N"]), opening)
