"""The page of the routes, from the OpenAPI document."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from cli.openapi.document import openapi_json
from cli.reference.markdown import code, plain, table

HEAD = """# Routes

`make reference` writes this page from the code. [`openapi.json`](../openapi.json) has every field,
header and example, and [the API](../api.md) explains them. Each status links to its
[errors](errors.md).

"""
_TAIL = """
Operators' routes under `/admin` are described in [administration](../operations/admin.md), and
`GET /derive/…` in [derivatives](../derivatives.md#at-the-cdn); neither is in the document.
"""
_METHODS = ("get", "head", "post", "put", "patch", "delete", "options")


def routes_page() -> str:
    """Give the page."""
    document = json.loads(openapi_json())
    head = ("route", "", "token", "answers")
    return HEAD + table(head, _rows(document)) + _TAIL


def _rows(document: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    for path, operations in sorted(document["paths"].items()):
        for method in (one for one in _METHODS if one in operations):
            operation = operations[method]
            needed = "no" if operation.get("security") == [] else "yes"
            statuses = ", ".join(_status(status) for status in sorted(operation["responses"]))
            yield code(f"{method.upper()} {path}"), plain(operation["summary"]), needed, statuses


def _status(status: str) -> str:
    return status if status < "400" else f"[{status}](errors.md#{status})"
