"""How `edge-signer verify` goes through several files: one fault does not hide the others."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable

import pytest

from central_signer.verification.trusted_roots import AnchorsError
from central_signer.verification.verifier import Verifier
from cli.verification.batch import verify_all
from cli.verification.file_verifier import FileVerifier, Target
from edge_signer.verification.report import VerificationReport
from edge_signer.verification.trust import TrustLists
from tests.judges.sample_reports import TRUSTED

TARGETS = [Target(f"{name}.jpg", None) for name in "abc"]


class Scripted(FileVerifier):
    """Trusts every file, after doing what the test wants for it."""

    def __init__(self, first: Callable[[Target], object]) -> None:
        super().__init__(Verifier(lambda: TrustLists(())))
        self._first = first

    def report(self, target: Target) -> VerificationReport:
        self._first(target)
        judged = TRUSTED.judged.model_copy(update={"name": target.name})
        return TRUSTED.model_copy(update={"judged": judged})


def fails_at(name: str, failure: Exception) -> Callable[[Target], None]:
    def fail(target: Target) -> None:
        if target.name == name:
            raise failure

    return fail


def test_a_fault_of_ours_in_one_file_is_told_and_the_others_are_verified(
    capsys: pytest.CaptureFixture[str],
) -> None:
    verifier = Scripted(fails_at("b.jpg", RuntimeError("no stack")))
    verified = verify_all(verifier, TARGETS, [], 2, as_json=True)
    reports = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["trusted"] for one in reports] == [True, False, True]
    assert reports[1]["failures"][0]["explanation"] == "RuntimeError: no stack"
    assert verified.exit_code == 1


def test_roots_that_no_engine_takes_are_no_fault_of_a_file() -> None:
    with pytest.raises(AnchorsError):
        verify_all(Scripted(fails_at("a.jpg", AnchorsError("bad"))), TARGETS, [], 1, as_json=False)


def test_after_an_interruption_what_is_known_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt(target: Target) -> None:
        if target.name == "b.jpg":
            os.kill(os.getpid(), signal.SIGINT)

    usual = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        # One at a time: the main thread sees the signal while or after the second is verified.
        verified = verify_all(Scripted(interrupt), TARGETS, [], 1, as_json=False)
    finally:
        signal.signal(signal.SIGINT, usual)
    shown = capsys.readouterr().out.splitlines()
    assert verified.exit_code == 130
    assert shown[0].startswith("file")
    assert [one.split()[0] for one in shown[1:3]] == ["a.jpg", "b.jpg"]
    assert " trusted, 0 not trusted, 0 without credentials" in shown[-1]


def test_a_long_name_moves_its_own_row_only(capsys: pytest.CaptureFixture[str]) -> None:
    targets = [*TARGETS, Target(f"{'x' * 100}\n.jpg", None)]
    verify_all(Scripted(lambda _: None), targets, [], 1, as_json=False)
    rows = capsys.readouterr().out.splitlines()[1:5]
    assert [row.index("Trusted") for row in rows[:3]] == [7, 7, 7]
    assert rows[3].startswith(f"{'x' * 100}\N{REPLACEMENT CHARACTER}.jpg  Trusted")
