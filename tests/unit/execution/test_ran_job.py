"""A job that has run, written down until it can be signed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edge_signer.execution.proof import prove
from edge_signer.execution.ran_job import RanJob
from tests.receipts import OUTCOME, SoftwareReceiptSigner


@pytest.mark.parametrize("fuel_used", [None, 10**11])
def test_what_is_signed_later_is_what_would_have_been_signed(fuel_used: int | None) -> None:
    ran = RanJob(replace(OUTCOME, stdout=bytes(range(256))), fuel_used, "unreachable")
    read = RanJob.from_json(ran.to_json())
    assert (read.fuel_used, read.detail) == (fuel_used, "unreachable")
    signer = SoftwareReceiptSigner()
    assert prove(signer, read.outcome) == prove(signer, ran.outcome)
    assert read.outcome.stdout == ran.outcome.stdout


def test_something_else_is_no_job() -> None:
    with pytest.raises(ValueError, match="outcome"):
        RanJob.from_json(b"{}")
