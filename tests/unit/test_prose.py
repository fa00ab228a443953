"""Worn phrases, which a native speaker would stumble over, stay out of all prose."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

#: What not to write, and what to write instead.
WORN = {
    r"\bmend(s|ed|ing)?\b": "fix",
    r"\b(can|cannot|could|may|may not|to) be had\b": "available, found, read",
    r"\b(got|get|gets|getting) [a-z]+ ready\b": "prepare, build",
    r"\b(is|are|was) told of\b": "receives, sees",
    r"\bwhoever\b": "name the person: the caller, the tenant, the operator",
    r"\bof one's own\b": "your own",
    r"\b(is|are) asked (for )?nothing\b": "is not called",
    r"\botherwise than\b": "differently from",
    r"\bheed(s|ed)?\b": "obey, follow",
    r"\bwhatever became of\b": "the outcome of",
    r"(?<=[.!?:;] )Who (has|asks|calls|signs|waits|sends)\b": "the caller, a client that",
    r"\bbesides(?=[.;,)])": "also, in addition",
    r"\bas ever\b": "as always, as before",
    r"\bby itself and nobody\b": "automatically",
}
_WORN = re.compile("|".join(f"(?:{phrase})" for phrase in WORN), re.IGNORECASE)
_CODE = re.compile(r"^```.*?^```|`[^`\n]+`", re.MULTILINE | re.DOTALL)
PYTHON = ("layers", "client", "functions", "cli", "emulator", "deployment", "measure")


def prose_of_markdown(text: str) -> str:
    """Give a page without its code, line by line."""
    return _CODE.sub(lambda code: "\n" * code[0].count("\n"), text)


def prose_of_python(text: str) -> str:
    """Give the comments and strings of a file, each in its lines."""
    lines = [""] * (text.count("\n") + 2)
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in (tokenize.COMMENT, tokenize.STRING):
            for offset, line in enumerate(token.string.splitlines()):
                lines[token.start[0] - 1 + offset] += line
    return "\n".join(lines)


def files() -> Iterator[Path]:
    yield from (ROOT / name for name in ("README.md", "SECURITY.md", "CHANGELOG.md"))
    yield ROOT / "client/README.md"
    yield from (ROOT / "docs").rglob("*.md")
    for folder in PYTHON:
        yield from (ROOT / folder).rglob("*.py")


def worn(file: Path) -> list[str]:
    read = prose_of_python if file.suffix == ".py" else prose_of_markdown
    return [
        f"{file.relative_to(ROOT)}:{number}: {found[0]}"
        for number, line in enumerate(read(file.read_text()).splitlines(), 1)
        for found in _WORN.finditer(line)
    ]


def test_no_worn_phrase_is_written() -> None:
    assert [one for file in files() if "node_modules" not in file.parts for one in worn(file)] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The fault is mended.", True),
        ("Where it cannot be had, pip does.", True),
        ("That is all. Who calls gets an answer.", True),
        ("`Whoever` is code.", False),
        ("```\nmended\n```\n", False),
        ("Fix it, and send it again.", False),
    ],
)
def test_a_worn_phrase_is_seen_in_prose_and_not_in_code(text: str, found: bool) -> None:
    assert bool(_WORN.search(prose_of_markdown(text))) == found


def test_comments_and_strings_are_prose() -> None:
    said = prose_of_python('whoever = 1  # whoever asks\n"""mended"""\n')
    assert [found[0] for found in _WORN.finditer(said)] == ["whoever", "mended"]
