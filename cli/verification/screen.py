"""Prints a report. Red rows are the reason for exit code 1; yellow rows are warnings."""

from __future__ import annotations

from collections.abc import Iterable

from rich.markup import escape

from central_signer.verification.ingredients import are_trusted
from cli.terminal import out, printable, show_row
from edge_signer.signing.rules.digital_source_types import term_of
from edge_signer.verification.findings import meaning_of
from edge_signer.verification.report import (
    ManifestSays,
    ReportedAction,
    ReportedFinding,
    ReportedIngredient,
    Signer,
    TimeStamped,
    VerificationReport,
)

_SHOWN_DEPTH = 6
# It has a row of its own.
_NOT_ASKED = "signingCredential.ocsp.skipped"
_KINDS = {
    "update": "an update manifest: it adds to its parent and leaves the content unchanged",
    "compressed": "a compressed manifest",
}
_VERDICTS = {
    "Trusted": ("green", "trusted"),
    "Valid": ("red", "valid, but its signer is not trusted"),
    "Invalid": ("red", "invalid"),
    "NoCredentials": ("dim", "no Content Credentials"),
}
# These are said in rows of their own.
_MISSING_SHOWN_ELSEWHERE = {
    *("no_time_stamp", "untrusted_time_stamp", "no_revocation_data", "untrusted_signer")
}


def show(report: VerificationReport) -> None:
    """Print a report; the verdict comes last."""
    if report.verdict == "NoCredentials":
        _show_absence(report)
        return
    _show_judged(report)
    _show_manifest(report.manifest)
    if report.signer is not None:
        _show_signer(report.signer)
    _show_time_stamp(report.time_stamp)
    if all(one.result != "passed" for one in report.checks if one.name == "revocation"):
        show_row("revocation", "not checked: this needs the network")
    _show_ingredients(report.ingredients, 0)
    for note in report.notes:
        show_coloured("yellow", "note", note)
    for one in report.missing:
        if one.code not in _MISSING_SHOWN_ELSEWHERE:
            show_coloured("yellow", "missing", one.meaning)
    _show_informational(report.informational, "")
    for difference in report.differences:
        show_coloured("red", "engine", f"They differ. {difference.meaning}")
    for failure in report.failures:
        show_coloured("red", "failure", _finding(failure))
    _show_verdict(report)


def _show_judged(report: VerificationReport) -> None:
    judged = report.judged
    show_row("judged", judged.source or f"what is embedded in {judged.name}")
    if judged.also:
        show_coloured("yellow", "also", judged.also)


def _show_manifest(manifest: ManifestSays) -> None:
    for name, value in (
        ("title", manifest.title),
        ("generator", manifest.claim_generator),
        ("manifest", _KINDS.get(manifest.kind, "")),
        *(("action", _action(one)) for one in manifest.actions),
        *(("AI", sentence) for sentence in manifest.ai),
        *(("training", sentence) for sentence in manifest.training),
        *(("redacted", uri) for uri in manifest.redactions),
    ):
        if value:
            show_row(name, value)


def _show_signer(signer: Signer) -> None:
    show_row("signer", " · ".join(filter(None, (signer.name, signer.organisation))))
    if signer.algorithm:
        show_row("algorithm", signer.algorithm)


def _show_verdict(report: VerificationReport) -> None:
    for one in report.engines:
        show_row("engine", f"{one.name} {one.version}: {one.verdict or 'could not judge'}")
    colour = "bold green" if report.trusted else "bold red"
    aside = ""
    if report.verdict == "Trusted" and not report.trusted:
        aside = ", but not everything in it: see the red rows"
    out.print(f"[dim]{'verdict':<10}[/] [{colour}]{escape(report.verdict)}{aside}[/]")


def _show_absence(report: VerificationReport) -> None:
    show_row("sidecar", "none")
    if report.judged.credentials == "remote":
        show_row("embedded", f"only a reference to {report.judged.source}")
        show_row("", "It was not followed. Fetch it and name it with --manifest.")
    else:
        said = [sentence for one in report.engines for sentence in one.not_checked]
        show_row("embedded", " ".join(["none.", *said]) if said else "none")
    out.print(f"[dim]{'':<10}[/] [bold red]No Content Credentials[/]")


def _action(action: ReportedAction) -> str:
    parts = [action.action or "an action without a name"]
    if action.digital_source_type:
        parts.append(term_of(action.digital_source_type))
    if action.software_agent:
        parts.append(f"with {action.software_agent}")
    if action.when:
        parts.append(action.when)
    return ", ".join(parts)


def _show_time_stamp(stamp: TimeStamped) -> None:
    said = stamp.time.isoformat() if stamp.time else "no time"
    match stamp.state:
        case "Trusted":
            show_row("time-stamp", f"{said}, from a trusted authority")
        case "Untrusted":
            meaning = meaning_of("timeStamp.untrusted")
            show_coloured("yellow", "time-stamp", f"{said}, from an unknown authority. {meaning}")
        case "Invalid":
            for one in stamp.findings:
                show_coloured("red", "time-stamp", f"does not hold: {_finding(one)}")
        case _:
            show_row("time-stamp", "none")


def _show_ingredients(ingredients: Iterable[ReportedIngredient], depth: int) -> None:
    indent = "  " * depth
    for one in ingredients:
        colour, verdict = _VERDICTS.get(one.verdict, ("red", one.verdict))
        named = one.title or "without a title"
        parts = [named, one.relationship, one.signer, verdict]
        show_coloured(colour, "ingredient", indent + ", ".join(filter(None, parts)))
        for action in one.manifest.actions:
            show_row("", f"{indent}  {_action(action)}")
        _show_informational(one.informational, indent + "  ")
        for failure in one.failures:
            show_coloured("red", "", f"{indent}  {_finding(failure)}")
        if depth + 1 < _SHOWN_DEPTH:
            _show_ingredients(one.ingredients, depth + 1)
        elif one.ingredients:
            says = "more ingredients below; --json shows them"
            good = are_trusted(one.ingredients)
            show_coloured("yellow" if good else "red", "", f"{indent}  {says}")


def _show_informational(findings: Iterable[ReportedFinding], indent: str) -> None:
    for one in findings:
        if one.code != _NOT_ASKED and not one.code.endswith(".validated"):
            show_coloured("yellow", "" if indent else "info", indent + _finding(one))


def _finding(finding: ReportedFinding) -> str:
    said = f"{finding.code}: {finding.explanation}" if finding.explanation else finding.code
    return f"{finding.meaning} ({said})" if finding.meaning else said


def show_coloured(colour: str, name: str, value: str) -> None:
    """Print a row in a colour."""
    out.print(f"[{colour}]{name:<10}[/] [{colour}]{escape(printable(value))}[/]")
