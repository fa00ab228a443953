"""Prints reports. Red rows are the reason for exit code 1; yellow rows are warnings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from rich.markup import escape

from central_signer.verification.ingredients import are_trusted
from cli.terminal import beside_name, out, printable, show_row
from cli.verification import words
from cli.verification.conclusions import headline, is_absent, reason
from edge_signer.verification.report import (
    CheckName,
    ManifestSays,
    ReportedFinding,
    ReportedIngredient,
    Signer,
    TrustListUsed,
    VerificationReport,
)

_SHOWN_DEPTH = 6
_COLOURS = {"good": "green", "careful": "yellow", "bad": "red", "none": "dim"}
_WIDEST_NAME, _WIDEST_SIGNER, _TIME_WIDTH = 48, 40, 23
# What is missing says the same as a check that was not made.
_MISSING_BY_CHECK: Mapping[CheckName, set[str]] = {
    "revocation": {"no_revocation_data"},
    "hard_binding": {"hard_binding_not_checked"},
    "trust": {"no_trust_list"},
    "time_stamp": {"untrusted_time_stamp"},
}
# Failures and the rows of trust lists say the same.
_MISSING_SHOWN_ELSEWHERE = {"untrusted_signer", "development_trust_list", "overdue_trust_list"}


def show(report: VerificationReport) -> None:
    """Print a report; the verdict comes last."""
    if report.verdict == "NoCredentials" or not report.engines:
        _show_absence(report)
        return
    _show_judged(report)
    _show_manifest(report.manifest)
    if report.signer is not None:
        _show_signer(report.signer)
    tone, said = words.time_stamp(report.time_stamp)
    _show_toned(tone, "time-stamp", said)
    _show_ingredients(report.ingredients, 0)
    _show_checks(report)
    for note in report.notes:
        show_coloured("yellow", "note", note)
    for one in report.missing:
        if one.code not in _MISSING_SHOWN_ELSEWHERE:
            show_coloured("yellow", "missing", one.meaning)
    _show_informational(report.informational, "")
    for used in report.trust_lists:
        _show_trust_list(used)
    for engine in report.engines:
        show_row("engine", f"{engine.name} {engine.version}: {engine.verdict or 'could not judge'}")
    for difference in report.differences:
        show_coloured("red", "differ", difference.meaning)
    for failure in report.failures:
        show_coloured("red", "failure", words.finding(failure))
    _show_verdict(report)


def show_table(reports: Sequence[VerificationReport]) -> None:
    """Print a row for each of several reports."""
    heads = ("file", "verdict", "signer", "signed", "what does not hold")
    rows = [("", heads), *((headline(one).tone, _row(one)) for one in reports)]
    limits = (_WIDEST_NAME, 24, _WIDEST_SIGNER, _TIME_WIDTH)
    # A longer text moves its own row only.
    widths = [
        max(len(row[column]) for _, row in rows if len(row[column]) <= limit or column == 1)
        for column, limit in enumerate(limits)
    ]
    for tone, row in rows:
        padded = [text.ljust(width) for text, width in zip(row, widths, strict=False)]
        name, verdict, signer, signed = map(escape, padded)
        colour = _COLOURS.get(tone, "dim")
        line = f"{name}  [{colour}]{verdict}[/]  {signer}  {signed}  {escape(row[4])}".rstrip()
        out.print(line if tone else f"[dim]{line}[/]")


def _row(report: VerificationReport) -> tuple[str, ...]:
    stamp = report.time_stamp
    texts = (
        report.judged.name,
        headline(report).verdict,
        words.signed_by(report.signer) if report.signer else "",
        words.at(stamp.time) if stamp.time and stamp.state == "Trusted" else "",
        reason(report),
    )
    return tuple(map(printable, texts))


def _show_judged(report: VerificationReport) -> None:
    judged = report.judged
    show_row("judged", judged.source or f"what is embedded in {judged.name}")
    if judged.also:
        show_coloured("yellow", "also", judged.also)


def _show_manifest(manifest: ManifestSays) -> None:
    for name, value in (
        ("title", manifest.title),
        ("generator", manifest.claim_generator),
        ("manifest", words.KINDS.get(manifest.kind, "")),
        *(("action", words.action(one)) for one in manifest.actions),
        *(("AI", sentence) for sentence in manifest.ai),
        *(("training", sentence) for sentence in manifest.training),
        *(("redacted", uri) for uri in manifest.redactions),
    ):
        if value:
            show_row(name, value)


def _show_signer(signer: Signer) -> None:
    issuer = f", certified by {signer.issuer}" if signer.issuer else ""
    by = f", trusted by {signer.trusted_by}" if signer.trusted_by else ""
    show_row("signer", f"{words.signed_by(signer)}{issuer}{by}")
    if signer.algorithm:
        show_row("algorithm", signer.algorithm)
    if signer.revocation != "not_checked":
        tone: words.Tone = "bad" if signer.revocation == "revoked" else "good"
        _show_toned(tone, "revocation", words.REVOCATION[signer.revocation])


def _show_checks(report: VerificationReport) -> None:
    by_engines: dict[tuple[str, ...], list[str]] = {}
    missing = {one.code for one in report.missing}
    for one in report.checks:
        if one.result == "passed":
            by_engines.setdefault(one.engines, []).append(words.CHECKS[one.name])
        elif one.result == "failed":
            show_coloured("red", "checked", f"{words.CHECKS[one.name]}: does not hold")
        elif one.result == "not_checked" and not missing & _MISSING_BY_CHECK.get(one.name, set()):
            why = f": {one.explanation}" if one.explanation else ""
            show_coloured("yellow", "unchecked", f"{words.CHECKS[one.name]}{why}")
    for engines, passed in by_engines.items():
        show_row("checked", f"{'; '.join(passed)} (by {' and '.join(engines)})")


def _show_trust_list(used: TrustListUsed) -> None:
    purposes = " and ".join(used.purposes).replace("_", "-")
    said = [f"{used.name}, for {purposes}", f"anchors: {used.anchors}", *_dates(used)]
    tone: words.Tone = "careful" if used.is_overdue or used.is_development else "none"
    _show_toned(tone, "trust list", ", ".join(said))


def _dates(used: TrustListUsed) -> Iterator[str]:
    if used.issued:
        yield f"published {used.issued.date()}"
    if used.next_update:
        state = "overdue since" if used.is_overdue else "current until"
        yield f"{state} {used.next_update.date()}"
    if used.is_development:
        yield "for development: it proves nothing"


def _show_verdict(report: VerificationReport) -> None:
    said = headline(report)
    colour = "red" if said.tone == "none" else _COLOURS[said.tone]
    text = beside_name(f"{report.verdict}: {said.sentence}")
    out.print(f"[dim]{'verdict':<10}[/] [bold {colour}]{text}[/]")


def _show_absence(report: VerificationReport) -> None:
    if report.judged.also:
        show_coloured("yellow", "also", report.judged.also)
    for note in report.notes:
        show_coloured("yellow", "note", note)
    for failure in report.failures:
        show_coloured("red", "failure", words.finding(failure))
    if report.judged.source and is_absent(report):
        show_row("judged", "nothing: --fetch fetches it, or --manifest names it once you have it")
    _show_verdict(report)


def _show_ingredients(ingredients: Iterable[ReportedIngredient], depth: int) -> None:
    indent = "  " * depth
    for one in ingredients:
        tone, verdict = words.VERDICTS[one.verdict]
        parts = [one.title or "without a title", one.relationship, one.signer, verdict]
        show_coloured(_COLOURS[tone], "ingredient", indent + ", ".join(filter(None, parts)))
        for action in one.manifest.actions:
            show_row("", f"{indent}  {words.action(action)}")
        _show_informational(one.informational, indent + "  ")
        for failure in one.failures:
            show_coloured("red", "", f"{indent}  {words.finding(failure)}")
        if depth + 1 < _SHOWN_DEPTH:
            _show_ingredients(one.ingredients, depth + 1)
        elif one.ingredients:
            says = "more ingredients below; --json shows them"
            good = are_trusted(one.ingredients)
            show_coloured("yellow" if good else "red", "", f"{indent}  {says}")


def _show_informational(findings: tuple[ReportedFinding, ...], indent: str) -> None:
    for one in words.remarks(findings):
        show_coloured("yellow", "" if indent else "info", indent + one)


def _show_toned(tone: words.Tone, name: str, value: str) -> None:
    if tone in {"careful", "bad"}:
        show_coloured(_COLOURS[tone], name, value)
    else:
        show_row(name, value)


def show_coloured(colour: str, name: str, value: str) -> None:
    """Print a row in a colour."""
    out.print(f"[{colour}]{name:<10}[/] [{colour}]{beside_name(value)}[/]")
