"""What findings mean together, and how long a report is kept."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from edge_signer.health.examination import EVERY_WAY, Finding, KeptReport, State, Way, report_of
from edge_signer.health.wiring import HealthSettings

HOME: frozenset[Way] = frozenset({"edge", "central"})
EDGE: frozenset[Way] = frozenset({"edge"})
OK = Finding("ok")

CASES: dict[str, tuple[frozenset[Way], list[Finding], tuple[State, State, State]]] = {
    "all is well": (HOME, [OK, OK], ("ok", "ok", "ok")),
    "something is amiss": (HOME, [OK, Finding("degraded")], ("degraded", "ok", "ok")),
    "nobody waits for it": (HOME, [Finding("unavailable")], ("degraded", "ok", "ok")),
    "the edge is closed": (
        HOME,
        [Finding("degraded", closes=EDGE)],
        ("degraded", "unavailable", "ok"),
    ),
    "the edge is closed, and all there is": (
        EDGE,
        [Finding("degraded", closes=EDGE)],
        ("unavailable", "unavailable", "unavailable"),
    ),
    "there is no central signer": (EDGE, [OK], ("ok", "ok", "unavailable")),
    "the key at home is gone": (
        HOME,
        [Finding("unavailable", closes=HOME)],
        ("unavailable", "unavailable", "unavailable"),
    ),
    "the key at home is gone and its replica is not": (
        EVERY_WAY,
        [Finding("unavailable", closes=HOME)],
        ("degraded", "unavailable", "ok"),
    ),
    "the replica alone is gone": (
        EVERY_WAY,
        [Finding("unavailable", closes=frozenset({"replica"}))],
        ("degraded", "ok", "ok"),
    ),
    "both are gone": (
        EVERY_WAY,
        [
            Finding("unavailable", closes=HOME),
            Finding("unavailable", closes=frozenset({"replica"})),
        ],
        ("unavailable", "unavailable", "unavailable"),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_status_says_what_can_be_signed(case: str) -> None:
    ways, findings, expected = CASES[case]
    report = report_of({str(number): one for number, one in enumerate(findings)}, ways)
    assert (report.status, report.edge, report.central) == expected


def test_a_report_is_kept_until_it_is_old() -> None:
    looks = 0

    def examine() -> Mapping[str, Finding]:
        nonlocal looks
        looks += 1
        return {"a": OK}

    kept = KeptReport(examine, HOME)
    assert [kept()[1] for _ in range(3)] == [True, False, False]
    assert looks == 1
    old = KeptReport(examine, HOME, fresh_s=0.0)
    assert [old()[1] for _ in range(2)] == [True, True]


SETTINGS = {
    "STAGE": "dev",
    "AWS_REGION": "us-east-1",
    "KMS_REGION": "us-east-1",
    "MANIFEST_BUCKET": "bucket",
    "TENANTS_TABLE": "tenants",
    "REQUESTS_TABLE": "requests",
    "BREAKERS_TABLE": "breakers",
}
REPLICA = "arn:aws:kms:eu-central-1:123456789012:key/mrk-0"


@pytest.mark.parametrize(
    ("told", "ways"),
    [
        ({}, {"edge"}),
        ({"KMS_REPLICA_KEY": REPLICA}, {"edge"}),
        ({"FALLBACK_FUNCTION": "fallback"}, {"edge", "central"}),
        ({"CENTRAL_SIGNER_URL": "https://signer.example.com"}, {"edge", "central"}),
        ({"FALLBACK_FUNCTION": "f", "KMS_REPLICA_KEY": REPLICA}, {"edge", "central", "replica"}),
    ],
)
def test_a_deployment_has_the_ways_that_it_is_told_of(told: dict[str, str], ways: set[str]) -> None:
    assert HealthSettings.from_environment({**SETTINGS, **told}).ways == ways
