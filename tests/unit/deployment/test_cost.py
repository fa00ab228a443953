from __future__ import annotations

import pytest

from deployment.cost import Request, per_million_usd, table
from tests.conftest import ROOT


def test_the_page_shows_what_the_command_prints() -> None:
    assert table(Request()) in (ROOT / "docs/cost.md").read_text()


def test_lambda_costs_its_time_and_its_memory() -> None:
    once = per_million_usd(Request(billed_ms=60, memory_mb=1024))["Lambda, duration"]
    assert once == pytest.approx(0.060 * 0.0000166667 * 1_000_000)
    twice = per_million_usd(Request(billed_ms=60, memory_mb=2048))["Lambda, duration"]
    assert twice == pytest.approx(2 * once)


def test_what_nobody_fetches_costs_no_delivery() -> None:
    assert per_million_usd(Request(verifications=0))["CloudFront"] == 0
