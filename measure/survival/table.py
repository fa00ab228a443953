"""The table of docs/reference/survival.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from cli.openapi.error_table import with_part
from measure.survival.judgement import FATES, Judgement

BEGIN = "<!-- survival: `make survival` runs the tools and writes this table -->\n"
END = "<!-- end of survival -->"
HEADER = "| tool | does | kept | broken | gone |"
#: Behind a format whose file came out byte for byte as it went in.
UNCHANGED = "="


@dataclass(frozen=True)
class Outcome:
    """What one thing that a tool does came to.

    Attributes:
        does: In words.
        judgements: By format.
        unchanged: The formats whose file came out as it went in.
        failed: The formats of which the tool made no file.
    """

    does: str
    judgements: Mapping[str, Judgement]
    unchanged: frozenset[str] = frozenset()
    failed: tuple[str, ...] = ()


@dataclass
class Report:
    """All that was run.

    Attributes:
        engines: Names and versions of the engines that judged.
        groups: By kind, the tools with their versions and what they did.
        missing: Tools that were not run, and why.
    """

    engines: tuple[str, str]
    groups: dict[str, dict[str, list[Outcome]]] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)


def rendered(report: Report) -> str:
    """Write a report as Markdown."""
    rows = [HEADER, "|---|---|---|---|---|"]
    for kind, tools in report.groups.items():
        rows.append(f"| **{kind}** | | | | |")
        rows += [_row(tool, one) for tool, outcomes in tools.items() for one in outcomes]
    first, second = report.engines
    failures = _sentences(
        f"{tool}: {one.does}: {', '.join(one.failed)}"
        for tools in report.groups.values()
        for tool, outcomes in tools.items()
        for one in outcomes
        if one.failed
    )
    return "\n".join(
        (
            *rows,
            "",
            f"`{UNCHANGED}`: the file came out byte for byte as it went in. {first} judged, and "
            f"{second} judged the same where nothing else is said.",
            "",
            f"Made no file: {failures}.",
            "",
            f"Not run: {_sentences(report.missing)}.",
        )
    )


def _sentences(parts: Iterable[str]) -> str:
    return "; ".join(parts) or "none"


def _row(tool: str, outcome: Outcome) -> str:
    cells = (
        ", ".join(
            _cell(name, one, unchanged=name in outcome.unchanged)
            for name, one in outcome.judgements.items()
            if one.fate == fate
        )
        for fate in FATES
    )
    return " | ".join((f"| {tool}", outcome.does, *cells)) + " |"


def _cell(name: str, judgement: Judgement, *, unchanged: bool) -> str:
    mark = f" {UNCHANGED}" if unchanged else ""
    return name + mark + (f" ({judgement.other} for encypher)" if judgement.other else "")


def with_table(page: str, report: str) -> str:
    """Replace the page's table.

    Args:
        page: The page, with the two marks around the table.
        report: The new table.

    Raises:
        ValueError: A mark is missing.
    """
    return with_part(page, BEGIN, END, report + "\n")
