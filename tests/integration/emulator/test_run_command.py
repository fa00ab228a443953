from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from emulator.local_state import LocalState, NotRunningError
from tests.integration.emulator.conftest import HERE
from tests.system.processes import has_ended
from tests.system.running import call
from tests.system.waiting import PATIENCE_SECONDS, wait_for


def command(state: Path, *more: str, port: int = 0) -> list[str]:
    options = ["--port", str(port), "--state", str(state), *more]
    return [sys.executable, "-m", "cli.main", "run", *options]


# What a developer may have set, and what must not matter.
DEVELOPER = {"AWS_PROFILE": "work", "AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_REGION": "mars"}


@contextmanager
def run(state: Path) -> Iterator[tuple[subprocess.Popen[str], LocalState]]:
    """Run the command until the system answers."""
    process = subprocess.Popen(
        command(state, "--template", str(HERE / "template.yaml")),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **DEVELOPER},
    )
    try:
        local = wait_for(lambda: answering(process, state))
        assert local is not None
        yield process, local
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def answering(process: subprocess.Popen[str], state: Path) -> LocalState | None:
    assert process.poll() is None, process.communicate()
    # A killed system leaves its file behind until the next one starts.
    with suppress(NotRunningError):
        local = LocalState.load(state)
        return local if local.pid == process.pid else None
    return None


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One directory for all, so that the template is translated once."""
    return tmp_path_factory.mktemp("run")


def child_that_runs(module: str, parent: int) -> int:
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            command_line = (process / "cmdline").read_bytes()
            status = (process / "stat").read_text().rpartition(")")[2].split()
            if int(status[1]) == parent and module.encode() in command_line:
                return int(process.name)
    raise AssertionError(f"no child runs {module}")


def test_a_screen_that_is_gone_does_not_end_the_system(state: Path) -> None:
    with run(state) as (process, local):
        assert process.stdout is not None
        process.stdout.close()
        for _ in range(3):
            assert call(local.url, "GET", "/seen?by=me").status == 200
        assert process.poll() is None
        process.terminate()
        assert process.wait(PATIENCE_SECONDS) == 0


def test_ctrl_c_ends_everything_in_peace(state: Path) -> None:
    with run(state) as (process, local):
        worker = call(local.url, "GET", "/seen?by=me").body
        assert call(local.url, "GET", f"/manifests/acme/sha256/{'0' * 64}.c2pa").status == 404
        second = subprocess.run(command(state), capture_output=True, text=True, check=False)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=PATIENCE_SECONDS)

    assert process.returncode == 0
    assert errors == ""
    assert f"{local.url}/docs" in output
    assert local.console_address() in output
    assert "Ctrl-C stops." in output
    assert "200 GET    /seen" in output
    assert output.endswith("Stopped.\n")
    assert not (state / "local.json").exists()
    assert Path(local.anchors).exists()
    wait_for(lambda: has_ended(json.loads(worker)["pid"]))
    assert second.returncode == 1
    assert second.stderr == (
        f"edge-signer: {state} is in use by process {local.pid}, which serves {local.url}\n"
    )


def test_nothing_outlives_a_killed_emulator(state: Path, tmp_path: Path) -> None:
    note = tmp_path / "pids"
    body = json.dumps({"how": "hang", "note": str(note)}).encode()
    headers = {"Content-Type": "application/json"}
    with run(state) as (process, local), ThreadPoolExecutor(1) as threads:
        cloud = child_that_runs("emulator.aws.cloud", process.pid)
        hanging = threads.submit(call, local.url, "POST", "/misbehave", body, headers)
        wait_for(note.exists)
        process.kill()
        assert isinstance(hanging.exception(), ConnectionError)

    worker, child = json.loads(note.read_text())
    wait_for(lambda: has_ended(worker) and has_ended(child) and has_ended(cloud))
    with pytest.raises(NotRunningError):
        LocalState.load(state)


def test_a_dead_services_process_is_one_clear_line(state: Path) -> None:
    with run(state) as (process, _):
        os.kill(child_that_runs("emulator.aws.cloud", process.pid), signal.SIGKILL)
        _, errors = process.communicate(timeout=PATIENCE_SECONDS)

    assert process.returncode == 1
    assert errors == (
        "edge-signer: the process that emulates AWS's services was killed by signal 9; "
        f"see {state / 'logs' / 'cloud.log'}\n"
    )


def test_a_port_in_use_is_one_clear_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = subprocess.run(
            command(tmp_path, port=port), capture_output=True, text=True, check=False
        )

    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == f"edge-signer: port {port} of 127.0.0.1 is in use\n"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Resources: {", "line 1, column 13: "),
        (
            "Resources: {A: {Type: 'AWS::SSM::Parameter', Properties: {Value: !Ref B}}}",
            "A.Properties.Value: there is no parameter or resource B",
        ),
    ],
)
def test_a_broken_template_is_one_clear_line(tmp_path: Path, text: str, reason: str) -> None:
    broken = tmp_path / "template.yaml"
    broken.write_text(text)

    ended = subprocess.run(
        command(tmp_path, "--template", str(broken)), capture_output=True, text=True, check=False
    )

    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith(f"edge-signer: {broken}: {reason}")
    assert ended.stderr.count("\n") == 1
