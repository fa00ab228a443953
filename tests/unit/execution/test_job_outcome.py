"""The outcome of a job, stored until it can be signed."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from edge_signer.execution.receipts.outcome import JobOutcome
from edge_signer.execution.receipts.receipt_signer import prove
from tests.jobs.receipts import OUTCOME, SoftwareReceiptSigner


@pytest.mark.parametrize("fuel_used", [None, 10**11])
def test_an_outcome_that_is_signed_later_gets_the_same_proof(fuel_used: int | None) -> None:
    outcome = replace(OUTCOME, stdout=bytes(range(256)), fuel_used=fuel_used, detail="unreachable")
    versions = {"edge-signer": "0.1.0", "wasmtime": "50.0.1"}
    outcome = replace(outcome, compile_time_ms=9, versions=versions)
    outcome = replace(outcome, env={"A": "é"}, guest_exit_code=256)
    read = JobOutcome.from_json(outcome.to_json())
    assert (read.fuel_used, read.detail) == (fuel_used, "unreachable")
    signer = SoftwareReceiptSigner()
    assert prove(signer, read) == prove(signer, outcome)
    assert read.stdout == outcome.stdout


def test_an_outcome_that_was_kept_before_there_were_variables_is_read() -> None:
    kept = json.loads(OUTCOME.to_json())
    for later in ("env", "guest_exit_code", "compile_time_ms", "build_type", "versions"):
        del kept["outcome"][later]
    read = JobOutcome.from_json(json.dumps(kept).encode())
    assert read.statement() == OUTCOME.statement()


def test_other_content_is_not_an_outcome() -> None:
    with pytest.raises(ValueError, match="outcome"):
        JobOutcome.from_json(b"{}")
