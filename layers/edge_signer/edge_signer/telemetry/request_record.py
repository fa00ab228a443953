"""What becomes known of one request, for the line that is logged of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from edge_signer.telemetry.stopwatch import Stopwatch

# W3C Trace Context, and AWS's own header.
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
_AMZN_ROOT = re.compile(r"(?:^|;)Root=(1-[0-9a-f]{8}-[0-9a-f]{24})(?:;|$)")

_NOT_LOGGED = {"stopwatch", "admitted_cpu_ms", "counts"}


@dataclass
class RequestRecord:
    """Filled in by whoever learns something; None is what was not learnt.

    Attributes:
        request_id: As the answer says it.
        trace_id: Of the caller's trace.
        stopwatch: Began with the request.
        route: Method and path, where the request has an endpoint.
        tenant_id: Whose request it is, once that is proven.
        operator: Who changed something, once that is proven.
        audit_key: Key of the object in which the change is recorded.
        policy_id: Under which policy it was to be signed, once that is found.
        signing_mode: How it was signed.
        payload_size: Bytes of the body.
        asset_sha256: In hexadecimal.
        manifest_sha256: Of the manifest store that was stored, in hexadecimal.
        tbs_hash: SHA-256 of the bytes that were signed, in hexadecimal.
        kms_key_id: ARN of the key.
        kms_region: Where the key is.
        cert_serial: Serial number of the leaf, in hexadecimal.
        retry_count: Attempts at the same operation after the first.
        fallback_triggered: Whether the central signer was asked.
        edge_failure: Why the edge did not sign, where it was tried.
        job_id: The client's name of the job, once its form was checked.
        job_status: How the job ended.
        module_hash: Of the job's module.
        dry_run: Whether nothing was to be signed.
        idempotency_replayed: Whether the answer is an earlier one's.
        health_status: What was found of the deployment's health, where that was asked for.
        health_not_ok: Checks that found something.
        admitted_cpu_ms: CPU time until the body was parsed; not for the log.
        counts: What happened how often, for the counters; not for the log.
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
    dry_run: bool = False
    idempotency_replayed: bool = False
    health_status: str | None = None
    health_not_ok: list[str] | None = None
    admitted_cpu_ms: float = 0.0
    counts: Counter[str] = field(default_factory=Counter)

    def known(self) -> dict[str, Any]:
        """Give what is for the log, by name."""
        return {name: value for name, value in vars(self).items() if name not in _NOT_LOGGED}


def trace_id_of(headers: Mapping[str, str]) -> str | None:
    """Give the identifier of the caller's trace.

    Args:
        headers: With names in lower case; `traceparent` goes before `x-amzn-trace-id`.

    Returns:
        32 hexadecimal digits, or the root as X-Ray writes it; None without a valid one.
    """
    if found := _TRACEPARENT.fullmatch(headers.get("traceparent", "")):
        return found[1]
    found = _AMZN_ROOT.search(headers.get("x-amzn-trace-id", ""))
    return found[1] if found else None
