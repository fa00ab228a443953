"""The runbook: a section for each alarm, and queries over fields that the log has."""

from __future__ import annotations

import json
import re

from tests.conftest import ROOT
from tests.guards.resolved_template import of_type, resolved_resources
from tests.telemetry.log_lines import SCHEMA
from tests.unit.markdown import anchors

RUNBOOK = (ROOT / "docs/operations/runbook.md").read_text()
LINK = re.compile(r"docs/operations/runbook\.md#([a-z-]+)$")
STAGE = resolved_resources()["HttpApiApiGatewayDefaultStage"].properties
#: What API Gateway writes, by field.
ACCESS_LOG = json.loads(STAGE["AccessLogSettings"]["Format"])
# What Logs Insights itself knows.
LANGUAGE = re.compile(
    r"@timestamp|[0-9]+m?|and|as|asc|avg|bin|by|count|desc|failures|fields|filter|ispresent|max|or"
    r"|pct|requests|signed|sort|stats"
)


def test_every_alarm_has_its_section() -> None:
    alarms = of_type(resolved_resources(), "AWS::CloudWatch::Alarm")
    links = {name: LINK.search(one["AlarmDescription"]) for name, one in alarms.items()}
    assert {name: None for name, link in links.items() if link is None} == {}
    assert {link[1] for link in links.values() if link} == set(anchors(RUNBOOK)[1:])


def test_every_section_says_what_to_do() -> None:
    for section in RUNBOOK.split("\n## ")[1:]:
        for part in ("**Means:**", "**First look:**", "**Do:**", "**Wake someone:**"):
            assert part in section, section.splitlines()[0]


def test_every_query_asks_for_fields_that_the_log_has() -> None:
    kinds = json.loads(SCHEMA.read_text())["$defs"]
    known = {name for kind in kinds.values() for name in kind.get("properties", {})}
    known |= set(ACCESS_LOG)
    queries = re.findall(r"^```text\n(.*?)^```", RUNBOOK, re.M | re.S)
    queries += [one for one in re.findall(r"`([^`]+)`", RUNBOOK) if one.startswith("fields ")]
    assert len(queries) >= 10
    for query in queries:
        words = re.findall(r"@?[a-z0-9_]+", re.sub(r'"[^"]*"', "", query))
        strange = {one for one in words if not LANGUAGE.fullmatch(one)} - known
        assert not strange, (query, strange)
