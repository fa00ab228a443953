"""Checks of what operators changed: flags, chaos and the circuit breaker of KMS."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from edge_signer.configuration.flags import FlagError, Flags, flag_text, read_flag
from edge_signer.configuration.parameters import SsmParameterFolder
from edge_signer.health.examination import EVERY_WAY, Finding, Way
from edge_signer.kms_guard.breaker_rules import status_of
from edge_signer.kms_guard.breaker_store import Stored
from edge_signer.kms_guard.chaos import read_order


def check_flags(folder: SsmParameterFolder, defaults: Flags) -> Finding:
    """Read the flags as a new worker does; needs `ssm:GetParametersByPath` on their folder.

    Args:
        folder: The parameters by the flags' names.
        defaults: Values of flags without a parameter.

    Raises:
        botocore.exceptions.BotoCoreError, ClientError: SSM failed. Workers that have read the flags
            continue with them; new ones sign nothing.
    """
    read, ignored = {}, []
    for name, text in folder.read().items():
        try:
            read[name] = read_flag(name, text)
        except FlagError as invalid:
            ignored.append(str(invalid))
    flags = defaults.model_copy(update=read)
    details: dict[str, Any] = {name: flag_text(value) for name, value in flags.model_dump().items()}
    if ignored:
        details["ignored"] = ignored
    if flags.kill_switch:
        return Finding("unavailable", details, EVERY_WAY)
    closed: set[Way] = set()
    if not flags.edge_signer_enabled:
        closed.add("edge")
    if not flags.central_signer_enabled:
        closed |= {"central", "replica"}
    is_well = not (closed or ignored) and flags.tenant_allowlist
    return Finding("ok" if is_well else "degraded", details, frozenset(closed))


def check_chaos(ssm: Any, parameter: str, clock: Callable[[], float] = time.time) -> Finding:
    """Check whether an operator ordered failures of KMS; needs `ssm:GetParameter`.

    Like the functions that sign, it ignores a text that is not an order.

    Args:
        ssm: Client.
        parameter: Name of the parameter that holds the order.
        clock: Seconds since 1970.

    Raises:
        botocore.exceptions.BotoCoreError, ClientError: SSM failed.
    """
    order = read_order(ssm, parameter)
    if order is None or not order.is_in_force(clock()):
        return Finding("ok")
    return Finding("degraded", order.model_dump())


def check_breaker(
    read: Callable[[], Stored], complaints: list[str], clock: Callable[[], float] = time.time
) -> Finding:
    """Check whether the circuit breaker lets requests call KMS; needs `dynamodb:GetItem`.

    An open breaker whose probe is due does not close the edge: without requests, no probe would be
    made.

    Args:
        read: Reads the record from DynamoDB.
        complaints: Lines about an unreadable record, collected while reading; emptied here.
        clock: Seconds since 1970.

    Raises:
        StoreUnavailableError: DynamoDB failed. Workers then count alone.
    """
    record, clock_ms = read().record, int(clock() * 1000)
    status = status_of(record, clock_ms)
    details: dict[str, Any] = {
        "state": status.state,
        "since_ms": status.since_ms,
        "failures_in_the_last_minute": status.failure_count,
    }
    if complaints:
        details["error"] = complaints.pop()
    if status.next_probe_ms is None:
        return Finding("degraded" if "error" in details else "ok", details)
    details |= {"opened_by": status.opened_by, "next_probe_ms": status.next_probe_ms}
    is_closed_to_requests = status.next_probe_ms > clock_ms
    return Finding(
        "degraded", details, frozenset({"edge"}) if is_closed_to_requests else frozenset()
    )
