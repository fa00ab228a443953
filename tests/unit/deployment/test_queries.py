"""The saved queries and the dashboard's read fields that log lines have."""

from __future__ import annotations

import json

import pytest

from tests.guards.resolved_template import of_type, resolved_resources
from tests.telemetry.insights_query import FOUND, UnknownWordError, fields_of
from tests.telemetry.log_lines import SCHEMA

RESOURCES = resolved_resources()
QUERIES = of_type(RESOURCES, "AWS::Logs::QueryDefinition")
(DASHBOARD,) = of_type(RESOURCES, "AWS::CloudWatch::Dashboard").values()
LINE = set(json.loads(SCHEMA.read_text())["$defs"]["request"]["properties"])
STEPS = {"authenticate", "limit", "validate", "policy", "credential", "check"}


def texts() -> dict[str, str]:
    widgets = json.loads(DASHBOARD["DashboardBody"])["widgets"]
    shown = [one["properties"] for one in widgets if one["type"] == "log"]
    saved = {one["Name"]: one["QueryString"] for one in QUERIES.values()}
    return saved | {one["title"]: one["query"] for one in shown}


def strange(query: str) -> set[str]:
    return fields_of(query) - LINE - FOUND - {f"steps_ms.{step}" for step in STEPS}


@pytest.mark.parametrize("name", texts())
def test_a_query_reads_fields_that_lines_have(name: str) -> None:
    query = texts()[name]
    assert fields_of(query)
    assert strange(query) == set()


def test_a_field_or_a_word_that_is_none_would_be_seen() -> None:
    assert strange('filter tenant = "acme" | stats count(*) as n by error_kind | sort n') == {
        "tenant",
        "error_kind",
    }
    assert strange("display steps_ms.nothing, 'tenant', t_kms_ms") == {"steps_ms.nothing"}
    for query in ("filter mean(t_kms_ms) > 5", "where t_kms_ms > 5"):
        with pytest.raises(UnknownWordError):
            fields_of(query)


def test_each_query_that_an_operator_needs_is_saved() -> None:
    prefix = "edge-signer-dev/"
    assert {one["Name"].removeprefix(prefix) for one in QUERIES.values()} == {
        *("errors by type", "slowest requests, with their steps", "one tenant", "one request"),
        *("why the central signer was asked", "cold starts"),
    }


def test_queries_read_the_logs_of_functions() -> None:
    logs = {
        f"/aws/lambda/{one['FunctionName']}"
        for one in of_type(RESOURCES, "AWS::Lambda::Function").values()
    }
    for query in QUERIES.values():
        assert set(query["LogGroupNames"]) <= logs
    for text in texts().values():
        source = text.partition("'")[2].partition("'")[0] if text.startswith("SOURCE") else None
        assert source is None or source in logs
