"""Pages in Markdown: their anchors and their links."""

from __future__ import annotations

import re

_LINK = re.compile(r"\]\(([^)\s]+)\)")
_CODE = re.compile(r"`[^`\n]+`")
_FENCED = re.compile(r"^```.*?^```", re.M | re.S)


def anchors(page: str) -> list[str]:
    """Give the anchors of a page's headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", _FENCED.sub("", page), re.M)
    return [re.sub(r"[^\w\s-]", "", one).lower().replace(" ", "-") for one in titles]


def links(page: str) -> list[str]:
    """Give where a page's links lead, but for those to other sites."""
    prose = _CODE.sub("", _FENCED.sub("", page))
    return [one for one in _LINK.findall(prose) if "://" not in one]
