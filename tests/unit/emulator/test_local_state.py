from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from emulator.errors import StartError
from emulator.local_state import (
    LocalState,
    NotRunningError,
    TenantToken,
    default_directory,
    keep_anchors,
    owned,
)

STATE = LocalState(
    url="http://127.0.0.1:3000",
    tenants=(TenantToken("acme", "secret"),),
    admin_token="admin",
    anchors="/somewhere/anchors.pem",
    tsa_anchors="/somewhere/tsa_anchors.pem",
    pid=os.getpid(),
    aws_endpoint="http://127.0.0.1:1",
)


def test_a_saved_state_is_read_back(tmp_path: Path) -> None:
    STATE.save(tmp_path / "new")

    assert LocalState.load(tmp_path / "new") == STATE
    assert STATE.token_of("acme") == "secret"


def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    STATE.save(tmp_path)

    assert (tmp_path / "local.json").stat().st_mode & 0o777 == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["local.json"]


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"url": 1}', '{"tenants": [1]}'])
def test_a_file_that_is_not_ours_means_that_nothing_runs(tmp_path: Path, text: str) -> None:
    (tmp_path / "local.json").write_text(text)

    with pytest.raises(NotRunningError, match="nothing runs on"):
        LocalState.load(tmp_path)


def test_a_state_whose_process_is_gone_means_that_nothing_runs(tmp_path: Path) -> None:
    finished = subprocess.Popen([sys.executable, "-c", ""])
    finished.wait()
    replace(STATE, pid=finished.pid).save(tmp_path)

    with pytest.raises(NotRunningError, match=f"process {finished.pid} is gone"):
        LocalState.load(tmp_path)


def test_the_environment_names_the_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDGE_SIGNER_STATE", "/elsewhere")
    assert default_directory() == Path("/elsewhere")
    monkeypatch.delenv("EDGE_SIGNER_STATE")
    assert default_directory().name == ".edge-signer"


def test_a_directory_has_one_owner_at_a_time(tmp_path: Path) -> None:
    with owned(tmp_path):
        STATE.save(tmp_path)
        with pytest.raises(StartError, match=f"in use by process {os.getpid()}"), owned(tmp_path):
            pass
    with owned(tmp_path):
        assert not (tmp_path / "local.json").exists()


def test_earlier_roots_stay_behind_the_new_one(tmp_path: Path) -> None:
    def root(number: int) -> str:
        return f"-----BEGIN CERTIFICATE-----\n{number}\n-----END CERTIFICATE-----\n"

    for number in range(25):
        keep_anchors(tmp_path / "anchors.pem", root(number))

    text = (tmp_path / "anchors.pem").read_text()
    assert text.startswith(root(24) + root(23))
    assert text.count("BEGIN") == 20


def test_reading_the_state_imports_nothing_heavy() -> None:
    heavy = "{'asyncio', 'boto3', 'moto', 'pydantic'}"
    program = f"import sys, emulator.local_state; print(sorted({heavy} & sys.modules.keys()))"

    output = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True).stdout

    assert output.strip() == b"[]"
