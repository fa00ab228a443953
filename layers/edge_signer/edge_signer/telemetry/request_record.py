"""The record of one request: the facts for its log line, and the time of each step."""

from __future__ import annotations

import re
import time
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

# W3C Trace Context, and AWS's own header.
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
_AMZN_ROOT = re.compile(r"(?:^|;)Root=(1-[0-9a-f]{8}-[0-9a-f]{24})(?:;|$)")

_NOT_LOGGED = {"stopwatch", "admitted_cpu_ms", "counts"}


class Stopwatch:
    """Measures one request: wall time by step, and the process's CPU time."""

    def __init__(self) -> None:
        self._started_s = time.perf_counter()
        self._cpu_started_s = time.process_time()
        self.steps_ms: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Add the wall time of the block to the step `name`, even if the block raises."""
        began_s = time.perf_counter()
        try:
            yield
        finally:
            elapsed_ms = (time.perf_counter() - began_s) * 1000
            self.steps_ms[name] = self.steps_ms.get(name, 0.0) + elapsed_ms

    @contextmanager
    def around(self, name: str) -> Iterator[None]:
        """Add the wall time of the block to the step `name`, less the steps inside the block."""
        began_s, named_ms = time.perf_counter(), sum(self.steps_ms.values())
        try:
            yield
        finally:
            inside_ms = sum(self.steps_ms.values()) - named_ms
            own_ms = (time.perf_counter() - began_s) * 1000 - inside_ms
            self.steps_ms[name] = self.steps_ms.get(name, 0.0) + own_ms

    @property
    def total_ms(self) -> float:
        """Wall time since the stopwatch was created."""
        return (time.perf_counter() - self._started_s) * 1000

    @property
    def cpu_ms(self) -> float:
        """CPU time of the whole process since the stopwatch was created."""
        return (time.process_time() - self._cpu_started_s) * 1000


class RollingPercentile:
    """95th percentile of the last observations (nearest rank)."""

    def __init__(self, window: int = 256) -> None:
        self._observations: deque[float] = deque(maxlen=window)

    def add(self, observation: float) -> None:
        """Add an observation; the oldest one beyond the window is dropped."""
        self._observations.append(observation)

    def p95(self) -> float:
        """Return the percentile; 0.0 without observations."""
        if not self._observations:
            return 0.0
        ordered = sorted(self._observations)
        return ordered[-(-len(ordered) * 95 // 100) - 1]


@dataclass
class RequestRecord:
    """Filled in as facts become known; None means unknown.

    Attributes:
        request_id: As in the answer.
        trace_id: Of the caller's trace.
        stopwatch: Started with the request.
        route: Method and path, if the request has an endpoint.
        tenant_id: The authenticated tenant.
        operator: The authenticated operator.
        audit_key: Key of the object that records the change.
        policy_id: The policy, once it is found.
        signing_mode: How the manifest was signed.
        payload_size: Size of the body in bytes.
        asset_sha256: In hexadecimal.
        manifest_sha256: Of the manifest store that was stored, in hexadecimal.
        tbs_hash: SHA-256 of the bytes that were signed, in hexadecimal.
        kms_key_id: ARN of the key.
        kms_region: Where the key is.
        cert_serial: Serial number of the leaf, in hexadecimal.
        retry_count: Attempts after the first.
        fallback_triggered: Whether the central signer was asked.
        edge_failure: Why the edge failed to sign.
        job_id: The client's name of the job, once validated.
        job_status: How the job ended.
        module_hash: Hash of the job's module.
        batch_id: The client's name of the batch, once validated.
        batch_jobs_run: How many of its jobs ran.
        verdict: On the credentials that were verified.
        dry_run: Whether the request asked not to sign.
        idempotency_replayed: Whether an earlier answer was sent again.
        health_status: The deployment's health, if it was checked.
        health_not_ok: Names of the checks that are not ok.
        admitted_cpu_ms: CPU time until the body was parsed; not logged.
        counts: Events to count; not logged.
    """

    request_id: str
    trace_id: str | None = None
    stopwatch: Stopwatch = field(default_factory=Stopwatch)
    route: str | None = None
    tenant_id: str | None = None
    operator: str | None = None
    audit_key: str | None = None
    policy_id: str | None = None
    signing_mode: str | None = None
    payload_size: int | None = None
    asset_sha256: str | None = None
    manifest_sha256: str | None = None
    tbs_hash: str | None = None
    kms_key_id: str | None = None
    kms_region: str | None = None
    cert_serial: str | None = None
    retry_count: int = 0
    fallback_triggered: bool = False
    edge_failure: str | None = None
    job_id: str | None = None
    job_status: str | None = None
    module_hash: str | None = None
    batch_id: str | None = None
    batch_jobs_run: int | None = None
    verdict: str | None = None
    dry_run: bool = False
    idempotency_replayed: bool = False
    health_status: str | None = None
    health_not_ok: list[str] | None = None
    admitted_cpu_ms: float = 0.0
    counts: Counter[str] = field(default_factory=Counter)

    def known(self) -> dict[str, Any]:
        """Return the logged attributes by name."""
        return {name: value for name, value in vars(self).items() if name not in _NOT_LOGGED}


def trace_id_of(headers: Mapping[str, str]) -> str | None:
    """Return the identifier of the caller's trace.

    Args:
        headers: With names in lower case; `traceparent` takes precedence over `x-amzn-trace-id`.

    Returns:
        32 hexadecimal digits, or the root in the form of X-Ray; None without a valid one.
    """
    if found := _TRACEPARENT.fullmatch(headers.get("traceparent", "")):
        return found[1]
    found = _AMZN_ROOT.search(headers.get("x-amzn-trace-id", ""))
    return found[1] if found else None
