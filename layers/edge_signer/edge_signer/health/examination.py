"""All checks at once, under one deadline, and what their findings mean together."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

State = Literal["ok", "degraded", "unavailable"]
#: How a manifest can be signed: at the edge, by the central signer with the key in its home region,
#: or by the central signer with the key's replica.
Way = Literal["edge", "central", "replica"]

EVERY_WAY: frozenset[Way] = frozenset({"edge", "central", "replica"})


@dataclass(frozen=True)
class Finding:
    """The state of one dependency.

    Attributes:
        state: Shown to everyone.
        details: Shown only to operators, in JSON's types.
        closes: Ways to sign that are impossible because of it.
    """

    state: State
    details: Mapping[str, Any] = field(default_factory=dict)
    closes: frozenset[Way] = frozenset()


@dataclass(frozen=True)
class Check:
    """How to check one dependency.

    Attributes:
        name: As in the answer.
        look: Checks it. It may hang and may raise; the examination copes with both.
        needed_for: Ways to sign that are impossible if it does not answer.
    """

    name: str
    look: Callable[[], Finding]
    needed_for: frozenset[Way] = frozenset()


class Examination:
    """Runs all checks, each in a thread of its own.

    Socket timeouts limit each wait, but neither their sum nor a DNS lookup. Only a thread that can
    be left behind keeps a deadline. While it is left behind, its check is not started again.

    Args:
        checks: To run.
        deadline_s: For all of them together, in seconds.
    """

    def __init__(self, checks: Sequence[Check], *, deadline_s: float) -> None:
        self._checks = checks
        self._deadline_s = deadline_s
        self._left_behind: dict[str, Future[Finding]] = {}

    def __call__(self) -> Mapping[str, Finding]:
        """Return the findings by the checks' names."""
        ends_s = time.monotonic() + self._deadline_s
        looks = {check.name: self._begun(check) for check in self._checks}
        return {check.name: self._found(check, looks[check.name], ends_s) for check in self._checks}

    def _begun(self, check: Check) -> Future[Finding]:
        left_behind = self._left_behind.pop(check.name, None)
        if left_behind is not None and not left_behind.done():
            return left_behind
        finding: Future[Finding] = Future()

        def look() -> None:
            try:
                finding.set_result(check.look())
            except BaseException as failure:
                finding.set_exception(failure)

        threading.Thread(target=look, name=f"health-{check.name}", daemon=True).start()
        return finding

    def _found(self, check: Check, look: Future[Finding], ends_s: float) -> Finding:
        try:
            return look.result(max(0.0, ends_s - time.monotonic()))
        except TimeoutError as hung:
            if not look.done():
                self._left_behind[check.name] = look
                said = f"it did not answer within {self._deadline_s:g} s"
                return Finding("unavailable", {"error": said}, check.needed_for)
            return _failed(check, hung)
        except Exception as failure:
            return _failed(check, failure)


def _failed(check: Check, failure: Exception) -> Finding:
    return Finding("unavailable", {"error": described(failure)}, check.needed_for)


def described(failure: Exception) -> str:
    """Say what failed, for operators."""
    return f"{type(failure).__name__}: {failure}".removesuffix(": ")


@dataclass(frozen=True)
class HealthReport:
    """The health of the deployment, as one worker found it.

    Attributes:
        status: `unavailable` if nothing can be signed, `ok` if every finding is.
        edge: Whether the edge can sign: `ok` or `unavailable`.
        central: Whether the central signer can, with the key or with its replica; likewise.
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
        """Names of the checks whose finding is not ok."""
        return [name for name, finding in self.findings.items() if finding.state != "ok"]


def report_of(findings: Mapping[str, Finding], ways: frozenset[Way]) -> HealthReport:
    """Summarise findings.

    Args:
        findings: By the checks' names.
        ways: To sign that this deployment has when all is well.
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
    """A report that serves for a while, however often it is asked for.

    Args:
        examine: Runs the checks.
        ways: To sign that this deployment has when all is well.
        fresh_s: Seconds for which a report serves.
    """

    def __init__(
        self,
        examine: Callable[[], Mapping[str, Finding]],
        ways: frozenset[Way],
        *,
        fresh_s: float = 10.0,
    ) -> None:
        self._examine = examine
        self._ways = ways
        self._fresh_s = fresh_s
        self._report: HealthReport | None = None
        self._fresh_until_s = 0.0

    def __call__(self) -> tuple[HealthReport, bool]:
        """Return the report, and whether it was made just now."""
        if self._report is not None and time.monotonic() < self._fresh_until_s:
            return self._report, False
        self._report = report_of(self._examine(), self._ways)
        self._fresh_until_s = time.monotonic() + self._fresh_s
        return self._report, True
