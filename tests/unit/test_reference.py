"""The reference of the manual: made from the code, kept in docs, and without a gap."""

from __future__ import annotations

import json
import re

import pytest

from cli.main import app
from cli.reference.errors import errors_page
from cli.reference.markdown import plain, table
from cli.reference.pages import PAGES
from cli.reference.remedies import REMEDIES
from edge_signer.http.catalogue import STATUS
from tests.conftest import ROOT
from tests.telemetry.log_lines import SCHEMA


@pytest.mark.parametrize("name", PAGES)
def test_what_is_kept_is_what_the_code_says(name: str) -> None:
    assert (ROOT / "docs/reference" / name).read_text() == PAGES[name](), "run `make reference`"


def test_every_error_says_what_to_do() -> None:
    assert REMEDIES.keys() == {kind.code for kind in STATUS}
    assert len(set(re.findall(r"^\| `([A-Z0-9_]+)`", errors_page(), re.MULTILINE))) == len(REMEDIES)


def test_every_command_has_a_section() -> None:
    sections = set(re.findall(r"^##+ edge-signer ([a-z-]+)$", PAGES["commands.md"](), re.MULTILINE))
    commands = {
        one.name or one.callback.__name__ for one in app.registered_commands if one.callback
    }
    assert sections == commands | {group.name for group in app.registered_groups}


def test_every_field_of_a_log_line_is_described() -> None:
    for kind in json.loads(SCHEMA.read_text())["$defs"].values():
        for name, field in kind.get("properties", {}).items():
            assert field.get("description"), name


def test_text_of_the_code_does_not_become_markup() -> None:
    assert plain("a | b *c* `d*` <e> [f]") == r"a \| b \*c\* `d*` &lt;e> \[f]"
    assert table(("x",), [("two\nlines",)]).endswith("| two lines |\n")
