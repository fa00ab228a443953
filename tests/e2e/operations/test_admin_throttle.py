"""Guesses at operators' tokens, and what they cost the others."""

from __future__ import annotations

from pathlib import Path

from emulator.system import Settings
from tests.e2e.conftest import body, calls, post
from tests.e2e.operations.administration import admin, settings
from tests.system.running import running


def test_a_burst_of_guesses_keeps_no_operator_out(tmp_path: Path) -> None:
    with running(Settings(port=0, state_directory=tmp_path)) as system:
        guesses = [admin(system, "circuit-breaker/status", token="guess") for _ in range(60)]
        assert {one.status for one in guesses} == {401}
        assert admin(system, "circuit-breaker/status").status == 200


def test_a_flood_of_guesses_is_slowed_and_slows_nobody_else(tmp_path: Path) -> None:
    with running(settings(tmp_path, AdminRate="1")) as system:
        answers = [admin(system, "circuit-breaker/status", token="guess") for _ in range(130)]
        throttled = [one for one in answers if one.status == 429]
        assert {one.status for one in answers} == {401, 429}
        assert throttled[0].json() == {"message": "Too Many Requests"}
        assert post(system, body(b"x")).status == 200
        # Each worker reads the operators once, whoever asks how often.
        assert calls(system, "ssm.GetParameter") < 10
