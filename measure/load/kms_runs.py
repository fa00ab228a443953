"""Runs in which KMS fails, throttles or lies, in its home region or everywhere."""

from __future__ import annotations

from edge_signer.kms_guard.breaker_rules import FAILURES_TO_OPEN, WINDOW_MS
from edge_signer.platform.deadline import REQUEST_S
from emulator.account import REGION
from measure.load.attempts import Attempt
from measure.load.findings import Findings
from measure.load.rig import SIGN, SIGN_AT_HOME, Rig, Rule
from measure.load.verdicts import key_of, versions
from tests.calls.edge_requests import calls_of

PER_SECOND = 28.0
EDGE = "edge-tbs+remote-es256"
# Longer than anybody waits for KMS.
_TOO_LATE_MS = 2500
# The second rule sees only what the first has let through: together they strike 30 %.
_SOME_FAIL: tuple[Rule, ...] = (
    {"service": "kms", "region": REGION, "status": 503, "probability": 0.2},
    {
        "service": "kms",
        "region": REGION,
        "delay_ms": _TOO_LATE_MS,
        "probability": 0.1 / 0.8,
    },
)
_THROTTLE = {"error_code": "ThrottlingException"}
_CORRUPTIONS = ("signature", "other_key", "malformed")
# For the way there and back.
_WITHIN_MS = (REQUEST_S + 1) * 1000
_NORMAL_AGAIN_S = 30.0


def some_calls_fail(rig: Rig, findings: Findings) -> None:
    """Of the calls of KMS at home, 20 % answer 503 and 10 % too late."""
    findings.phase("all well", rig.at_rate("all well", PER_SECOND, rig.scaled(300)))
    rig.faults(*_SOME_FAIL)
    count, stopped_s = rig.scaled(10_000), 0.0
    first_after = rig.load.sent + count + 1

    def send(number: int, due_s: float) -> Attempt:
        nonlocal stopped_s
        if number == first_after:
            rig.faults()
            stopped_s = rig.load.elapsed_s
        return rig.load.send(number, due_s)

    # Arrivals go on while the faults stop.
    more = int(PER_SECOND * (_NORMAL_AGAIN_S + 5))
    seen = rig.at_rate("30 % fail", PER_SECOND, count + more, send)
    failing = findings.phase("30 % of the calls fail", seen[:count])
    after = findings.phase("all well again", seen[count:])

    findings.claim_answered("at least 99.9 % are answered 200", failing, 0.999)
    rig.judge(findings)
    _claim_openings_by_failures(rig, findings)
    last_s = max((one.answered_s for one in after if one.outcome != EDGE), default=stopped_s)
    findings.claim(
        f"the edge signs everything again within {_NORMAL_AGAIN_S:.0f} s",
        last_s - stopped_s < _NORMAL_AGAIN_S,
        f"{last_s - stopped_s:.1f} s",
    )


def throttles_too(rig: Rig, findings: Findings) -> None:
    """Throttle another 10 % of the calls to KMS at home."""
    rig.faults({**SIGN_AT_HOME, **_THROTTLE, "times": 1})
    findings.phase("one throttle", rig.at_rate("one throttle", PER_SECOND, 30))
    first = rig.watch.look()
    findings.claim(
        "the first throttle opens the breaker",
        first.opened_by == "throttle" and not first.failures_ms,
        f"{first.state} by {first.opened_by} after {len(first.failures_ms)} failures",
    )
    rig.faults()
    rig.close_breaker()
    rig.faults({**SIGN_AT_HOME, **_THROTTLE, "probability": 0.1}, *_SOME_FAIL)
    mixed = rig.at_rate("10 % throttled", PER_SECOND, rig.scaled(3_000))
    findings.phase("10 % throttled, 27 % fail", mixed)
    rig.faults()
    findings.claim_answered("at least 99.9 % are answered 200", mixed, 0.999)
    by_throttle = [one for one in rig.watch.openings() if one.opened_by == "throttle"]
    findings.figures["openings by a throttle"] = len(by_throttle)
    rig.judge(findings)


def both_regions_fail(rig: Rig, findings: Findings) -> None:
    """KMS fails, throttles or says nothing in both regions."""
    for name, rule, per_second, count in (
        ("both answer 503", {"status": 503}, 15.0, 300),
        ("both throttle", _THROTTLE, 15.0, 300),
        ("neither answers", {"delay_ms": 30_000}, 1.0, 40),
    ):
        rig.faults({**SIGN, **rule})
        findings.phase(name, rig.at_rate(name, per_second, rig.scaled(count)))
        rig.faults()
        rig.close_breaker()
    findings.claim_none(
        "all are refused with 429 or 503, in our shape",
        [one.outcome for one in findings.attempts if not is_refusal(one)],
    )
    _claim_in_time(findings)
    kept = versions(rig.state)
    findings.claim_none(
        "nothing of them is stored", [one for one in findings.attempts if key_of(one) in kept]
    )
    _claim_well_again(rig, findings)


def wrong_signatures(rig: Rig, findings: Findings) -> None:
    """KMS gives signatures that do not verify, another key's, or none at all."""
    share = {"probability": 0.25}
    rig.faults(*({**SIGN_AT_HOME, "corrupt": how, **share} for how in _CORRUPTIONS))
    lying = rig.at_rate("home lies", PER_SECOND, rig.scaled(2_000))
    findings.phase("58 % of home's signatures are wrong", lying)
    findings.claim_answered("all are answered 200", lying, 1)
    rig.close_breaker()
    rig.faults(
        {**SIGN, "corrupt": "signature", "probability": 1 / 3},
        {**SIGN, "corrupt": "other_key", "probability": 1 / 2},
        {**SIGN, "corrupt": "malformed"},
    )
    asked, rejected = calls_of(rig.state, "kms.Sign"), rig.counted("signature_rejected")
    nobody = rig.at_rate("both lie", PER_SECOND, rig.scaled(500))
    asked = calls_of(rig.state, "kms.Sign") - asked
    rejected = rig.counted("signature_rejected") - rejected
    text = "each wrong signature is counted in signature_rejected"
    findings.claim(text, rejected == asked > 0, f"{rejected:,} of {asked:,}")
    findings.phase("all signatures are wrong", nobody)
    rig.faults()
    rig.close_breaker()
    findings.claim_none(
        "where both regions lie, all are refused",
        [one.outcome for one in nobody if not is_refusal(one)],
    )
    kept = versions(rig.state)
    findings.claim_none(
        "nothing of those is stored", [one for one in nobody if key_of(one) in kept]
    )
    signed = {key_of(one) for one in lying}
    findings.claim_none(
        "each of the others is stored once", [key for key in signed if kept.get(key) != 1]
    )
    rig.judge(findings)


def _claim_openings_by_failures(rig: Rig, findings: Findings) -> None:
    openings = rig.watch.openings()
    findings.figures["openings"] = len(openings)
    wrong = [
        one
        for one in openings
        if one.opened_by != "failures"
        or len(one.failures_ms) != FAILURES_TO_OPEN
        or one.failures_ms[-1] - one.failures_ms[0] >= WINDOW_MS
        or one.since_ms < one.failures_ms[-1]
    ]
    text = f"the breaker opens, each time at the {FAILURES_TO_OPEN}th failed attempt in 60 s"
    findings.claim(
        text, bool(openings) and not wrong, f"{len(openings)} openings, {len(wrong)} wrong"
    )


def _claim_in_time(findings: Findings) -> None:
    longest_ms = max(one.latency_ms for one in findings.attempts)
    text = f"all are answered within {_WITHIN_MS / 1000:.0f} s"
    findings.claim(text, longest_ms <= _WITHIN_MS, f"{longest_ms / 1000:.1f} s at most")


def _claim_well_again(rig: Rig, findings: Findings) -> None:
    after = rig.at_rate("all well again", 10, 50)
    findings.claim_answered("afterwards all are answered 200", after, 1)
    findings.phase("all well again", after)


def is_refusal(attempt: Attempt) -> bool:
    """Tell whether an answer is a refusal in the documented shape."""
    content, headers = attempt.content, attempt.headers
    return (
        attempt.status in (429, 503)
        and {"error", "message", "code"} <= content.keys()
        and content.keys() <= {"error", "message", "code", "retry_after"}
        and headers.get("retry-after") == _text(content.get("retry_after"))
        and "x-request-id" in headers
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)
