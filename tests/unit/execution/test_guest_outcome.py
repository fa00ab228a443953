"""A guest cannot have an exit code of the host's, and its outcome is checked."""

from __future__ import annotations

import json

import pytest

from edge_signer.execution.sandbox.outcome import (
    HOST_EXIT_CODES,
    LARGEST_GUEST_EXIT_CODE,
    MAX_DETAIL_LENGTH,
    GuestOutcome,
    Status,
)

GOOD = {"status": "ok", "guest_exit_code": 3, "fuel_used": 7, "detail": ""}


def test_every_status_but_ok_has_an_exit_code_that_no_guest_can_have() -> None:
    assert set(HOST_EXIT_CODES) == set(Status) - {Status.OK}
    codes = list(HOST_EXIT_CODES.values())
    assert len(set(codes)) == len(codes)
    assert all(LARGEST_GUEST_EXIT_CODE < code <= 255 for code in codes)


def test_a_guests_own_exit_code_from_126_up_is_kept_beside_the_jobs() -> None:
    for code in (126, 255, 256, 2**32 - 1):
        outcome = GuestOutcome(Status.RESERVED_EXIT_CODE, code)
        assert GuestOutcome.decode(outcome.encode()) == outcome
        assert (outcome.exit_code, outcome.reserved_exit_code) == (128, code)
    assert GuestOutcome(Status.OK, 125).reserved_exit_code is None


def test_only_after_ok_the_exit_code_is_the_guests() -> None:
    assert GuestOutcome(Status.OK, 7).exit_code == 7
    for status, code in HOST_EXIT_CODES.items():
        assert GuestOutcome(status, 7).exit_code == code


def test_a_outcome_comes_back_as_it_was() -> None:
    outcome = GuestOutcome(Status.TRAP, 0, None, 'a "word"')
    assert GuestOutcome.decode(outcome.encode()) == outcome
    assert GuestOutcome.decode(json.dumps(GOOD).encode()) == GuestOutcome(Status.OK, 3, 7)


@pytest.mark.parametrize(
    "changed",
    [
        {"status": "fine"},
        {"status": None},
        {"guest_exit_code": LARGEST_GUEST_EXIT_CODE + 1},
        {"guest_exit_code": -1},
        {"guest_exit_code": 125, "status": "reserved_exit_code"},
        {"guest_exit_code": 2**32, "status": "reserved_exit_code"},
        {"guest_exit_code": 1, "status": "trap"},
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
def test_what_is_no_outcome_is_refused(changed: dict[str, object]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        GuestOutcome.decode(json.dumps(GOOD | changed).encode())


@pytest.mark.parametrize("encoded", [b"", b"{}", b"[]", b"\xff", b'{"status":"ok"', b"[" * 4000])
def test_what_is_no_json_of_a_outcome_is_refused(encoded: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        GuestOutcome.decode(encoded)
