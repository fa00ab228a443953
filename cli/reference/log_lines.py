"""The page of the log lines, from their schema."""

from __future__ import annotations

import json
from typing import Any

from cli.reference.markdown import code, plain, table
from emulator.local_state import checkout

HEAD = """# Log lines

`make reference` writes this page from [`log-line.schema.json`](../log-line.schema.json), against
which the tests check every line that they cause. A field whose value is unknown is absent.
[Telemetry](../operations/telemetry.md) says which metrics and alarms follow from these lines.
"""


def log_lines_page() -> str:
    """Give the page."""
    schema = json.loads((checkout() / "docs/log-line.schema.json").read_text(encoding="utf-8"))
    sections = [HEAD]
    for name, kind in schema["$defs"].items():
        if "properties" not in kind:
            continue
        required = set(kind.get("required", ()))
        rows = (
            (code(field), _form(one), "always" if field in required else "", plain(_told(one)))
            for field, one in kind["properties"].items()
        )
        fields = table(("field", "form", "present", ""), rows)
        sections.append(f"## {name.capitalize()}\n\n{plain(kind['title'])}.\n\n{fields}")
    return "\n".join(sections)


def _told(schema: dict[str, Any]) -> str:
    return str(schema.get("description", ""))


def _form(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return {"sha256": "SHA-256 in hexadecimal", "ms": "milliseconds"}[
            schema["$ref"].rpartition("/")[2]
        ]
    if "const" in schema:
        return code(str(schema["const"]))
    if values := schema.get("enum"):
        return ", ".join(code(str(one)) for one in values)
    if pattern := schema.get("pattern"):
        return code(pattern)
    return {"string": "text", "array": "list", "object": "map", "boolean": "`true` or `false`"}.get(
        schema["type"], "number"
    ) + {"date-time": ", a time", "uuid": ", a UUID"}.get(schema.get("format", ""), "")
