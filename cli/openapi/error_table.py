"""The table of errors in docs/api.md."""

from __future__ import annotations

from cli.openapi.responses import sentence
from edge_signer.http.catalogue import STATUS

BEGIN = "<!-- errors: `make openapi` writes this table from the catalogue -->\n"
END = "<!-- end of errors -->"


def error_table() -> str:
    """The catalogue as a table in Markdown, by status."""
    rows = ["| status | code | |", "|---|---|---|"]
    for kind, status in sorted(STATUS.items(), key=lambda entry: (entry[1], entry[0].code)):
        rows.append(f"| {status} | `{kind.code}` | {sentence(kind)} |")
    return "\n".join(rows) + "\n"


def with_error_table(guide: str) -> str:
    """Replace the page's table with the current one.

    Args:
        guide: The page, with the two marks around the table.

    Raises:
        ValueError: A mark is missing.
    """
    return with_part(guide, BEGIN, END, error_table())


def with_part(page: str, begin: str, end: str, part: str) -> str:
    """Replace what stands between two marks of a page.

    Args:
        page: A page with both marks.
        begin: The mark before the part, with its line break.
        end: The mark after it.
        part: The new part, with its line break.

    Raises:
        ValueError: A mark is missing.
    """
    before, found_begin, rest = page.partition(begin)
    _, found_end, after = rest.partition(end)
    if not (found_begin and found_end):
        raise ValueError(f"the page has no place between {begin.strip()} and {end}")
    return f"{before}{begin}\n{part}\n{end}{after}"
