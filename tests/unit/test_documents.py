"""The documents: links that lead somewhere, and a table with every parameter of the template."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from emulator.stack.template import translate
from tests.conftest import ROOT
from tests.guards.resolved_template import TEMPLATE
from tests.unit.markdown import anchors, links

PAGES = [
    *ROOT.glob("*.md"),
    *(ROOT / "docs").rglob("*.md"),
    *(ROOT / "client").glob("*.md"),
    *(ROOT / "clients").glob("*/*.md"),
    *(ROOT / "events").glob("*.md"),
    *(ROOT / "examples").glob("*.md"),
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in links(page.read_text()):
        file, _, anchor = target.partition("#")
        linked = page.parent / file if file else page
        assert linked.exists(), target
        assert not anchor or anchor in anchors(linked.read_text()), target


def test_an_operator_reads_of_every_parameter_and_its_default() -> None:
    parameters = translate(TEMPLATE.read_text(), {}, TEMPLATE)["Parameters"]
    page = (ROOT / "docs/deploy.md").read_text()
    told: dict[str, str] = {}
    for row in re.findall(r"^\| (`[A-Z].*)", page, re.M):
        names, defaults = (cell.split(", ") for cell in row.split(" | ")[:2])
        told |= dict(zip((one.strip("`") for one in names), defaults, strict=False))
    for name, parameter in parameters.items():
        assert name in told, name
        if parameter["Default"] != "":
            assert told[name].strip("`") == str(parameter["Default"]), name
