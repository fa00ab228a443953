"""`edge-signer doctor`: each check ends in time, and says what to do."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from threading import Event
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.doctor import machine
from cli.doctor.account import skew_found
from cli.doctor.checkup import Checkup, Found, missing, ok, run, wrong
from cli.main import app


def test_a_check_that_hangs_or_raises_gets_a_line_with_its_remedy() -> None:
    ends = Event()

    def hangs() -> Found:
        ends.wait()
        return ok("too late")

    def raises() -> Found:
        raise OSError(13, "Permission denied")

    try:
        lines = run(
            "machine",
            [Checkup("slow", hangs, "wait"), Checkup("broken", raises, "mend it")],
            deadline_s=0.05,
        )
    finally:
        ends.set()
    assert [(one.state, one.remedy) for one in lines] == [("wrong", "wait"), ("wrong", "mend it")]
    assert "did not answer" in lines[0].found
    assert "Permission denied" in lines[1].found


@pytest.mark.parametrize(
    ("found", "needed", "fails"),
    [
        (ok("fine"), True, False),
        (missing("none", "get one"), True, True),
        (missing("none", "get one"), False, False),
        (wrong("bad", "mend it"), True, True),
    ],
)
def test_only_what_is_needed_makes_the_command_fail(
    found: Found, needed: bool, fails: bool
) -> None:
    (line,) = run("machine", [Checkup("one", lambda: found, "", is_needed=needed)])
    assert line.is_failure == fails


@pytest.fixture
def alone(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A machine without an account and without a running system."""
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_DEFAULT_REGION", "EDGE_SIGNER_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("EDGE_SIGNER_STATE", str(tmp_path / "state"))
    return tmp_path


def checks_of(*arguments: str, code: int) -> dict[str, dict[str, Any]]:
    told = CliRunner().invoke(app, ["doctor", "--json", *arguments])
    assert told.exit_code == code, told.output
    answer = json.loads(told.stdout)
    assert answer["healthy"] == (code == 0)
    return {f"{one['group']} {one['name']}": one for one in answer["checks"]}


@pytest.mark.usefixtures("alone")
def test_without_an_account_it_looks_at_the_machine_and_finds_nothing_wrong() -> None:
    checks = checks_of(code=0)
    for name in ("python", "packages", "modules", "disk", "clock"):
        assert checks[f"machine {name}"]["state"] == "ok", checks[f"machine {name}"]
    assert checks["machine system"]["remedy"] == "`edge-signer run` starts it"
    assert checks["stage address"]["state"] == "missing"


@pytest.mark.usefixtures("alone")
def test_a_stage_without_a_region_is_told_once() -> None:
    checks = checks_of("--stage", "prod", code=1)
    of_account = {name: one for name, one in checks.items() if one["group"] == "account"}
    assert of_account.keys() == {"account region", "account credentials"}
    assert "--region" in of_account["account region"]["remedy"]


@pytest.mark.usefixtures("alone")
def test_an_address_where_nothing_answers_is_wrong() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        health = checks_of("--url", url, code=1)["stage health"]
    assert (health["state"], "network" in health["remedy"]) == ("wrong", True)


@pytest.fixture
def taken_port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setattr(machine, "USUAL_PORT", taken.getsockname()[1])
        yield taken.getsockname()[1]


@pytest.mark.usefixtures("alone")
def test_a_port_that_another_program_has_is_told_with_the_way_around(taken_port: int) -> None:
    port = checks_of(code=0)["machine port"]
    assert (port["state"], "--port 0" in port["remedy"]) == ("wrong", True)
    assert str(taken_port) in port["found"]


def test_a_clock_that_is_off_is_wrong() -> None:
    assert skew_found("Sat, 01 Jan 2022 00:00:00 GMT").state == "wrong"
    assert skew_found("").state == "missing"
