"""Metrics with their dimensions: those that are written, watched and shown."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from tests.telemetry.log_lines import metrics_of


class Metric(NamedTuple):
    """What CloudWatch tells one metric from another by."""

    namespace: str
    name: str
    dimensions: frozenset[tuple[str, str]]


Samples = Mapping[Metric, Sequence[float]]


def written(log: str) -> dict[Metric, list[float]]:
    """Give the metrics of a function's log as CloudWatch reads them out of it, and their values."""
    found: dict[Metric, list[float]] = {}
    for line in metrics_of(log):
        for directive in line["_aws"]["CloudWatchMetrics"]:
            for names in directive["Dimensions"]:
                dimensions = frozenset((name, line[name]) for name in names)
                for one in directive["Metrics"]:
                    metric = Metric(directive["Namespace"], one["Name"], dimensions)
                    found.setdefault(metric, []).extend(line[one["Name"]])
    return found


def of_alarm(properties: Mapping[str, Any]) -> Iterator[Metric]:
    """Give the metrics that an alarm watches."""
    if "MetricName" in properties:
        yield _metric(properties)
    for one in properties.get("Metrics", ()):
        if "MetricStat" in one:
            yield _metric(one["MetricStat"]["Metric"])


def of_dashboard(properties: Mapping[str, Any]) -> Iterator[Metric]:
    """Give the metrics that a dashboard shows or computes with."""
    for widget in json.loads(properties["DashboardBody"])["widgets"]:
        for namespace, name, *rest in (
            one for one in widget["properties"].get("metrics", ()) if len(one) > 1
        ):
            pairs = [one for one in rest if isinstance(one, str)]
            yield Metric(namespace, name, frozenset(zip(pairs[::2], pairs[1::2], strict=True)))


def of_filters(resources: Mapping[str, Any]) -> Iterator[Metric]:
    """Give the metrics that CloudWatch reads out of the API's access log."""
    line = json.loads(
        resources["HttpApiApiGatewayDefaultStage"].properties["AccessLogSettings"]["Format"]
    )
    for resource in resources.values():
        if resource.type == "AWS::Logs::MetricFilter":
            for one in resource.properties["MetricTransformations"]:
                dimensions = (
                    (each["Key"], line[each["Value"].removeprefix("$.")])
                    for each in one["Dimensions"]
                )
                yield Metric(one["MetricNamespace"], one["MetricName"], frozenset(dimensions))


def _metric(described: Mapping[str, Any]) -> Metric:
    dimensions = frozenset((one["Name"], one["Value"]) for one in described["Dimensions"])
    return Metric(described["Namespace"], described["MetricName"], dimensions)
