"""What all findings together mean, and for how long they are kept."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from edge_signer.health.finding import Finding, State, Way


@dataclass(frozen=True)
class HealthReport:
    """The health of the deployment, as one worker found it.

    Attributes:
        status: `unavailable` where nothing can be signed, `ok` where every finding is.
        edge: Whether the edge can sign: `ok` or `unavailable`.
        central: The same of the central signer, with the key at home or with its replica.
        findings: By the checks' names.
        checked_at: When.
    """

    status: State
    edge: State
    central: State
    findings: Mapping[str, Finding]
    checked_at: datetime

    @property
    def not_ok(self) -> list[str]:
        """Name the checks that found something."""
        return [name for name, finding in self.findings.items() if finding.state != "ok"]


def report_of(findings: Mapping[str, Finding], ways: frozenset[Way]) -> HealthReport:
    """Sum up.

    Args:
        findings: By the checks' names.
        ways: To sign, that this deployment has at its best.
    """
    still_open = ways.difference(*(finding.closes for finding in findings.values()))
    found_something = any(finding.state != "ok" for finding in findings.values())
    status: State = "degraded" if found_something else "ok"
    return HealthReport(
        status=status if still_open else "unavailable",
        edge="ok" if "edge" in still_open else "unavailable",
        central="ok" if still_open & {"central", "replica"} else "unavailable",
        findings=findings,
        checked_at=datetime.now(UTC),
    )


class KeptReport:
    """A report that is made anew once it is `FRESH_S` seconds old, however often it is asked for.

    Args:
        examine: Looks at everything.
        ways: To sign, that this deployment has at its best.
    """

    FRESH_S = 10.0

    def __init__(self, examine: Callable[[], Mapping[str, Finding]], ways: frozenset[Way]) -> None:
        self._examine = examine
        self._ways = ways
        self._report: HealthReport | None = None
        self._fresh_until_s = 0.0

    def __call__(self) -> tuple[HealthReport, bool]:
        """Give the report, and whether it was made just now."""
        if self._report is not None and time.monotonic() < self._fresh_until_s:
            return self._report, False
        self._report = report_of(self._examine(), self._ways)
        self._fresh_until_s = time.monotonic() + self.FRESH_S
        return self._report, True
