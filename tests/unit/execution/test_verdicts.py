"""No guest has an exit code of the host's, and no report is believed blindly."""

from __future__ import annotations

import json

import pytest

from edge_signer.execution.sandbox.report import MAX_DETAIL_LENGTH, Report
from edge_signer.execution.sandbox.verdicts import (
    HOST_EXIT_CODES,
    LARGEST_GUEST_EXIT_CODE,
    Verdict,
    exit_code,
)

GOOD = {"verdict": "ok", "guest_exit_code": 3, "fuel_used": 7, "detail": ""}


def test_every_verdict_but_ok_has_an_exit_code_that_no_guest_can_have() -> None:
    assert set(HOST_EXIT_CODES) == set(Verdict) - {Verdict.OK}
    codes = list(HOST_EXIT_CODES.values())
    assert len(set(codes)) == len(codes)
    assert all(LARGEST_GUEST_EXIT_CODE < code <= 255 for code in codes)


def test_only_after_ok_the_exit_code_is_the_guests() -> None:
    assert exit_code(Verdict.OK, 7) == 7
    for verdict, code in HOST_EXIT_CODES.items():
        assert exit_code(verdict, 7) == code


def test_a_report_comes_back_as_it_was() -> None:
    report = Report(Verdict.TRAP, 0, None, 'a "word"')
    assert Report.decode(report.encode()) == report
    assert Report.decode(json.dumps(GOOD).encode()) == Report(Verdict.OK, 3, 7)


@pytest.mark.parametrize(
    "changed",
    [
        {"verdict": "fine"},
        {"verdict": None},
        {"guest_exit_code": LARGEST_GUEST_EXIT_CODE + 1},
        {"guest_exit_code": -1},
        {"guest_exit_code": True},
        {"guest_exit_code": "0"},
        {"guest_exit_code": 0.0},
        {"fuel_used": "7"},
        {"fuel_used": -1},
        {"detail": 7},
        {"detail": "\ud800"},
        {"detail": "x" * (MAX_DETAIL_LENGTH + 1)},
    ],
)
def test_what_is_no_report_is_refused(changed: dict[str, object]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        Report.decode(json.dumps(GOOD | changed).encode())


@pytest.mark.parametrize("encoded", [b"", b"{}", b"[]", b"\xff", b'{"verdict":"ok"', b"[" * 4000])
def test_what_is_no_json_of_a_report_is_refused(encoded: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        Report.decode(encoded)
