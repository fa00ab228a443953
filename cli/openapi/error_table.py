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
    before, begin, rest = guide.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError("the page has no place for the table of errors")
    return f"{before}{begin}\n{error_table()}\n{end}{after}"
