"""What one engine says of the active manifest, in the same form for all engines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from central_signer.verification.checks import Result, check_of
from edge_signer.verification.findings import Finding, Findings
from edge_signer.verification.report import (
    CheckName,
    EngineOpinion,
    ReportedFinding,
    Signer,
    TimeStamped,
    Verdict,
)


@dataclass(frozen=True)
class Opinion:
    """An engine's opinion.

    Attributes:
        engine: `c2pa-rs`, or `edge-signer` for our own validator.
        version: Its version.
        verdict: Its verdict on the active manifest; None if it could not judge.
        label: Label of the manifest that it takes for the active one.
        findings: What it found there, except about time-stamps that are only informational.
        signer: Who signed.
        time_stamp: When.
        ingredients: Whether the ingredients hold.
        not_checked: Why it could not check something, in a sentence each.
        remarks: What else it could not check, in sentences.
    """

    engine: str
    version: str
    verdict: Verdict | None
    label: str = ""
    findings: Findings = field(default_factory=Findings)
    signer: Signer | None = None
    time_stamp: TimeStamped = field(default_factory=TimeStamped)
    ingredients: Literal["passed", "failed", "not_checked", "absent"] = "absent"
    not_checked: Mapping[CheckName, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()

    def check_of(self, finding: Finding) -> CheckName | None:
        """Return the check that a finding is about; those about other manifests are one."""
        check = check_of(finding.code)
        if check in {None, "hard_binding"}:
            # An update manifest has the binding of its parent.
            return check
        about = _MANIFEST.match(finding.url)
        is_other = about is not None and self.label and about[1] != self.label
        return "ingredients" if is_other else check

    def failures_of(self, check: CheckName) -> list[Finding]:
        """Return the failures that a check is about."""
        return [one for one in self.findings.failure if self.check_of(one) == check]

    def result(self, check: CheckName) -> Result:
        """Return how a check ended."""
        if self.failures_of(check):
            return "failed"
        if self.verdict is None or check in self.not_checked:
            return "not_checked"
        match check:
            case "structure":
                return "passed" if self.verdict != "Unreadable" else "failed"
            case "time_stamp":
                return _STAMP_RESULTS[self.time_stamp.state]
            case "ingredients":
                return self.ingredients
            case _:
                passed = any(self.check_of(one) == check for one in self.findings.success)
                return "passed" if passed else "not_checked"

    def reported(self) -> EngineOpinion:
        """Return it as the report has it."""
        return EngineOpinion(
            name=self.engine,
            version=self.version,
            verdict=self.verdict,
            failures=tuple(dict.fromkeys(one.code for one in self.findings.failure)),
            not_checked=(*self.not_checked.values(), *self.remarks),
        )


_MANIFEST = re.compile(r"self#jumbf=/c2pa/([^/]+)")
# A sound time-stamp of an unknown authority proves nothing, but is no fault of the manifest.
_STAMP_RESULTS: Mapping[str, Result] = {
    "Absent": "absent",
    "Trusted": "passed",
    "Untrusted": "not_checked",
    "Invalid": "failed",
}


def reported(findings: Iterable[Finding], engine: str) -> tuple[ReportedFinding, ...]:
    """Return an engine's findings as the report has them."""
    return tuple(
        ReportedFinding(
            code=one.code,
            meaning=one.meaning,
            explanation=one.explanation,
            url=one.url,
            engines=(engine,),
        )
        for one in findings
    )


def merged(findings: Iterable[ReportedFinding]) -> tuple[ReportedFinding, ...]:
    """List each finding once, with all who found it; engines may shorten a URI."""
    listed: dict[tuple[str, str], ReportedFinding] = {}
    for one in findings:
        key = one.code, one.url.rpartition("/")[2]
        known = listed.setdefault(key, one)
        if not {*one.engines} <= {*known.engines}:
            engines = tuple(dict.fromkeys(known.engines + one.engines))
            listed[key] = known.model_copy(update={"engines": engines})
    return tuple(listed.values())


def named(signer: Signer) -> str:
    """Return a signer's name and organisation in one line."""
    return " · ".join(filter(None, (signer.name, signer.organisation)))
