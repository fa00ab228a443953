"""What a load run makes of what it saw."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree import ElementTree

import pytest

from measure.load.attempts import Attempt, percentile_ms
from measure.load.breaker_watch import Sighting
from measure.load.findings import Findings
from measure.load.kms_runs import is_refusal
from measure.load.picture import picture

REFUSED = {"error": "a", "message": "b", "code": "KMS_UNAVAILABLE"}


def attempt(
    due_s: float = 0,
    latency_ms: float = 10,
    status: int = 200,
    content: Mapping[str, object] | None = None,
) -> Attempt:
    told = content or {"signing_mode": "edge"}
    headers = {"x-request-id": "x"}
    if "retry_after" in told:
        headers["retry-after"] = str(told["retry_after"])
    return Attempt(1, "load", due_s, due_s + latency_ms / 1000, status, headers, told)


def test_a_percentile_is_one_of_the_latencies() -> None:
    attempts = [attempt(latency_ms=ms) for ms in range(1, 101)]
    assert [round(percentile_ms(attempts, share)) for share in (0.5, 0.99, 1)] == [51, 100, 100]
    assert percentile_ms([], 0.5) == 0


def test_one_refusal_in_a_thousand_may_be_too_many() -> None:
    findings = Findings()
    answered, refused = [attempt()] * 998, [attempt(status=503, content=REFUSED)] * 2
    findings.claim_answered("99.9 %", [*answered, *refused], 0.999)
    findings.claim_answered("99.8 %", [*answered, *refused], 0.998)
    assert [claim.holds for claim in findings.claims] == [False, True]
    assert not findings.hold


@pytest.mark.parametrize(
    ("status", "content", "is_ours"),
    [
        (503, REFUSED, True),
        (429, {**REFUSED, "retry_after": 1}, True),
        (500, REFUSED, False),
        (503, {"message": "Service Unavailable"}, False),
        (503, {**REFUSED, "trace": "x"}, False),
        (0, {"code": "ReadTimeoutError"}, False),
    ],
)
def test_a_refusal_has_the_documented_shape(
    status: int, content: dict[str, object], is_ours: bool
) -> None:
    assert is_refusal(attempt(status=status, content=content)) is is_ours


def test_a_picture_has_the_latency_and_a_band_for_each_state() -> None:
    findings = Findings()
    findings.phase("first & last", [attempt(second / 2) for second in range(20)])
    findings.sightings = [
        Sighting(0, "closed", 0, None, ()),
        Sighting(3, "open", 1, "failures", (1,)),
        Sighting(4, "open", 1, "failures", (1,)),
        Sighting(5, "half_open", 1, "failures", (1,)),
        Sighting(6, "closed", 2, None, ()),
    ]
    drawn = ElementTree.fromstring(picture("A < B", findings))
    name = "{http://www.w3.org/2000/svg}"
    bands = [one for one in drawn.iter(f"{name}rect") if one.get("height") == "22"]
    assert [one.get("fill") for one in bands] == ["#7fb77e", "#d9534f", "#e6b450", "#7fb77e"]
    assert len(list(drawn.iter(f"{name}polyline"))) == 3
    assert "first & last" in {one.text for one in drawn.iter(f"{name}text")}
