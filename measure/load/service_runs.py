"""Runs in which other services than KMS fail, and in which operators pull a switch."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from edge_signer.platform.deadline import REQUEST_S
from measure.load.attempts import Attempt
from measure.load.findings import Findings
from measure.load.rig import SIGN, Rig, Rule

_WITHIN_S = REQUEST_S + 1
_STORE = "503 STORE_UNAVAILABLE"
_EDGE = "edge-tbs+remote-es256"
_CENTRAL = "central-fallback"
_TENANT = "acme"
#: A flag, its value, and how requests are answered then.
_FLIPS = (
    ("kill_switch", "true", "503 SIGNER_DISABLED"),
    ("kill_switch", None, _EDGE),
    ("edge_disabled_tenants", _TENANT, _CENTRAL),
    ("edge_disabled_tenants", None, _EDGE),
)
_PER_SECOND = 20.0
_EFFECTIVE_S = 10.0
# Between two flips.
_SEEN_S = 12.0
#: A service that fails, and what may be answered meanwhile, as docs/concepts/reliability.md says.
_SERVICES: tuple[tuple[str, Rule, set[str], dict[str, bool]], ...] = (
    ("S3", {"service": "s3"}, {_STORE}, {}),
    ("SSM", {"service": "ssm"}, {_EDGE}, {}),
    ("DynamoDB", {"service": "dynamodb"}, {_EDGE, _STORE}, {}),
    ("TSA", {"service": "tsa"}, {"503 TSA_UNAVAILABLE"}, {"tsa": True}),
)
_HANGS_MS = 30_000


def services_fail(rig: Rig, findings: Findings) -> None:
    """S3, SSM, DynamoDB and the time-stamp authority fail, and then hang, in turn."""
    strange: list[str] = []
    for service, rule, allowed, changes in _SERVICES:

        def send(number: int, due_s: float, more: dict[str, bool] = changes) -> Attempt:
            return rig.load.send(number, due_s, changes=more)

        for name, fault, per_second, count in (
            ("fails", {"status": 503}, 15.0, 225),
            ("hangs", {"delay_ms": _HANGS_MS}, 1.0, 20),
        ):
            rig.faults({**rule, **fault})
            phase = f"{service} {name}"
            seen = findings.phase(phase, rig.at_rate(phase, per_second, count, send))
            rig.faults()
            strange += [f"{phase}: {one.outcome}" for one in seen if one.outcome not in allowed]
            after = rig.at_rate(f"after {phase}", 10, 20, send)
            findings.phase(f"after {phase}", after)
            strange += [f"after {phase}: {one.outcome}" for one in after if one.status != 200]
    findings.claim_none("all are answered as documented, and 200 right afterwards", strange)
    longest_s = max(one.latency_ms for one in findings.attempts) / 1000
    findings.claim(
        f"all are answered within {_WITHIN_S:.0f} s", longest_s <= _WITHIN_S, f"{longest_s:.1f} s"
    )
    rig.judge(findings)


def switches_take_effect(rig: Rig, findings: Findings) -> None:
    """The kill switch and a tenant's switch are thrown and taken back while requests come."""
    # So that several workers serve, each with flags of its own.
    rig.faults({**SIGN, "delay_ms": 250})
    flips: list[tuple[float, str]] = []
    with ThreadPoolExecutor(1) as background:
        seconds = _SEEN_S * (len(_FLIPS) + 1)
        sending = background.submit(
            rig.at_rate, "switches", _PER_SECOND, int(seconds * _PER_SECOND)
        )
        for flag, value, expected in _FLIPS:
            time.sleep(_SEEN_S)
            rig.set_flag(flag, value)
            flips.append((rig.load.elapsed_s, expected))
        seen = sending.result()
    rig.faults()
    findings.phase("switches", seen)
    ends = [at_s for at_s, _ in flips[1:]] + [rig.load.elapsed_s]
    for (flag, value, _), (at_s, expected), end_s in zip(_FLIPS, flips, ends, strict=True):
        concerned = [
            one
            for one in seen
            if at_s < one.due_s < end_s and (flag == "kill_switch" or one.tenant == _TENANT)
        ]
        took_s = _last_other(concerned, expected, at_s)
        text = f"{flag} = {value or 'none'} takes effect within {_EFFECTIVE_S:.0f} s"
        findings.claim(text, bool(concerned) and took_s <= _EFFECTIVE_S, f"{took_s:.1f} s")
    others = [
        one.outcome
        for one in seen
        if one.tenant != _TENANT and one.due_s > flips[2][0] and one.outcome != _EDGE
    ]
    findings.claim_none("other tenants notice nothing of a tenant's switch", others)
    rig.judge(findings)


def _last_other(attempts: Sequence[Attempt], expected: str, since_s: float) -> float:
    """How long after a flip the last request was sent whose outcome was still the old one."""
    old = [one.due_s - since_s for one in attempts if one.outcome != expected]
    return max(old, default=0.0)
