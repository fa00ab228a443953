"""Whether one period of samples is beyond an alarm's threshold.

After the CloudWatch user guide, "Using math expressions with CloudWatch metrics": as much of it as
the template uses. What is missing is None, and so is what is computed from it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.telemetry.metrics import Metric, Samples, of_alarm

_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanThreshold": operator.gt,
    "GreaterThanOrEqualToThreshold": operator.ge,
    "LessThanThreshold": operator.lt,
}
_STATISTICS: dict[str, Callable[[Sequence[float]], float]] = {
    "Sum": sum,
    "Minimum": min,
    "Maximum": max,
}
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "FILL": lambda value, otherwise: otherwise if value is None else value,
    "IF": lambda condition, one, other: one if condition else other,
    "MAX": max,
}


def is_breached(alarm: Mapping[str, Any], samples: Samples) -> bool | None:
    """Tell whether the samples are beyond the threshold; None without a value to compare.

    Args:
        alarm: Its properties.
        samples: Values of one period, by metric.
    """
    if "MetricName" in alarm:
        (metric,) = of_alarm(alarm)
        value = _statistic(alarm.get("Statistic") or alarm["ExtendedStatistic"], metric, samples)
    else:
        value = _computed(alarm["Metrics"], samples)
    if value is None:
        return None
    return _COMPARISONS[alarm["ComparisonOperator"]](value, float(alarm["Threshold"]))


def _computed(queries: Sequence[Mapping[str, Any]], samples: Samples) -> float | None:
    values: dict[str, float | None] = {}
    for one in queries:
        if "MetricStat" in one:
            (metric,) = of_alarm({"Metrics": [one]})
            values[one["Id"]] = _statistic(one["MetricStat"]["Stat"], metric, samples)
    expressions = {one["Id"]: one["Expression"] for one in queries if "Expression" in one}
    (returned,) = [one["Id"] for one in queries if one.get("ReturnData", True)]
    for name in [*(expressions.keys() - {returned}), returned]:
        try:
            values[name] = eval(expressions[name], dict(_FUNCTIONS), values)
        except (TypeError, ZeroDivisionError):
            values[name] = None
    return values[returned]


def _statistic(name: str, metric: Metric, samples: Samples) -> float | None:
    values = sorted(samples.get(metric, ()))
    if not values:
        return None
    if name.startswith("p"):
        return values[-(-len(values) * int(name[1:]) // 100) - 1]
    return _STATISTICS[name](values)
