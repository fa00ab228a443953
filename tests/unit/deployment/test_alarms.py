"""When the template's alarms go off, whom they tell, and what the dashboard shows."""

from __future__ import annotations

import json
import re

import pytest

from deployment import cost
from tests.guards.resolved_template import of_type, resolved_resources
from tests.telemetry.alarm_state import is_breached
from tests.telemetry.metrics import Metric, of_alarm, of_dashboard

TOPIC = "arn:aws:sns:us-east-1:123456789012:operators"
RESOURCES = resolved_resources(KmsSignQuotaPerSecond="10", CpuTimeoutMs="100")
ALARMS = of_type(RESOURCES, "AWS::CloudWatch::Alarm")
(DASHBOARD,) = of_type(RESOURCES, "AWS::CloudWatch::Dashboard").values()
LINK = re.compile(r"docs/operations/runbook\.md#([a-z-]+)$")
ANCHORS = {
    *("errors", "latency", "kms-errors", "kms-quota", "breaker-open", "memory", "cpu"),
    *("certificate-ends", "rate-limiter-impaired", "fallback-failing", "signature-rejected"),
    *("throttles", "jobs", "admin-guessing", "admin-errors", "health-errors", "gateway-errors"),
    *("verification", "derivatives", "trust-list", "manifest-differs"),
}
CRITICAL = {
    *("KmsErrorsAlarm", "BreakerOpenAlarm", "SignatureRejectedAlarm", "ManifestDiffersAlarm"),
}


def ours(name: str, function: str = "sign") -> Metric:
    return Metric("EdgeSigner", name, frozenset({("service", f"edge-signer-dev-{function}")}))


def lambdas(name: str, function: str = "sign") -> Metric:
    return Metric("AWS/Lambda", name, frozenset({("FunctionName", f"edge-signer-dev-{function}")}))


# What goes wrong by just as much as an alarm bears, and by a little more.
LIMITS: dict[str, list[tuple[dict[Metric, list[float]], dict[Metric, list[float]]]]] = {
    "SignErrorsAlarm": [
        (
            {ours("edge_sign_attempt"): [100], ours("edge_sign_failure"): [1]},
            {ours("edge_sign_attempt"): [99], ours("edge_sign_failure"): [1]},
        ),
        (
            {ours("edge_sign_attempt"): [99], lambdas("Errors"): [1]},
            {lambdas("Errors"): [1]},
        ),
    ],
    "SignLatencyAlarm": [
        (
            {ours("t_total_ms"): [*([200.0] * 95), *([900.0] * 5)]},
            {ours("t_total_ms"): [*([200.0] * 94), *([900.0] * 6)]},
        )
    ],
    "KmsErrorsAlarm": [
        (
            {ours("kms_sign"): [200], ours("kms_failed"): [1]},
            {ours("kms_sign"): [200], ours("kms_failed"): [1], ours("kms_throttled"): [1]},
        ),
        ({ours("kms_sign"): [1]}, {ours("kms_failed"): [1]}),
    ],
    "KmsQuotaAlarm": [
        (
            {ours("kms_sign"): [400], ours("kms_sign", "fallback"): [80]},
            {ours("kms_sign"): [400], ours("kms_sign", "fallback"): [81]},
        )
    ],
    "BreakerOpenAlarm": [({}, {ours("breaker_opened"): [1]})],
    "MemoryAlarm": [
        (
            {ours("memory_used_percent"): [85, 5]},
            {ours("memory_used_percent"): [5, 85.1], ours("memory_used_percent", "fallback"): [5]},
        ),
        ({}, {ours("memory_used_percent", "fallback"): [86]}),
    ],
    "CpuAlarm": [({ours("cpu_ms_used"): [80]}, {ours("cpu_ms_used"): [80.1]})],
    "RateLimiterImpairedAlarm": [({}, {ours("rate_limiter_impaired"): [1]})],
    "FallbackFailingAlarm": [
        ({ours("fallback_triggered"): [9]}, {ours("fallback_failed"): [1]}),
    ],
    "SignatureRejectedAlarm": [({}, {ours("signature_rejected"): [1]})],
    "CertificateEndsAlarm": [
        ({ours("certificate_days_left"): [30, 90]}, {ours("certificate_days_left"): [29.9, 90]}),
        ({}, {ours("certificate_days_left"): [-1]}),
    ],
    "ThrottlesAlarm": [
        ({}, {lambdas("Throttles"): [1]}),
        ({}, {lambdas("Throttles", "fallback"): [1]}),
        ({}, {lambdas("Throttles", "execute"): [1]}),
        ({}, {lambdas("Throttles", "verify"): [1]}),
        ({}, {lambdas("Throttles", "derive"): [1]}),
    ],
    "ExecuteErrorsAlarm": [
        ({}, {ours("job_failure", "execute"): [1]}),
        ({}, {lambdas("Errors", "execute"): [1]}),
    ],
    "VerifyErrorsAlarm": [
        ({}, {ours("verify_failure", "verify"): [1]}),
        ({}, {lambdas("Errors", "verify"): [1]}),
        ({}, {lambdas("Errors", "recheck"): [1]}),
    ],
    "DeriveErrorsAlarm": [
        ({}, {ours("derive_failure", "derive"): [1]}),
        ({}, {lambdas("Errors", "derive"): [1]}),
    ],
    "ManifestDiffersAlarm": [
        ({}, {ours("manifest_differs", "recheck"): [1]}),
    ],
    "TrustListRejectedAlarm": [
        ({}, {ours("trust_list_rejected", "verify"): [1]}),
        ({}, {ours("trust_list_rejected", "recheck"): [1]}),
    ],
    "AdminGuessingAlarm": [
        (
            {ours("admin_unauthenticated", "admin"): [19]},
            {ours("admin_unauthenticated", "admin"): [20]},
        )
    ],
    "AdminErrorsAlarm": [
        ({}, {ours("admin_failure", "admin"): [1]}),
        ({}, {lambdas("Errors", "admin"): [1]}),
    ],
    "HealthErrorsAlarm": [
        ({}, {lambdas("Errors", "health"): [1]}),
        ({}, {lambdas("Throttles", "health"): [1]}),
    ],
    "GatewayErrorsAlarm": [({}, {ours("gateway_failure", "api"): [1]})],
}


@pytest.mark.parametrize("name", sorted({*ALARMS, *LIMITS}))
def test_an_alarm_goes_off_just_beyond_its_limit(name: str) -> None:
    alarm = ALARMS[name]
    used = set()
    for borne, too_much in LIMITS[name]:
        assert not is_breached(alarm, borne)
        assert is_breached(alarm, too_much)
        used |= borne.keys() | too_much.keys()
    assert set(of_alarm(alarm)) <= used, "a metric of the alarm is not tried"


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_says_what_it_means_and_where_to_read_on(name: str) -> None:
    alarm = ALARMS[name]
    link = LINK.search(alarm["AlarmDescription"])
    assert link, alarm["AlarmDescription"]
    assert link[1] in ANCHORS
    assert alarm["AlarmDescription"].startswith("Critical.") == (name in CRITICAL)
    assert ("-critical-" in alarm["AlarmName"]) == (name in CRITICAL)
    assert alarm["TreatMissingData"] in {"notBreaching", "ignore"}
    assert alarm["DatapointsToAlarm"] <= alarm["EvaluationPeriods"]


def test_every_anchor_of_the_runbook_has_an_alarm() -> None:
    links = [LINK.search(one["AlarmDescription"]) for one in ALARMS.values()]
    assert {one[1] for one in links if one} == ANCHORS


def test_who_is_told_is_told_of_every_alarm_and_its_end() -> None:
    told = of_type(resolved_resources(AlarmTopicArn=TOPIC), "AWS::CloudWatch::Alarm")
    assert {(*one["AlarmActions"], *one["OKActions"]) for one in told.values()} == {(TOPIC, TOPIC)}
    assert not any({"AlarmActions", "OKActions"} & one.keys() for one in ALARMS.values())


def test_every_alarm_is_on_the_dashboard() -> None:
    (shown,) = (
        widget["properties"]["alarms"]
        for widget in json.loads(DASHBOARD["DashboardBody"])["widgets"]
        if widget["type"] == "alarm"
    )
    assert {arn.rpartition(":alarm:")[2] for arn in shown} == {
        alarm["AlarmName"] for alarm in ALARMS.values()
    }


def test_a_metric_of_aws_has_a_name_and_a_dimension_that_aws_gives_it() -> None:
    watched = {metric for alarm in ALARMS.values() for metric in of_alarm(alarm)}
    functions = {
        one["FunctionName"] for one in of_type(RESOURCES, "AWS::Lambda::Function").values()
    }
    known = {
        "AWS/Lambda": (
            {"Duration", "Errors", "Invocations", "Throttles"},
            {("FunctionName", name) for name in functions},
        ),
        "AWS/ApiGateway": ({"4xx", "5xx", "Count", "Latency"}, {("ApiId", "httpapi")}),
    }
    for metric in watched | set(of_dashboard(DASHBOARD)):
        if metric.namespace != "EdgeSigner":
            names, dimensions = known[metric.namespace]
            assert metric.name in names, metric
            assert metric.dimensions <= dimensions, metric


def test_the_dashboard_computes_with_the_prices_of_the_cost_model() -> None:
    (widget,) = (
        one["properties"]
        for one in json.loads(DASHBOARD["DashboardBody"])["widgets"]
        if "US dollars" in one["properties"].get("title", "")
    )
    told = {
        one[0].get("id", "together"): one[0]["expression"]
        for one in widget["metrics"]
        if len(one) == 1
    }
    request = cost.Request()
    million = cost.per_million_usd(request)
    assert told["kms"].startswith(f"{million['KMS Sign']:g} * ")
    assert told["s3"].startswith(f"{million['S3 PUT']:g} * ")
    # Lambda gives the duration in milliseconds.
    a_ms = cost.LAMBDA_GB_S_USD["x86_64"] * cost.MILLION / 1000
    for function in ("SignFunction", "FallbackFunction"):
        assert RESOURCES[function].properties["MemorySize"] == request.memory_mb
    assert told["lambda"].startswith(f"{a_ms:.7f} * {request.memory_mb} / 1024 * ")
    assert told["lambda"].endswith(f"+ {million['Lambda, requests']:g}")
    rest = sum(
        million[name]
        for name in (
            *("HTTP API", "DynamoDB, idempotency", "DynamoDB, limits", "DynamoDB, tenants"),
            "CloudWatch Logs",
        )
    )
    assert told["together"].endswith(f" + {rest:g}")
