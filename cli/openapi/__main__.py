"""Write docs/openapi.json, and the tables of errors and of the linter's rules in the documents."""

from __future__ import annotations

from cli.certificates import lint_rules
from cli.openapi.document import openapi_json
from cli.openapi.error_table import with_error_table, with_part
from emulator.local_state import checkout

docs = checkout() / "docs"
(docs / "openapi.json").write_text(openapi_json(), encoding="utf-8")
guide = docs / "api.md"
guide.write_text(with_error_table(guide.read_text(encoding="utf-8")), encoding="utf-8")
certificates = docs / "certificates.md"
marks = lint_rules.BEGIN, lint_rules.END
page = with_part(certificates.read_text(encoding="utf-8"), *marks, lint_rules.rule_table())
certificates.write_text(page, encoding="utf-8")
