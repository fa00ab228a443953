"""The verdict on an asset: the findings of c2pa-rs, with notes from our own reader."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from central_signer.verification.engine import (
    TIME_STAMP_ANCHORS_LIST,
    Problem,
    Reading,
    TrustedRoots,
    engine_name,
    read,
)
from central_signer.verification.engine_report import Manifest, Report
from central_signer.verification.ingredients import Ingredient, ingredient_tree
from edge_signer.verification.findings import Finding, Findings, finding_of
from edge_signer.verification.store_notes import Note, StoreFacts, examine

_UNTRUSTED = "signingCredential.untrusted"


@dataclass(frozen=True)
class TimeStamp:
    """The time-stamp of a signature.

    Attributes:
        state: `None`, `Trusted`, `Untrusted` (sound, authority unknown) or `Invalid`.
        time: What it says.
        findings: Why it is not trusted.
    """

    state: str = "None"
    time: str = ""
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """A verdict and its reasons.

    Attributes:
        state: c2pa-rs's state: `Trusted`, `Valid` (sound, signer unknown) or `Invalid`; or
            `Unreadable`; or `NoCredentials` if there is nothing to judge.
        engine: Name and version of the engine.
        failures: What is wrong with the manifest, or with ingredients outside the tree.
        informational: Other findings about it.
        manifest: What it says.
        manifest_kind: `standard`, `update` or `compressed`; empty if unknown.
        time_stamp: When it was signed, according to a time-stamp.
        ingredients: What the asset was made of.
        notes: Violations of the standard that c2pa-rs does not check.
        remote_url: Where the file says its credentials are; it was not fetched.
    """

    state: str
    engine: str
    failures: tuple[Finding, ...] = ()
    informational: tuple[Finding, ...] = ()
    manifest: Manifest = field(default_factory=Manifest)
    manifest_kind: str = ""
    time_stamp: TimeStamp = field(default_factory=TimeStamp)
    ingredients: tuple[Ingredient, ...] = ()
    notes: tuple[Note, ...] = ()
    remote_url: str = ""

    @property
    def trusted(self) -> bool:
        """Whether everything holds: the manifest, its time-stamp and its ingredients."""
        return (
            self.state == "Trusted"
            and not self.failures
            and self.time_stamp.state != "Invalid"
            and all(one.trusted for one in self.ingredients)
        )


def judge(asset: Path, manifest_store: bytes | None, roots: TrustedRoots) -> Verdict:
    """Judge an asset; it takes and raises what `read` does."""
    return verdict_on(read(asset, manifest_store, roots))


def verdict_on(reading: Reading) -> Verdict:
    """Return the verdict on what was read; there is one for every reading."""
    engine = engine_name()
    if reading.problem in {Problem.ABSENT, Problem.UNSUPPORTED}:
        return Verdict("NoCredentials", engine)
    if reading.problem is Problem.REMOTE:
        return Verdict("NoCredentials", engine, remote_url=reading.explanation)
    facts = examine(reading.manifest_store)
    if reading.problem is Problem.UNREADABLE:
        failure = finding_of("unreadable", reading.explanation)
        return Verdict("Unreadable", engine, (failure,), notes=facts.notes)
    return _from_report(Report(reading.report), facts, engine)


def _from_report(report: Report, facts: StoreFacts, engine: str) -> Verdict:
    findings = report.findings
    tree = ingredient_tree(report)
    manifest = report.manifest(report.active_label)
    state = report.state or "Unreadable"
    failures = [*findings.failure, *tree.unplaced.failure]
    if report.trust_list == TIME_STAMP_ANCHORS_LIST:
        # c2pa-rs has one list of roots for signers and time-stamps; the caller may have two.
        state = "Valid" if state == "Trusted" else state
        reason = "the signer's root is trusted for time-stamps only"
        failures.append(finding_of(_UNTRUSTED, reason))
    if not tree.complete:
        reason = "there are too many ingredients, or they are nested too deeply"
        failures.append(finding_of("ingredients.unread", reason))
    if not report.state:
        failures.append(finding_of("unreadable", "the engine's report has no state"))
    informational = [*findings.informational, *tree.unplaced.informational]
    return Verdict(
        state=state,
        engine=engine,
        failures=tuple(failures),
        informational=tuple(one for one in informational if not _is_stamp(one)),
        manifest=manifest,
        manifest_kind=facts.kinds.get(report.active_label, ""),
        time_stamp=_time_stamp(manifest.time, findings),
        ingredients=tree.ingredients,
        notes=facts.notes,
    )


def _time_stamp(time: str, findings: Findings) -> TimeStamp:
    good = {one.code for one in findings.success if _is_stamp(one)}
    bad = tuple(one for one in findings.informational + findings.failure if _is_stamp(one))
    if {one.code for one in bad} - {"timeStamp.untrusted"}:
        return TimeStamp("Invalid", time, bad)
    if bad or (time and "timeStamp.trusted" not in good):
        return TimeStamp("Untrusted", time, bad)
    return TimeStamp("Trusted", time) if good else TimeStamp()


def _is_stamp(finding: Finding) -> bool:
    return finding.code.startswith("timeStamp.")
