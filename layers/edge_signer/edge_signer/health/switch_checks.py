"""What operators have switched or ordered, and what the circuit breaker of KMS has."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from edge_signer.configuration.flags import FlagError, Flags, flag_text, read_flag
from edge_signer.configuration.parameters import SsmParameterFolder
from edge_signer.health.finding import EVERY_WAY, Finding, Way
from edge_signer.kms_guard import breaker_rules as rules
from edge_signer.kms_guard.breaker_store import Stored
from edge_signer.kms_guard.chaos import read_order


class FlagsCheck:
    """Reads the flags as a new worker would; needs `ssm:GetParametersByPath` on their folder.

    Args:
        folder: The parameters by the flags' names.
        defaults: Flags that the folder does not have.
    """

    def __init__(self, folder: SsmParameterFolder, defaults: Flags) -> None:
        self._folder = folder
        self._defaults = defaults

    def __call__(self) -> Finding:
        """Tell what is switched.

        Raises:
            botocore.exceptions.BotoCoreError, ClientError: SSM does not answer. Workers that have
                read the flags go on with them; new ones sign nothing.
        """
        flags, ignored = self.read()
        details: dict[str, Any] = {
            name: flag_text(value) for name, value in flags.model_dump().items()
        }
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

    def read(self) -> tuple[Flags, list[str]]:
        """Give the flags in force, and why texts that are none are ignored.

        Raises:
            botocore.exceptions.BotoCoreError, ClientError: SSM does not answer.
        """
        read, ignored = {}, []
        for name, text in self._folder.read().items():
            try:
                read[name] = read_flag(name, text)
            except FlagError as broken:
                ignored.append(str(broken))
        return self._defaults.model_copy(update=read), ignored


class ChaosCheck:
    """Reads the order of faults; needs `ssm:GetParameter` on its parameter.

    Args:
        ssm: Client.
        parameter: Name of the parameter.
        clock: Seconds since 1970.
    """

    def __init__(self, ssm: Any, parameter: str, clock: Callable[[], float] = time.time) -> None:
        self._ssm = ssm
        self._parameter = parameter
        self._clock = clock

    def __call__(self) -> Finding:
        """Tell whether calls of KMS fail because an operator wants it.

        An order that is none is not heeded by those who sign, so it is none here too.

        Raises:
            botocore.exceptions.BotoCoreError, ClientError: SSM does not answer.
        """
        order = read_order(self._ssm, self._parameter)
        if order is None or not order.is_in_force(self._clock()):
            return Finding("ok")
        return Finding("degraded", order.model_dump())


class BreakerCheck:
    """Reads the breaker's record; needs `dynamodb:GetItem` on it.

    Args:
        read: Reads the record from DynamoDB.
        complaints: Lines about an unreadable record, collected while reading; emptied here.
        clock: Seconds since 1970.
    """

    def __init__(
        self,
        read: Callable[[], Stored],
        complaints: list[str],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._read = read
        self._complaints = complaints
        self._clock = clock

    def __call__(self) -> Finding:
        """Tell whether KMS is asked.

        An open breaker of which a probe is due closes nothing: were requests kept away then, nobody
        would ever probe.

        Raises:
            StoreUnavailableError: DynamoDB does not answer. Workers count alone then.
        """
        clock_ms = int(self._clock() * 1000)
        status = rules.status_of(self._read().record, clock_ms)
        details: dict[str, Any] = {
            "state": status.state,
            "since_ms": status.since_ms,
            "failures_in_the_last_minute": status.failure_count,
        }
        if self._complaints:
            details["error"] = self._complaints.pop()
        if status.next_probe_ms is None:
            return Finding("degraded" if "error" in details else "ok", details)
        details |= {"opened_by": status.opened_by, "next_probe_ms": status.next_probe_ms}
        is_closed_to_requests = status.next_probe_ms > clock_ms
        return Finding(
            "degraded", details, frozenset({"edge"}) if is_closed_to_requests else frozenset()
        )
