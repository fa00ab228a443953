"""The HTML report: a stranger's text stays text, nothing is loaded, and everyone can read it."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from cli.verification import page
from cli.verification.conclusions import headline
from cli.verification.elements import element
from cli.verification.page import html_page
from edge_signer.verification.report import ReportedFinding, ReportedIngredient, VerificationReport
from tests.judges.sample_reports import (
    ALL,
    ATTACK,
    CHANGED,
    DEVELOPMENT,
    DOUBTFUL,
    NO_CREDENTIALS,
    TRUSTED,
    UNBOUND,
    UNKNOWN,
)

NAMES = ("trusted", "changed", "doubtful", "unknown", "no_credentials", "development")
PAGES = {
    **{name: html_page([one]) for name, one in zip(NAMES, ALL, strict=True)},
    "several": html_page(ALL),
}
# Markup that a page may hold, whatever is in a report.
ELEMENTS = {
    *("html", "head", "meta", "title", "style", "body", "main", "section", "footer", "div", "p"),
    *("h1", "h2", "h3", "span", "strong", "bdi", "code", "time", "ul", "li", "dl", "dt", "dd"),
    *("table", "caption", "thead", "tbody", "tr", "th", "td", "details", "summary", "a"),
}


class Reader(HTMLParser):
    """What a browser makes of a page: elements with their attributes, and texts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("name", PAGES)
def test_no_report_can_add_markup_or_load_anything(name: str) -> None:
    read = Reader(PAGES[name])
    assert {tag for tag, _ in read.elements} <= ELEMENTS
    for tag, attributes in read.elements:
        assert not {one for one in attributes if one.startswith("on")}, tag
        assert {"src", "srcset", "style", "action"}.isdisjoint(attributes), tag
        assert (attributes.get("href") or "#").startswith("#"), tag
    assert "url(" not in PAGES[name]
    assert "@import" not in PAGES[name]


def test_what_a_stranger_wrote_is_shown_as_text_without_control_characters() -> None:
    said = ATTACK.replace("\x1b", "\N{REPLACEMENT CHARACTER}").replace(
        "\u202e", "\N{REPLACEMENT CHARACTER}"
    )
    text = Reader(html_page([UNKNOWN])).text
    # Title, heading, headline, signer, issuer, each field of the manifest and of the ingredient.
    assert text.count(said) > 20
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_the_policy_allows_the_pages_own_style_and_nothing_else() -> None:
    html = PAGES["trusted"]
    (style,) = re.findall(r"<style>(.*?)</style>", html, re.S)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="(.*?)"', html)
    assert policy.split("; ") == [
        "default-src 'none'",
        f"style-src 'sha256-{digest}'",
        "base-uri 'none'",
        "form-action 'none'",
    ]


def test_an_element_that_is_not_of_a_report_is_refused() -> None:
    for name, attributes in (
        ("script", {}),
        ("p", {"onclick": "alert(1)"}),
        ("a", {"href": "https://example.com"}),
        ("a", {"href": "javascript:alert(1)"}),
    ):
        with pytest.raises(ValueError, match="report"):
            element(name, "text", **attributes)


@pytest.mark.parametrize("name", PAGES)
def test_headings_are_in_order_and_tables_say_what_they_hold(name: str) -> None:
    read = Reader(PAGES[name])
    levels = [int(tag[1]) for tag, _ in read.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later <= former + 1 for former, later in pairwise(levels))
    tags = [tag for tag, _ in read.elements]
    assert tags.count("table") == tags.count("caption")
    assert all(attributes.get("scope") for tag, attributes in read.elements if tag == "th")


def palettes() -> Iterator[dict[str, str]]:
    style = Path(page.__file__).with_name("page_style.css").read_text()
    for block in re.findall(r":root \{(.*?)\}", style, re.S):
        yield dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block))


def luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("palette", list(palettes()), ids=("light", "dark", "print"))
def test_every_text_has_the_contrast_that_wcag_asks_for(palette: dict[str, str]) -> None:
    grounds = {tone: ("page", f"{tone}-card") for tone in ("good", "careful", "bad")}
    every = ("page", "card", "good-card", "careful-card", "bad-card")
    for text, behind in {**grounds, "muted": ("page", "card"), "text": every}.items():
        for ground in behind:
            dark, light = sorted((luminance(palette[text]), luminance(palette[ground])))
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (text, ground)


@pytest.mark.parametrize(
    ("report", "verdict", "says"),
    [
        (TRUSTED, "Trusted", "Signed by ACME News photo desk (ACME News Ltd) on 2026-11-27"),
        (CHANGED, "Invalid", "The file was changed after it was signed"),
        (DOUBTFUL, "Not trusted", "but not everything in it holds"),
        (UNKNOWN, "Signer unknown", "No trust list has the signer"),
        (NO_CREDENTIALS, "No Content Credentials", "and there is no sidecar"),
        (DEVELOPMENT, "Trusted, for development", "it proves nothing"),
        (UNBOUND, "Not checked", "nobody could check that it belongs to this file"),
    ],
    ids=(*NAMES, "unbound"),
)
def test_the_verdict_comes_first_in_plain_words(
    report: VerificationReport, verdict: str, says: str
) -> None:
    said = headline(report)
    assert (said.verdict, says in said.sentence) == (verdict, True)
    text = Reader(html_page([report])).text
    assert text.index(verdict) < text.index(says[:30]) < text.index("What was judged")


def test_a_time_that_nobody_trusted_vouches_for_is_not_the_time_of_signing() -> None:
    stamp = DOUBTFUL.time_stamp
    report = TRUSTED.model_copy(update={"time_stamp": stamp})
    sentence = headline(report).sentence
    assert "2026-11-27" not in sentence
    assert "no trusted time-stamp says when" in sentence


def test_a_fault_deep_among_the_ingredients_is_named_at_the_top_and_unfolded() -> None:
    fault = ReportedFinding(code="claimSignature.mismatch", meaning="The deepest does not hold.")
    faulty = ReportedIngredient(title="deepest", verdict="Invalid", failures=(fault,))
    sound = ReportedIngredient(title="sound", verdict="Trusted")
    for _ in range(31):
        faulty = ReportedIngredient(title="above", verdict="Trusted", ingredients=(faulty,))
        sound = ReportedIngredient(title="above", verdict="Trusted", ingredients=(sound,))
    report = TRUSTED.model_copy(update={"trusted": False, "ingredients": (faulty, sound)})
    read = Reader(html_page([report]))
    named = "Ingredient deepest: The deepest does not hold."
    assert read.text.index(named) < read.text.index("What was checked")
    opened = ["open" in attributes for tag, attributes in read.elements if tag == "details"]
    assert opened == [True] * 32 + [True] * 2 + [False] * 30


def test_several_files_begin_with_a_table_that_leads_to_each() -> None:
    read = Reader(PAGES["several"])
    links = [attributes["href"] for tag, attributes in read.elements if tag == "a"]
    targets = [f"#{a['id']}" for tag, a in read.elements if tag == "section" and "id" in a]
    assert links == targets == [f"#file-{number}" for number in range(1, 7)]
    assert "2 trusted, 3 not trusted, 1 without credentials." in read.text
