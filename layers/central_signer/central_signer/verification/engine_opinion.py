"""The opinion of c2pa-rs, and what the manifest says, from its report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from central_signer.verification.checks import check_of
from central_signer.verification.engine import ENGINE, Problem, Reading, engine_version
from central_signer.verification.engine_report import Report
from central_signer.verification.ingredients import (
    IngredientTree,
    are_trusted,
    ingredient_tree,
)
from central_signer.verification.opinion import Opinion, reported
from central_signer.verification.statements import manifest_says
from central_signer.verification.trusted_roots import TrustedRoots
from edge_signer.verification.findings import Finding, Findings
from edge_signer.verification.report import (
    CheckName,
    ManifestSays,
    ReportedIngredient,
    TimeStamped,
    Verdict,
)
from edge_signer.verification.store_notes import StoreFacts

# Endings of the codes of a comparison with the asset.
_COMPARED = (".match", ".mismatch")
# How c2pa-rs ends the explanation of a trusted time-stamp.
_STAMP_LIST = "trust list: "
_TRUSTED, _UNTRUSTED = "signingCredential.trusted", "signingCredential.untrusted"


@dataclass(frozen=True)
class EngineFindings:
    """What c2pa-rs found.

    Attributes:
        opinion: Its opinion.
        manifest: What the active manifest says.
        ingredients: What the asset was made of.
    """

    opinion: Opinion
    manifest: ManifestSays
    ingredients: tuple[ReportedIngredient, ...] = ()


def engine_findings(reading: Reading, roots: TrustedRoots, facts: StoreFacts) -> EngineFindings:
    """Return what c2pa-rs found in credentials; there is a result for every reading of them.

    Args:
        reading: Of credentials, readable or not.
        roots: The trusted certificates that it was read with.
        facts: What our own reader finds in the same store.
    """
    if reading.problem is Problem.UNREADABLE:
        failure = Finding("unreadable", reading.explanation)
        return EngineFindings(_opinion("Unreadable", Findings(failure=(failure,))), ManifestSays())
    report = Report(reading.report)
    tree = ingredient_tree(report, facts)
    label = report.active_label
    kind, assertions = facts.kinds.get(label, ""), facts.assertions.get(label, ())
    return EngineFindings(
        _from_report(report, tree, roots, has_asset=reading.has_asset),
        manifest_says(report.manifest(label), label, kind, assertions),
        tree.ingredients,
    )


def _opinion(verdict: Verdict, findings: Findings) -> Opinion:
    return Opinion(ENGINE, engine_version(), verdict, findings=findings)


def _from_report(
    report: Report, tree: IngredientTree, roots: TrustedRoots, *, has_asset: bool
) -> Opinion:
    findings, verdict = report.findings, report.verdict
    not_checked: dict[CheckName, str] = {}
    if not has_asset and verdict == "Invalid":
        # It has compared the binding with the store itself, which stood in for the asset.
        findings = _without_binding(findings)
        verdict = _verdict_on(findings)
        not_checked["hard_binding"] = "It had the manifest store, and not the file."
    # c2pa-rs accepts any root for signers and time-stamps alike; the lists have purposes. It names
    # no list for a signer whose own certificate is on one.
    signers_list = roots.list_of(report.signer_list, "signers")
    if signers_list is None and report.signer_list:
        findings = _without_trust(findings)
        verdict = "Valid" if verdict == "Trusted" else verdict
    signer = report.signer(report.active_label)
    if signer is not None and signers_list is not None:
        signer = signer.model_copy(update={"trusted_by": signers_list.name})
    if not any(check_of(one.code) == "revocation" for one in findings.success + findings.failure):
        not_checked["revocation"] = "The manifest holds no OCSP response, and nothing is fetched."
    own = Findings(failure=tuple(_faults_of_reading(report, tree)))
    about_ingredients = replace(tree.unplaced, success=())
    found = findings + about_ingredients + own
    return Opinion(
        ENGINE,
        engine_version(),
        verdict,
        report.active_label,
        replace(found, informational=tuple(o for o in found.informational if not _is_stamp(o))),
        signer,
        _time_stamp(report.time(report.active_label), findings, roots),
        _ingredients(tree),
        not_checked,
    )


def _faults_of_reading(report: Report, tree: IngredientTree) -> Iterator[Finding]:
    if not tree.complete:
        reason = "there are too many ingredients, or they are nested too deeply"
        yield Finding("ingredients.unread", reason)
    if report.verdict == "Unreadable":
        yield Finding("unreadable", "the engine's report has no state")


def _without_binding(findings: Findings) -> Findings:
    def is_other(one: Finding) -> bool:
        return check_of(one.code) != "hard_binding" or not one.code.endswith(_COMPARED)

    return replace(
        findings,
        success=tuple(filter(is_other, findings.success)),
        failure=tuple(filter(is_other, findings.failure)),
    )


def _without_trust(findings: Findings) -> Findings:
    failure = Finding(_UNTRUSTED, "no list trusts the root for signers")
    success = tuple(one for one in findings.success if one.code != _TRUSTED)
    return replace(findings, success=success, failure=(*findings.failure, failure))


def _verdict_on(findings: Findings) -> Verdict:
    failures = {one.code for one in findings.failure}
    if failures - {_UNTRUSTED}:
        return "Invalid"
    trusted = any(one.code == _TRUSTED for one in findings.success)
    return "Trusted" if trusted and not failures else "Valid"


def _time_stamp(time: datetime | None, findings: Findings, roots: TrustedRoots) -> TimeStamped:
    good = {one.code: one for one in findings.success if _is_stamp(one)}
    bad = [one for one in findings.informational + findings.failure if _is_stamp(one)]
    trusted = good.get("timeStamp.trusted")
    uri = trusted.explanation.rpartition(_STAMP_LIST)[2] if trusted else ""
    trusted_by = roots.list_of(uri, "time_stamps")
    if trusted and trusted_by is None:
        bad.append(Finding("timeStamp.untrusted", "no list trusts its root for time-stamps"))
    state: Literal["Absent", "Trusted", "Untrusted", "Invalid"] = "Absent"
    if {one.code for one in bad} - {"timeStamp.untrusted"}:
        state = "Invalid"
    elif bad or (good and not trusted):
        state = "Untrusted"
    elif good:
        state = "Trusted"
    name = trusted_by.name if trusted_by is not None and state == "Trusted" else ""
    return TimeStamped(state=state, time=time, trusted_by=name, findings=reported(bad, ENGINE))


def _ingredients(tree: IngredientTree) -> Literal["passed", "failed", "absent"]:
    if not are_trusted(tree.ingredients):
        return "failed"
    return "passed" if tree.ingredients else "absent"


def _is_stamp(finding: Finding) -> bool:
    return finding.code.startswith("timeStamp.")
