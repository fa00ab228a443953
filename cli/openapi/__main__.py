"""Write docs/openapi.json, and the table of errors in docs/api.md."""

from __future__ import annotations

from cli.openapi.document import openapi_json
from cli.openapi.error_table import with_error_table
from emulator.local_state import checkout

docs = checkout() / "docs"
(docs / "openapi.json").write_text(openapi_json(), encoding="utf-8")
guide = docs / "api.md"
guide.write_text(with_error_table(guide.read_text(encoding="utf-8")), encoding="utf-8")
