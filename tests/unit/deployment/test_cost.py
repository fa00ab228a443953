from __future__ import annotations

import pytest

from deployment.cost import (
    Request,
    SmallJob,
    Verification,
    job_table,
    month_table,
    per_million_usd,
    per_month_usd,
    table,
    verification_table,
)
from tests.conftest import ROOT


def test_the_page_shows_what_the_command_prints() -> None:
    text = (ROOT / "docs/operations/cost.md").read_text()
    assert table(Request()) in text
    assert month_table() in text
    assert job_table(SmallJob()) in text
    assert verification_table(Verification()) in text


def test_lambda_costs_its_time_and_its_memory() -> None:
    once = per_million_usd(Request(billed_ms=60, memory_mb=1024))["Lambda, duration"]
    assert once == pytest.approx(0.060 * 0.0000166667 * 1_000_000)
    twice = per_million_usd(Request(billed_ms=60, memory_mb=2048))["Lambda, duration"]
    assert twice == pytest.approx(2 * once)


def test_what_nobody_fetches_costs_no_delivery() -> None:
    assert per_million_usd(Request(verifications=0))["CloudFront"] == 0


def test_a_snapshot_costs_its_memory_for_as_long_as_it_is_kept() -> None:
    gb_month_usd = 30 * 24 * 3600 * 0.0000015046
    found = per_month_usd(memory_mb=512)["Lambda, snapshots of two functions"]
    assert found == pytest.approx(gb_month_usd)
