"""What operators see: one log line per request, and metrics for alarms.

Neither holds anything that a client wrote, except validated identifiers: no token, no asset, no
assertion, and no error message that may quote one.
"""

from __future__ import annotations

import json
import random
import re
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from edge_signer.configuration.settings import TelemetrySettings
from edge_signer.platform.errors import EdgeSignerError
from edge_signer.telemetry.request_record import RequestRecord

NAMESPACE = "EdgeSigner"
_TIMES = {name: f"t_{name}_ms" for name in ("wasm", "kms", "tsa", "central", "store")}
_FRAMES = 3
_PEAK_KB = re.compile(rb"VmHWM:\s+([0-9]+) kB")


class SparingComplaint:
    """Passes on a complaint and drops further ones for a while, so as not to flood the log.

    Args:
        complain: Takes a line about something that an operator must fix.
        every_s: Seconds between two complaints.
    """

    def __init__(self, complain: Callable[[str], None], *, every_s: float = 10.0) -> None:
        self._complain = complain
        self._every_s = every_s
        self._silent_until_s = 0.0

    def __call__(self, line: str) -> None:
        """Complain, unless there was a complaint a moment ago."""
        if time.monotonic() >= self._silent_until_s:
            self._silent_until_s = time.monotonic() + self._every_s
            self._complain(line)


class Telemetry:
    """The log and the metrics of a function.

    Args:
        service: Name of the function's part, such as sign.
        settings: Say how much to log.
        counted: Prefix of the metrics of attempts, successes, refusals and failures; None for none.
    """

    def __init__(
        self,
        service: str,
        settings: TelemetrySettings,
        *,
        counted: str | None = "edge_sign",
    ) -> None:
        self._logger = Logger(
            service=f"edge-signer-{service}",
            level=settings.log_level.upper(),
            use_rfc3339=True,
            location=None,
        )
        self._metrics = (
            Metrics(namespace=NAMESPACE, service=f"edge-signer-{settings.stage}-{service}")
            if settings.metrics_enabled
            else None
        )
        self._counted = counted
        self._region = settings.aws_region
        self._memory_mb = settings.aws_lambda_function_memory_size
        self._sampling_rate = settings.trace_sampling_rate

    def complaint(self, metric: str) -> Callable[[str], None]:
        """Return a function that logs a line as an error and counts it in a metric."""

        def complain(line: str) -> None:
            self._logger.error(line, complaint=metric)
            self.count(metric)

        return complain

    def count(self, metric: str) -> None:
        """Count an event; the metric is sent with the current request's line."""
        if self._metrics is not None:
            self._metrics.add_metric(metric, MetricUnit.Count, 1)

    def level(self, metric: str, value: float) -> None:
        """Report a level in the unit of the metric's name, with the current request's line."""
        if self._metrics is not None:
            self._metrics.add_metric(metric, MetricUnit.NoUnit, value)

    def report(self, record: RequestRecord, status: int, error: Exception | None = None) -> None:
        """Log the request's line, with why it failed or was refused, and send its metrics."""
        line = self._line(record, status, error)
        is_ours = status >= HTTPStatus.INTERNAL_SERVER_ERROR and not _is_wanted(error)
        log = self._logger.error if is_ours else self._logger.info
        log("request", **line)
        if self._metrics is not None:
            if record.route is not None and self._counted is not None:
                outcome = "failure" if is_ours else "success" if error is None else "refusal"
                for event in ("attempt", outcome):
                    self._metrics.add_metric(f"{self._counted}_{event}", MetricUnit.Count, 1)
                _measure(self._metrics, line, outcome)
            for name, times in record.counts.items():
                self._metrics.add_metric(name, MetricUnit.Count, times)
            used_percent = round(100 * line["memory_mb_used"] / self._memory_mb, 1)
            self._metrics.add_metric("memory_used_percent", MetricUnit.Percent, used_percent)
            _send(self._metrics)

    def _line(self, record: RequestRecord, status: int, error: Exception | None) -> dict[str, Any]:
        stopwatch = record.stopwatch
        line = record.known() | {
            "http_status": status,
            "success": error is None,
            "region": self._region,
            "t_total_ms": round(stopwatch.total_ms, 3),
            "cpu_ms_used": round(stopwatch.cpu_ms, 3),
            "memory_mb_used": _peak_resident_mb(),
        }
        for step, field in _TIMES.items():
            if step in stopwatch.steps_ms:
                line[field] = round(stopwatch.steps_ms[step], 3)
        if random.random() < self._sampling_rate:  # noqa: S311 - no secret
            line["steps_ms"] = {step: round(ms, 3) for step, ms in stopwatch.steps_ms.items()}
        if error is not None:
            line |= _described(error, status)
        return line


def _measure(metrics: Metrics, line: dict[str, Any], outcome: str) -> None:
    if line["fallback_triggered"]:
        metrics.add_metric("fallback_triggered", MetricUnit.Count, 1)
    metrics.add_metric("memory_mb_used", MetricUnit.Megabytes, line["memory_mb_used"])
    if outcome == "refusal":
        # Refusals are fast: many of them would hide that signing is slow.
        return
    for name in ("t_total_ms", "t_kms_ms", "t_wasm_ms", "cpu_ms_used"):
        if name in line:
            metrics.add_metric(name, MetricUnit.Milliseconds, line[name])


def _send(metrics: Metrics) -> None:
    if not metrics.metric_set:
        return
    # Powertools' flush writes the line feed separately, so another process's line may come between.
    sys.stdout.write(json.dumps(metrics.serialize_metric_set(), separators=(",", ":")) + "\n")
    metrics.clear_metrics()


def _peak_resident_mb() -> float:
    # Not getrusage, whose peak includes that of the parent process.
    found = _PEAK_KB.search(Path("/proc/self/status").read_bytes())
    return round(int(found[1]) / 1024, 1) if found else 0.0


def _described(error: Exception, status: int) -> dict[str, Any]:
    if not isinstance(error, EdgeSignerError):
        told = {"error_type": "INTERNAL", "error_message": type(error).__name__}
    else:
        message = error.title if error.quotes_request else error.message
        told = {"error_type": error.code, "error_message": message}
    if status < HTTPStatus.INTERNAL_SERVER_ERROR or _is_wanted(error):
        return told
    return {**told, "error_trace": list(_trace(error))}


def _trace(error: BaseException) -> Iterator[str]:
    """Return the origin of the error and its causes, without messages that may quote values."""
    from botocore.exceptions import ClientError, HTTPClientError

    cause: BaseException | None = error
    while cause is not None:
        frames = traceback.extract_tb(cause.__traceback__)[-_FRAMES:]
        at = " < ".join(f"{Path(one.filename).name}:{one.lineno}" for one in reversed(frames))
        # AWS's messages are about our own calls.
        said = f": {cause}" if isinstance(cause, (ClientError, HTTPClientError)) else ""
        yield f"{type(cause).__name__}{said} at {at}"
        context = None if cause.__suppress_context__ else cause.__context__
        cause = cause.__cause__ or context


def _is_wanted(error: Exception | None) -> bool:
    """Tell whether an operator asked for this; counted as a failure, it would hide others."""
    return isinstance(error, EdgeSignerError) and error.is_wanted
