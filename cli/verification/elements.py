"""HTML elements as values: every text is escaped, and no element leads out of the page.

The names of elements and attributes come from this code, every other text from a stranger. So only
harmless elements exist, and a link can only name a part of the same page.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import TypeAlias

from cli.terminal import printable

_ELEMENTS = """
a bdi body caption code dd details div dl dt footer h1 h2 h3 li main p section span strong summary
table tbody td th thead time tr ul
"""
_ATTRIBUTES = "aria-hidden class data-label datetime href id open role scope"


@dataclass(frozen=True)
class Markup:
    """Finished HTML. Only this module makes it from texts.

    Attributes:
        html: The HTML.
    """

    html: str


#: What an element may hold; None and empty texts leave nothing.
Content: TypeAlias = "str | Markup | Iterable[Content] | None"


def element(name: str, *content: Content, **attributes: str | bool | None) -> Markup:
    """Return an element.

    Args:
        name: Its name.
        content: What it holds.
        attributes: Its attributes, without those that are None or False; `class_` is `class`, and
            `_` inside a name is `-`.

    Raises:
        ValueError: The element or an attribute is not allowed here, or a link leads elsewhere.
    """
    if name not in _ELEMENTS.split():
        raise ValueError(f"no element of a report: {name}")
    begin = [name]
    for key, value in attributes.items():
        attribute = key.rstrip("_").replace("_", "-")
        if attribute not in _ATTRIBUTES.split():
            raise ValueError(f"no attribute of a report: {attribute}")
        if value is None or value is False:
            continue
        if attribute == "href" and not str(value).startswith("#"):
            raise ValueError("a report has no links to other pages")
        begin.append(
            attribute if value is True else f'{attribute}="{escape(printable(str(value)))}"'
        )
    return Markup(f"<{' '.join(begin)}>{joined(content).html}</{name}>")


def joined(content: Content) -> Markup:
    """Return contents one after another, their texts escaped."""
    if content is None:
        return Markup("")
    if isinstance(content, Markup):
        return content
    if isinstance(content, str):
        return Markup(escape(printable(content)))
    return Markup("".join(joined(one).html for one in content))


def foreign(text: str, name: str = "bdi", **attributes: str | bool | None) -> Markup | None:
    """Return a stranger's text in an element, isolated so that its direction ends with it."""
    return element(name, text, **attributes) if text else None


def table(caption: str, heads: Iterable[str], rows: Iterable[Iterable[Content]]) -> Markup | None:
    """Return a table whose first column names the rows; None without rows.

    Another column is left out if it is empty. Narrow screens show the rows as blocks, so their
    roles are stated.
    """
    cells = [[joined(one) for one in row] for row in rows]
    if not cells:
        return None
    labels = list(heads)
    columns = [0, *(n for n in range(1, len(labels)) if any(row[n].html for row in cells))]
    body = [
        element(
            "tr",
            element("th", row[0], scope="row", role="rowheader"),
            [element("td", row[one], role="cell", data_label=labels[one]) for one in columns[1:]],
            role="row",
        )
        for row in cells
    ]
    head = [element("th", labels[one], scope="col", role="columnheader") for one in columns]
    whole = element(
        "table",
        element("caption", caption),
        element("thead", element("tr", head, role="row"), role="rowgroup"),
        element("tbody", body, role="rowgroup"),
        role="table",
    )
    return element("div", whole, class_="wide")


def definitions(pairs: Iterable[tuple[str, Content]]) -> Markup | None:
    """Return names with their values, without those that are empty; None if all are."""
    told = [(name, joined(value)) for name, value in pairs]
    rows = [(element("dt", name), element("dd", value)) for name, value in told if value.html]
    return element("dl", rows) if rows else None


def items(listed: Iterable[Content]) -> Markup | None:
    """Return a list; None if it is empty."""
    points = [element("li", one) for one in listed]
    return element("ul", points) if points else None
