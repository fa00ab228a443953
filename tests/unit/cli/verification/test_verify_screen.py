"""A report as text: the verdict last, each fault once, and no control for a stranger."""

from __future__ import annotations

import pytest

from cli.verification.screen import show
from edge_signer.verification.report import VerificationReport
from tests.judges.sample_reports import ALL, DOUBTFUL, TRUSTED, UNKNOWN


def shown(report: VerificationReport, capsys: pytest.CaptureFixture[str]) -> list[str]:
    show(report)
    return capsys.readouterr().out.splitlines()


def rows(lines: list[str], name: str) -> list[str]:
    return [line[11:] for line in lines if line[:11].strip() == name]


@pytest.mark.parametrize("report", ALL, ids=lambda report: report.verdict)
def test_the_verdict_comes_last(
    report: VerificationReport, capsys: pytest.CaptureFixture[str]
) -> None:
    assert shown(report, capsys)[-1].startswith(f"verdict    {report.verdict}: ")


def test_checks_name_their_engines_and_trust_lists_their_dates(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = shown(TRUSTED, capsys)
    both, one = rows(lines, "checked")
    assert both.startswith("Structure of the credentials; Signature; Statements unchanged")
    assert both.endswith("(by c2pa-rs and edge-signer)")
    assert one == "Time-stamp; Ingredients (by c2pa-rs)"
    published = "published 2026-11-01, current until 2026-12-01"
    assert f"C2PA trust list, for signers, anchors: 23, {published}" in rows(lines, "trust list")
    # Said once, although it is both a check that was not made and something that is missing.
    assert len([line for line in lines if "revoked" in line]) == 1
    assert rows(lines, "unchecked") == []


def test_differences_and_overdue_lists_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    lines = shown(DOUBTFUL, capsys)
    assert rows(lines, "differ") == ["c2pa-rs finds the signer trusted; edge-signer does not."]
    assert [row for row in rows(lines, "trust list") if "overdue since 2026-12-01" in row]
    assert rows(lines, "missing") == ["No trust list has the authority."]
    assert rows(lines, "also") == ["the file has embedded credentials (c2pa-rs: Valid)"]


def test_a_stranger_controls_neither_terminal_nor_colours(
    capsys: pytest.CaptureFixture[str],
) -> None:
    title = "[bold red on white]\x1b[2J\u202e[/]"
    said = UNKNOWN.manifest.model_copy(update={"title": title})
    lines = shown(UNKNOWN.model_copy(update={"manifest": said}), capsys)
    clean = "\N{REPLACEMENT CHARACTER}"
    assert rows(lines, "title") == [f"[bold red on white]{clean}[2J{clean}[/]"]
    assert all(line.isprintable() for line in lines)
