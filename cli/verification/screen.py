"""Prints a verdict. Red rows are the reason for exit code 1; yellow rows are warnings."""

from __future__ import annotations

from collections.abc import Iterable

from rich.markup import escape

from central_signer.verification.engine_report import Action
from central_signer.verification.ingredients import Ingredient
from central_signer.verification.judgement import TimeStamp, Verdict
from cli.terminal import out, printable, show_row
from edge_signer.signing.rules.digital_source_types import term_of
from edge_signer.verification.findings import Finding, meaning_of

_SHOWN_DEPTH = 6
_NOT_ASKED = "signingCredential.ocsp.skipped"
_KINDS = {
    "update": "an update manifest: it adds to its parent and leaves the content unchanged",
    "compressed": "a compressed manifest",
}
_STATES = {
    "Trusted": ("green", "trusted"),
    "Valid": ("red", "valid, but its signer is not trusted"),
    "Invalid": ("red", "invalid"),
    "NoCredentials": ("dim", "no Content Credentials"),
}


def show(verdict: Verdict) -> None:
    """Print a verdict; the engine's state comes last."""
    for name, value in (
        ("title", verdict.manifest.title),
        ("signer", verdict.manifest.signer),
        ("algorithm", verdict.manifest.algorithm),
        ("generator", verdict.manifest.generator),
        ("manifest", _KINDS.get(verdict.manifest_kind, "")),
        *(("action", _action(one)) for one in verdict.manifest.actions),
    ):
        if value:
            show_row(name, value)
    _show_time_stamp(verdict.time_stamp)
    if any(one.code == _NOT_ASKED for one in verdict.informational):
        show_row("revocation", "not checked: this needs the network")
    _show_ingredients(verdict.ingredients, 0)
    for note in verdict.notes:
        show_coloured("yellow", "note", note.text)
    _show_informational(verdict.informational, "")
    for failure in verdict.failures:
        show_coloured("red", "failure", _finding(failure))
    _show_state(verdict)


def _show_state(verdict: Verdict) -> None:
    colour = "bold green" if verdict.trusted else "bold red"
    aside = ""
    if verdict.state == "Trusted" and not verdict.trusted:
        aside = ", but not everything in it: see the red rows"
    out.print(f"[dim]{verdict.engine:<10}[/] [{colour}]{escape(verdict.state)}{aside}[/]")


def _action(action: Action) -> str:
    name = action.action or "an action without a name"
    source_type = action.digital_source_type
    return f"{name}, {term_of(source_type)}" if source_type else name


def _show_time_stamp(stamp: TimeStamp) -> None:
    said = stamp.time or "no time"
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


def _show_ingredients(ingredients: Iterable[Ingredient], depth: int) -> None:
    indent = "  " * depth
    for one in ingredients:
        colour, state = _STATES.get(one.state, ("red", one.state))
        named = one.title or "without a title"
        parts = [named, one.relationship, one.manifest.signer, state]
        show_coloured(colour, "ingredient", indent + ", ".join(filter(None, parts)))
        for action in one.manifest.actions:
            show_row("", f"{indent}  {_action(action)}")
        _show_informational(one.findings.informational, indent + "  ")
        for failure in one.findings.failure:
            show_coloured("red", "", f"{indent}  {_finding(failure)}")
        if depth + 1 < _SHOWN_DEPTH:
            _show_ingredients(one.ingredients, depth + 1)
        elif one.ingredients:
            good = all(inner.trusted for inner in one.ingredients)
            says = "more ingredients below; --json shows them"
            show_coloured("yellow" if good else "red", "", f"{indent}  {says}")


def _show_informational(findings: Iterable[Finding], indent: str) -> None:
    for one in findings:
        if one.code != _NOT_ASKED:
            show_coloured("yellow", "" if indent else "info", indent + _finding(one))


def _finding(finding: Finding) -> str:
    said = f"{finding.code}: {finding.explanation}" if finding.explanation else finding.code
    return f"{finding.meaning} ({said})" if finding.meaning else said


def show_coloured(colour: str, name: str, value: str) -> None:
    """Print a row in a colour."""
    out.print(f"[{colour}]{name:<10}[/] [{colour}]{escape(printable(value))}[/]")
