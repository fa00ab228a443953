"""The runbook: a section for each alarm, and queries over fields that the log has."""

from __future__ import annotations

import json
import re

from tests.conftest import ROOT
from tests.log_lines import SCHEMA

OPERATIONS = ROOT / "docs/operations"
ALARMS = [
    *("errors", "latency", "kms-errors", "kms-quota", "breaker-open", "memory", "cpu"),
    *("certificate-ends", "rate-limiter-impaired", "fallback-failing", "signature-rejected"),
    "dead-letters",
]
RUNBOOK = (OPERATIONS / "runbook.md").read_text()
# What Logs Insights itself knows.
LANGUAGE = re.compile(
    r"@timestamp|[0-9]+m?|and|as|asc|avg|bin|by|count|desc|failures|fields|filter|ispresent|max|or"
    r"|pct|requests|signed|sort|stats"
)


def anchors(page: str) -> list[str]:
    return [title.lower().replace(" ", "-") for title in re.findall(r"^## (.+)$", page, re.M)]


def test_every_alarm_has_its_section() -> None:
    assert anchors(RUNBOOK) == ALARMS
    for section in RUNBOOK.split("\n## ")[1:]:
        for part in ("**Means:**", "**First look:**", "**Do:**", "**Wake someone:**"):
            assert part in section, section.splitlines()[0]


def test_every_query_asks_for_fields_that_the_log_has() -> None:
    kinds = json.loads(SCHEMA.read_text())["$defs"]
    known = {name for kind in kinds.values() for name in kind.get("properties", {})}
    queries = re.findall(r"^```text\n(.*?)^```", RUNBOOK, re.M | re.S)
    queries += [one for one in re.findall(r"`([^`]+)`", RUNBOOK) if one.startswith("fields ")]
    assert len(queries) >= 10
    for query in queries:
        words = re.findall(r"@?[a-z0-9_]+", re.sub(r'"[^"]*"', "", query))
        strange = {one for one in words if not LANGUAGE.fullmatch(one)} - known
        assert not strange, (query, strange)


def test_every_link_leads_somewhere() -> None:
    for page in (*OPERATIONS.glob("*.md"), ROOT / "docs/admin.md"):
        for target in re.findall(r"\]\(([^)]+)\)", page.read_text()):
            file, _, anchor = target.partition("#")
            linked = page.parent / file if file else page
            assert linked.is_file(), (page, target)
            assert not anchor or anchor in anchors(linked.read_text()), (page, target)
