"""What the command writes: colours and bars for terminals alone, usage errors in a line."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from cli import progress
from cli.progress import LongTask
from cli.terminal import as_typed
from tests.conftest import ROOT

ESCAPE = "\x1b["


def in_a_terminal(tmp_path: Path, *arguments: str, **variables: str) -> str:
    """Run the command with standard output and error in a terminal, and return what it shows."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "EDGE_SIGNER_STATE": str(tmp_path)}
    environment = {name: one for name, one in environment.items() if name != "NO_COLOR"}
    shown = b""
    with subprocess.Popen(
        [sys.executable, "-m", "cli.main", *arguments],
        cwd=ROOT,
        env={**environment, **variables},
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    ):
        os.close(theirs)
        # At the end of the last process that has the other side, reading fails.
        try:
            while part := os.read(ours, 65536):
                shown += part
        except OSError:
            pass
        os.close(ours)
    return shown.decode()


def test_no_color_leaves_no_escape_sequence(tmp_path: Path) -> None:
    arguments = ("verify", str(tmp_path / "none.jpg"))
    assert ESCAPE in in_a_terminal(tmp_path, *arguments)
    plain = in_a_terminal(tmp_path, *arguments, NO_COLOR="1")
    assert "no such file" in plain
    assert ESCAPE not in plain


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("frobnicate",), "No such command 'frobnicate'; `edge-signer --help` says"),
        (("flags", "frobnicate"), "`edge-signer flags --help` says"),
        (("verify",), "Missing argument"),
        (("sign", "x.jpg", "--at-once", "many"), "--at-once"),
        (("sign", "--frobnicate"), "No such option: --frobnicate"),
    ],
)
def test_a_usage_error_is_one_line_with_what_to_do(arguments: tuple[str, ...], told: str) -> None:
    command = Path(sys.executable).with_name("edge-signer")
    ended = subprocess.run([command, *arguments], cwd=ROOT, capture_output=True, text=True)
    assert (ended.returncode, ended.stdout) == (2, "")
    (line,) = ended.stderr.splitlines()
    assert line.startswith("edge-signer: ")
    assert told in line


def test_a_long_task_draws_nothing_into_a_file(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "_QUIET_S", 0)
    monkeypatch.setenv("FORCE_COLOR", "1")
    with LongTask("signing") as task:
        task.written(1, 2)
        task.stage("checking")
    assert capfd.readouterr() == ("", "")


def test_a_long_task_is_drawn_in_a_terminal() -> None:
    program = """
import cli.progress
cli.progress._QUIET_S = 0
with cli.progress.LongTask("signing film.mp4") as task:
    task._timer.join()
    task.written(1_500_000_000, 3_000_000_000)
    task._bar.refresh()
"""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "100"}
    subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment, stderr=theirs, check=True
    )
    os.close(theirs)
    shown = os.read(ours, 65536).decode()
    os.close(ours)
    assert "signing film.mp4" in shown
    assert "1.5 GB of 3.0 GB" in shown


def test_the_command_is_named_as_it_can_be_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / ".venv/bin/edge-signer"
    program.parent.mkdir(parents=True)
    program.touch(mode=0o755)
    monkeypatch.setattr(sys, "executable", str(program.with_name("python")))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", os.defpath)
    assert as_typed() == ".venv/bin/edge-signer"
    monkeypatch.setenv("PATH", str(program.parent))
    assert as_typed() == "edge-signer"
