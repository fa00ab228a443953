"""The manual's hook: links beyond docs/, drawings in the page, and nothing from other sites."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from deployment.manual import GUESTS, on_config, on_page_markdown, on_post_build
from tests.conftest import ROOT


def rewritten(markdown: str, place: str = "guides/editor.md", repo_url: str = "") -> str:
    config = SimpleNamespace(docs_dir=str(ROOT / "docs"), repo_url=repo_url)
    files = [SimpleNamespace(src_uri=one) for one in (*GUESTS.values(), "api.md", place)]
    page = SimpleNamespace(file=SimpleNamespace(src_uri=place))
    return on_page_markdown(markdown, page, config, files)


def test_a_link_to_a_guest_page_leads_to_its_place_in_the_manual() -> None:
    assert rewritten("[x](../../SECURITY.md#threat-model)") == "[x](../security.md#threat-model)"
    assert rewritten("[x](docs/api.md)", "security.md") == "[x](api.md)"
    assert rewritten("[x](../../docs/api.md#a)", "clients/js.md") == "[x](../api.md#a)"


def test_a_link_to_another_file_of_the_repository_leads_there_if_its_address_is_known() -> None:
    assert rewritten("[the template](../../template.yaml)") == "the template"
    address = "https://git.example/o/r/"
    linked = rewritten("[the template](../../template.yaml)", repo_url=address)
    assert linked == "[the template](https://git.example/o/r/blob/main/template.yaml)"


@pytest.mark.parametrize(
    "kept",
    [
        "[x](missing.md)",
        "[x](#anchor)",
        "[x](https://example.com)",
        "```\n[x](../../SECURITY.md)\n```",
    ],
)
def test_other_links_and_code_stay(kept: str) -> None:
    assert rewritten(kept) == kept


def test_a_drawing_stands_in_the_page_without_a_style_of_its_own() -> None:
    drawn = rewritten("![The key](../images/key.svg)")
    assert 'aria-label="The key"' in drawn
    assert "<svg" in drawn
    assert "<style>" not in drawn
    assert "\n\n" not in drawn


def test_every_decision_is_in_the_navigation() -> None:
    config = SimpleNamespace(
        docs_dir=str(ROOT / "docs"), nav=[{"Decisions": ["decisions/README.md"]}]
    )
    listed = on_config(config).nav[0]["Decisions"]
    assert len(listed) == len({*(ROOT / "docs/decisions").glob("*.md")})


def test_a_site_that_fetches_from_another_one_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "index.html"
    page.write_text('<script src="assets/a.js"></script><a href="https://c2pa.org">C2PA</a>')
    on_post_build(SimpleNamespace(site_dir=str(tmp_path)))
    page.write_text('<script src="https://cdn.example/a.js"></script>')
    with pytest.raises(SystemExit, match="another site"):
        on_post_build(SimpleNamespace(site_dir=str(tmp_path)))
