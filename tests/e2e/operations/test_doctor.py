"""`edge-signer doctor` on a running system: everything is there, and a switch is found."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.system.command import edge_signer
from tests.system.running import Running


@pytest.fixture
def state(system: Running) -> Path:
    return Path(system.state.anchors).parent


def diagnosis(state: Path, *arguments: str) -> tuple[int, dict[tuple[str, str], Any]]:
    told = edge_signer(state, "doctor", "--json", *arguments)
    assert told.stderr == ""
    checks = json.loads(told.stdout)["checks"]
    return told.returncode, {(one["group"], one["name"]): one for one in checks}


def test_a_running_system_has_all_that_it_needs(state: Path) -> None:
    code, checks = diagnosis(state)
    needed = {name: one for name, one in checks.items() if one["needed"]}
    assert (code, {one["state"] for one in needed.values()}) == (0, {"ok"})
    assert {("account", "signing key"), ("account", "tables"), ("stage", "kms")} < needed.keys()
    assert "nothing was signed" in checks["stage", "token"]["found"]


def test_a_token_that_is_not_valid_is_wrong(state: Path, system: Running) -> None:
    code, checks = diagnosis(state, "--url", system.state.url, "--token", "nobodys")
    token = checks["stage", "token"]
    assert (code, token["state"]) == (1, "wrong")
    assert "UNAUTHENTICATED" in token["found"]
    assert checks["stage", "health"]["state"] == "ok"


def test_a_flag_that_stops_signing_is_wrong_and_its_remedy_works(state: Path) -> None:
    assert edge_signer(state, "flags", "set", "kill_switch", "true").returncode == 0
    try:
        code, checks = diagnosis(state)
        flags = checks["account", "flags"]
        assert (code, flags["state"]) == (1, "wrong")
        command = flags["remedy"].strip("`").split()
        assert command[:3] == ["edge-signer", "flags", "set"]
        assert edge_signer(state, *command[1:]).returncode == 0
        assert diagnosis(state)[1]["account", "flags"]["state"] == "ok"
    finally:
        edge_signer(state, "flags", "unset", "kill_switch")
