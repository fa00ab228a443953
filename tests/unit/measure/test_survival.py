"""The page about what keeps credentials: the form of its table, and who judges what is in it."""

from __future__ import annotations

import re

import pytest

from measure.survival.__main__ import KINDS, PAGE
from measure.survival.judgement import BROKEN, GONE, KEPT, Judgement, judge
from measure.survival.subjects import MEDIA_TYPES
from measure.survival.table import BEGIN, END, HEADER, Outcome, Report, rendered, with_table
from tests.media.sample_assets import SAMPLE_ASSETS
from tests.signers.embedding import embedded
from tests.signers.software_signer import Workshop

_CELL = re.compile(r"(\w+)( =)?( \((kept|broken|gone) for encypher\))?")
TOOLS = {tool.name: [one.does for one in tool.edits] for all_ in KINDS.values() for tool in all_}


def table() -> str:
    _, begin, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    inside, end, _ = rest.partition(END)
    assert begin
    assert end
    return inside.strip()


def rows(text: str) -> list[list[str]]:
    return [
        [cell.strip() for cell in line[1:-1].split("|")]
        for line in text.splitlines()
        if line.startswith("|")
    ]


def test_the_page_has_a_row_for_everything_that_the_command_tries() -> None:
    header, _, *others = rows(table())
    assert header == [cell.strip() for cell in HEADER[1:-1].split("|")]
    kinds = [row[0] for row in others if not any(row[1:])]
    assert kinds == [f"**{kind}**" for kind in KINDS]
    told = [(row[0], row[1]) for row in others if any(row[1:])]
    missing = table().partition("Not run: ")[2]
    for name, does in TOOLS.items():
        assert (
            name in missing
            or [done for tool, done in told if re.fullmatch(re.escape(name) + r" \d[\d.-]+", tool)]
            == does
        )


def test_every_cell_of_the_page_names_formats_that_were_tried() -> None:
    tried = {
        (tool.name, one.does): set(one.formats)
        for tools in KINDS.values()
        for tool in tools
        for one in tool.edits
    }
    for tool, does, *cells in rows(table())[2:]:
        found = [_CELL.fullmatch(one) for cell in cells for one in cell.split(", ") if one]
        names = [one[1] for one in found if one]
        assert len(names) == len(found) == len(set(names)), cells
        assert not does or set(names) <= tried[tool.rpartition(" ")[0], does]


def test_what_came_out_as_it_went_in_was_kept() -> None:
    for _, _, kept, broken, gone in rows(table())[2:]:
        assert "=" not in broken + gone
        # The page says so of all of them.
        assert kept.count("=") == len([one for one in kept.split(", ") if one])


@pytest.mark.parametrize("name", sorted(MEDIA_TYPES.keys() & SAMPLE_ASSETS.keys()))
def test_kept_broken_and_gone_are_told_apart(workshop: Workshop, name: str) -> None:
    plain = SAMPLE_ASSETS[name].content
    layout, asset = embedded(workshop, plain)
    changed = bytearray(asset)
    changed[-1] ^= 1
    anchors_pem = workshop.ca.anchors_pem()
    assert judge(asset, layout.media_type, anchors_pem) == Judgement(KEPT)
    assert judge(bytes(changed), layout.media_type, anchors_pem) == Judgement(BROKEN)
    assert judge(plain, layout.media_type, anchors_pem) == Judgement(GONE)


def test_a_store_that_no_reader_can_read_is_broken(workshop: Workshop) -> None:
    layout, asset = embedded(workshop, SAMPLE_ASSETS["PNG"].content)
    damaged = asset.replace(b"jumdc2ma", b"jumdc2mb")
    assert damaged != asset
    assert judge(damaged, layout.media_type, workshop.ca.anchors_pem()).fate == BROKEN


def test_a_table_says_what_failed_what_was_not_run_and_where_engines_differ() -> None:
    outcome = Outcome(
        "saves again",
        {"PNG": Judgement(KEPT), "GIF": Judgement(BROKEN), "PDF": Judgement(GONE, BROKEN)},
        frozenset({"PNG"}),
        ("SVG",),
    )
    report = Report(("one 1.0", "two 2.0"), {"saving": {"tool 3.0": [outcome]}}, ["gone (absent)"])
    text = rendered(report)
    assert rows(text)[2:] == [
        ["**saving**", "", "", "", ""],
        ["tool 3.0", "saves again", "PNG =", "GIF", "PDF (broken for encypher)"],
    ]
    assert "Made no file: tool 3.0: saves again: SVG." in text
    assert "Not run: gone (absent)." in text


def test_the_table_replaces_the_one_before_and_nothing_else() -> None:
    page = f"# Page\n\n{BEGIN}\nolder\n\n{END}\n\nafter\n"
    once = with_table(page, "newer")
    assert once == f"# Page\n\n{BEGIN}\nnewer\n\n{END}\n\nafter\n"
    assert with_table(once, "newer") == once
    with pytest.raises(ValueError, match="no place"):
        with_table("# Page\n", "newer")
