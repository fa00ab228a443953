"""Checks of `edge-signer doctor`: all of a group at once, each ends in time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from edge_signer.health.examination import Check, Examination, Finding

#: For a group of checks together.
DEADLINE_S = 10.0

State = Literal["ok", "missing", "wrong"]


@dataclass(frozen=True)
class Found:
    """What a check found.

    Attributes:
        state: Whether it is there and right.
        text: What is there, or what is wrong with it.
        remedy: What to do; empty if nothing is to be done.
    """

    state: State
    text: str
    remedy: str = ""


def ok(text: str) -> Found:
    """It is there, and right."""
    return Found("ok", text)


def missing(text: str, remedy: str) -> Found:
    """It is not there."""
    return Found("missing", text, remedy)


def wrong(text: str, remedy: str) -> Found:
    """It is there, and does not work."""
    return Found("wrong", text, remedy)


@dataclass(frozen=True)
class Checkup:
    """One check.

    Attributes:
        name: Of what is checked.
        look: Checks it. It may raise, and may hang.
        remedy: What to do if it does.
        is_needed: Whether the command fails if it is not ok.
    """

    name: str
    look: Callable[[], Found]
    remedy: str
    is_needed: bool = True


@dataclass(frozen=True)
class Line:
    """One line of the answer.

    Attributes:
        group: machine, account or stage.
        name: Of what was checked.
        state: ok, missing or wrong.
        found: What is there, or what is wrong with it.
        remedy: What to do; empty if nothing is to be done.
        needed: Whether something fails without it.
    """

    group: str
    name: str
    state: State
    found: str
    remedy: str
    needed: bool

    @property
    def is_failure(self) -> bool:
        """Whether the command fails because of it."""
        return self.needed and self.state != "ok"

    def as_json(self) -> dict[str, object]:
        """Return it in JSON's types."""
        return asdict(self)


def run(group: str, checkups: Sequence[Checkup], deadline_s: float = DEADLINE_S) -> list[Line]:
    """Run checks at the same time, and leave behind those that do not end.

    Args:
        group: Of their lines.
        checkups: To run.
        deadline_s: For all of them together.
    """
    checks = [Check(one.name, _looking(one)) for one in checkups]
    findings = Examination(checks, deadline_s=deadline_s)()
    return [_line(group, one, findings[one.name]) for one in checkups]


def _looking(checkup: Checkup) -> Callable[[], Finding]:
    return lambda: Finding("ok", {"found": checkup.look()})


def _line(group: str, checkup: Checkup, finding: Finding) -> Line:
    found = finding.details.get("found")
    if not isinstance(found, Found):
        found = wrong(str(finding.details["error"]), checkup.remedy)
    text = " ".join(found.text.split())
    return Line(group, checkup.name, found.state, text, found.remedy, checkup.is_needed)
