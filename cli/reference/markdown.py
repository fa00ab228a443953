"""Tables and text in Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table.

    Args:
        head: The titles of its columns.
        rows: Its rows, in Markdown; line breaks become spaces.
    """
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(' '.join(one.split()) for one in line)} |\n" for line in lines)


def code(text: str) -> str:
    """Write text as code inside a table, where a pipe would end the cell."""
    return f"`{text}`".replace("|", "\\|") if text else ""


def plain(text: str) -> str:
    """Write text so that Markdown leaves it as it is, but for code in backticks."""
    parts = re.split(r"(`[^`]*`)", text.replace("|", "\\|"))
    return "".join(
        part if part.startswith("`") else re.sub(r"([*\[])", r"\\\1", part).replace("<", "&lt;")
        for part in parts
    )
